"""What opening a document costs: its process forked when asked for, waiting ready, and kept from the last time.

    python benchmarks/opening.py FILE [--rounds 30] [--pause 0.2]

The three ways take turns; each opens the file and measures its first page. Gives medians and their ratios to the first.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from contextlib import ExitStack
from pathlib import Path

from docai.domain.documents import MediaType
from docai.pdf.sandbox import PdfSandbox


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument(
        "--pause", type=float, default=0.2, help="seconds between openings, as reading pages takes them"
    )
    a = parser.parse_args()
    ways = {
        "forked": PdfSandbox(keep_open_s=0),
        "waiting": PdfSandbox(keep_open_s=0),
        "kept": PdfSandbox(keep_open_s=60),
    }
    ways["forked"].nursery.n_ahead = 0
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    with ExitStack() as stack:
        for sandbox in ways.values():
            stack.enter_context(sandbox)
            open_once(sandbox, a.file)
        for _ in range(a.rounds):
            for name, sandbox in ways.items():
                time.sleep(a.pause)
                seconds[name].append(open_once(sandbox, a.file))
    medians = {
        name: [statistics.median(column) for column in zip(*rows, strict=True)] for name, rows in seconds.items()
    }
    print(
        json.dumps(
            {
                name: {
                    "open_ms": round(opened * 1e3, 1),
                    "open_and_measure_ms": round(measured * 1e3, 1),
                    "ratio_open": round(opened / medians["forked"][0], 3),
                    "ratio_open_and_measure": round(measured / medians["forked"][1], 3),
                }
                for name, (opened, measured) in medians.items()
            },
            indent=1,
        )
    )


def open_once(sandbox: PdfSandbox, file: Path) -> tuple[float, float]:
    """Seconds until the document is open, and until its first page is measured."""
    begun = time.perf_counter()
    with sandbox.open(file, MediaType.PDF) as document:
        opened = time.perf_counter() - begun
        document.measure(1)
        return opened, time.perf_counter() - begun


if __name__ == "__main__":
    main()
