"""Fields that JSON Schemas ask for, one JSON line per document, for the scorer of extraction.

The whole system reads the files and extracts, as the service would. Each item of the folder's `manifest.json` brings
its schema; `--schema` is that of those which bring none. With `--home` what was read is kept.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from docai.assembly.local import open_local
from docai.assembly.parts import Assembled
from docai.errors import DocaiError
from docai.query.extraction.extracting import Order
from docai.settings import Settings

LONGEST_READ_S = 3600.0


def extracted(local: Assembled, path: Path, schema: dict[str, Any]) -> dict[str, Any]:
    """The data of a file, and how long it took to read it and to extract."""
    start = time.perf_counter()
    with path.open("rb") as stream:
        submission = local.system.submit(local.tenant.id, stream, path.name)
    job = local.system.wait(local.tenant.id, submission.job.id, LONGEST_READ_S)
    read = time.perf_counter()
    found = local.system.extractions.extract(local.tenant.id, Order((submission.document.id,), schema))
    done = time.perf_counter()
    seconds = {"read_s": read - start, "extract_s": done - read}
    return {"data": found.data, "pages": job.pages_done, "seconds": done - start, "is_valid": found.is_valid} | seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with manifest.json")
    parser.add_argument("--out", type=Path, required=True, help="predictions, JSON lines")
    parser.add_argument("--schema", type=Path, default=None, help="for items without a schema of their own")
    parser.add_argument("--only", default="", help="only files that begin so")
    parser.add_argument("--home", type=Path, default=None, help="keep what was read here")
    parser.add_argument("--first", type=int, default=None, help="only so many files")
    args = parser.parse_args()
    items = json.loads((args.data / "manifest.json").read_text())["items"]
    chosen = [i for i in items if i["file"].startswith(args.only) and (i.get("schema") or args.schema)][: args.first]
    seconds: list[float] = []
    with ExitStack() as stack:
        home = args.home or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        local = stack.enter_context(open_local(Settings(home=home)))
        out = stack.enter_context(args.out.open("w"))
        for item in chosen:
            schema = json.loads((args.data / item["schema"] if item.get("schema") else args.schema).read_text())
            try:
                found = extracted(local, args.data / item["file"], schema)
            except DocaiError as error:
                print(f"{item['file']}: {error.code}: {error.message}", flush=True)
                continue
            seconds.append(found["extract_s"])
            out.write(json.dumps({"item": item["file"]} | found, ensure_ascii=False) + "\n")
    if seconds:
        print(f"{len(seconds)} extractions, median {statistics.median(seconds):.2f} s, slowest {max(seconds):.2f} s")


if __name__ == "__main__":
    main()
