"""Run damaged, encrypted or hostile files through ingest and the sandbox, and say how each ended.

One file, as `score_robust.py` wants it, a JSON object on the last line:

    python benchmarks/broken.py FILE [PASSWORD]

All files of a folder through one sandbox that lives on, with time per file and peak memory of every process:

    python benchmarks/broken.py --folder FOLDER [--out ROWS.jsonl]
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from docai.domain.ids import TenantId
from docai.errors import DocaiError, PageError
from docai.pdf.sandbox import PdfSandbox, SandboxedDocument
from docai.pipeline.ingest import take_in
from docai.pipeline.rasterise import RasterPolicy, rasterise
from docai.stores.blobs.filesystem import FilesystemBlobs

POLICY = RasterPolicy(floor_dpi=150, ceiling_dpi=400, min_x_height_px=10, max_pixels=40_000_000)
MAX_BYTES = 500_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("password", nargs="?")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--out", type=Path, help="one JSON line per file")
    parser.add_argument("--budget", type=float, default=8.0, help="seconds of reading pages, per file")
    parser.add_argument("--page-timeout", type=float, default=6.0)
    parser.add_argument("--memory", type=int, default=2048, help="address space of a reader, MiB")
    a = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as home,
        PdfSandbox(memory_mib=a.memory, open_timeout_s=6.0, page_timeout_s=a.page_timeout) as sandbox,
    ):
        blobs = FilesystemBlobs(Path(home))
        if a.folder:
            read_folder(a.folder, a.out, sandbox, blobs, a.budget)
        elif a.file:
            print(json.dumps(read_file(a.file, a.password, sandbox, blobs, a.budget)))
        else:
            parser.error("a file or --folder")


def read_file(
    path: Path, password: str | None, sandbox: PdfSandbox, blobs: FilesystemBlobs, budget_s: float
) -> dict[str, object]:
    """How one file ends: `ok` with its pages, or `error` with the reason."""
    start = time.monotonic()
    try:
        with path.open("rb") as stream:
            document = take_in(
                stream,
                path.name,
                tenant_id=TenantId(uuid4()),
                blobs=blobs,
                max_bytes=MAX_BYTES,
                now=datetime.now(UTC),
            )
        with sandbox.open(blobs.path(document.sha256), document.media_type, password) as opened:
            n_pages = opened.facts.n_pages
            n_read, faults = read_pages(opened, blobs, sandbox.name, start=start, budget_s=budget_s)
    except DocaiError as error:
        return {"status": "error", "reason": error.code, "message": error.message}
    if n_read == 0 and faults:
        return {"status": "error", "reason": faults[0][0], "faults": faults}
    return {"status": "ok", "pages": n_pages, "read": n_read, "faults": faults}


def read_pages(
    opened: SandboxedDocument, blobs: FilesystemBlobs, renderer: str, *, start: float, budget_s: float
) -> tuple[int, list[tuple[str, str]]]:
    """Measure, draw and lay out page after page while there is time; gives pages drawn and what failed."""
    n_read, faults = 0, []
    for number in range(1, opened.facts.n_pages + 1):
        if time.monotonic() > start + budget_s:
            break
        try:
            facts = opened.measure(number)
            _, image, _ = rasterise(opened, number, facts, blobs=blobs, policy=POLICY, renderer=renderer)
            n_read += 1
            opened.read_layout(number, facts.words, None if facts.words.witness else image)
        except PageError as error:
            faults.append((error.code, f"page {number}: {error.message}"))
    return n_read, faults


def read_folder(folder: Path, out: Path | None, sandbox: PdfSandbox, blobs: FilesystemBlobs, budget_s: float) -> None:
    """Every file of a folder through one sandbox."""
    peaks = Peaks()
    rows = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        start = time.perf_counter()
        row = read_file(path, None, sandbox, blobs, budget_s)
        rows.append({"item": path.name, "seconds": round(time.perf_counter() - start, 3), **row})
    peaks.stop()
    if out:
        out.write_text("".join(json.dumps(row) + "\n" for row in rows))
    slowest = sorted(rows, key=lambda row: -float(str(row["seconds"])))[:5]
    print(
        json.dumps(
            {
                "files": len(rows),
                "ok": sum(row["status"] == "ok" for row in rows),
                "page_faults": sum(len(row.get("faults", ())) for row in rows),
                "zygotes_started": sandbox.nursery.n_started,
                "walls": sandbox.confinement,
                "peak_rss_mib": peaks.mib,
                "slowest": [(row["item"], row["seconds"]) for row in slowest],
            }
        )
    )


class Peaks:
    """Largest resident size seen of this process and of its largest descendant, MiB; looks every 20 ms."""

    def __init__(self) -> None:
        self.mib = {"parent": 0, "zygote": 0, "reader": 0, "all": 0}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        me = os.getpid()
        while not self._over.wait(0.02):
            zygotes = _children(me)
            readers = [pid for zygote in zygotes for pid in _children(zygote)]
            parts = {
                "parent": _rss_mib(me),
                "zygote": max(map(_rss_mib, zygotes), default=0),
                "reader": max(map(_rss_mib, readers), default=0),
            }
            for name, value in {**parts, "all": sum(parts.values())}.items():
                self.mib[name] = max(self.mib[name], value)


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in _words(task / "children")]
    except OSError:
        return []


def _rss_mib(pid: int) -> int:
    try:
        return int(_words(Path(f"/proc/{pid}/statm"))[1]) * os.sysconf("SC_PAGE_SIZE") >> 20
    except (OSError, IndexError):
        return 0


def _words(path: Path) -> list[str]:
    return path.read_text().split()


if __name__ == "__main__":
    sys.exit(main())
