"""Time of rasterising through the sandbox, PNG and transfer included, over a bare `get_pixmap` loop.

    python benchmarks/raster.py FOLDER [--dpi 200] [--pages 100]

Both sides draw every page once, turn about, so that a busy machine slows both alike. The bare loop is the library in a
process of its own that draws and throws the pixels away: the least that rasterising can cost. CPU time is told beside
the wall clock because it is steadier; for the sandbox it is that of both processes.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from docai.domain.documents import MediaType
from docai.domain.images import RenderedPage
from docai.errors import DocaiError
from docai.pdf.sandbox import PdfSandbox, SandboxedDocument

ALL, OPENING = "all", "opening"
COLOUR_TYPES = {0: "grey", 2: "colour"}
"""PNG's, at byte 25 of a file."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dpi", type=float, default=200.0)
    parser.add_argument("--pages", type=int, default=100, help="in all")
    parser.add_argument("--per-file", type=int, default=5)
    a = parser.parse_args()
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    peer = multiprocessing.get_context("spawn").Process(target=bare_loop, args=(theirs,), daemon=True)
    peer.start()
    costs: dict[str, list[Pair]] = defaultdict(list)
    with PdfSandbox() as sandbox:
        for path in sorted(a.folder.rglob("*.pdf")):
            n_pages = min(a.per_file, a.pages - len(costs[ALL]))
            for kind, pair in compare_file(path, sandbox, ours, dpi=a.dpi, n_pages=n_pages):
                costs[kind].append(pair)
    ours.send(None)
    peer.join()
    costs["all and opening"] = costs[ALL] + costs[OPENING]
    for kind, pairs in costs.items():
        print(
            json.dumps({"kind": kind, "n": len(pairs), "dpi": a.dpi, **summary(pairs, "wall"), **summary(pairs, "cpu")})
        )


class Cost(NamedTuple):
    """Seconds of one drawing."""

    wall: float
    cpu: float


Pair = tuple[Cost, Cost]
"""Of the bare loop and of the sandbox."""


def summary(costs: Sequence[Pair], kind: str) -> dict[str, float]:
    pairs = [(getattr(bare, kind), getattr(sandboxed, kind)) for bare, sandboxed in costs]
    bare, sandboxed = (sum(side) for side in zip(*pairs, strict=True))
    return {
        f"bare_{kind}_ms": round(1000 * bare / len(pairs), 1),
        f"sandboxed_{kind}_ms": round(1000 * sandboxed / len(pairs), 1),
        f"{kind}_ratio": round(sandboxed / bare, 3),
        f"median_{kind}_ratio": round(statistics.median(s / b for b, s in pairs), 3),
    }


def compare_file(
    path: Path, sandbox: PdfSandbox, peer: Connection, *, dpi: float, n_pages: int
) -> Iterator[tuple[str, Pair]]:
    """Costs of opening and of every page, under each of their kinds; what cannot be opened or drawn is left out."""
    if n_pages < 1:
        return
    with ExitStack() as stack:
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            document = stack.enter_context(sandbox.open(path, MediaType.PDF, None))
        except DocaiError:
            return
        opened = Cost(time.perf_counter() - wall, time.process_time() - cpu + cpu_seconds(newest_reader()))
        peer.send((str(path), 0, dpi))
        yield OPENING, (Cost(*peer.recv()), opened)
        for number in range(1, min(n_pages, document.facts.n_pages) + 1):
            with suppress(DocaiError):
                pair, content = compare_page(document, peer, path, number, dpi)
                yield ALL, pair
                yield "first of its document" if number == 1 else "later", pair
                if number > 1:
                    is_scan = document.measure(number).native_dpi is not None
                    yield f"later, {'scan' if is_scan else 'print'}, {COLOUR_TYPES[content[25]]}", pair


def compare_page(
    document: SandboxedDocument, peer: Connection, path: Path, number: int, dpi: float
) -> tuple[Pair, bytes]:
    """Costs of a page, and the file that it is in."""
    drawn: list[RenderedPage] = []

    def bare() -> Cost:
        peer.send((str(path), number, dpi))
        return Cost(*peer.recv())

    def sandboxed() -> Cost:
        reader = newest_reader()
        wall, cpu = time.perf_counter(), time.process_time() + cpu_seconds(reader)
        drawn.append(document.render(number, dpi))
        return Cost(time.perf_counter() - wall, time.process_time() + cpu_seconds(reader) - cpu)

    sides = (bare, sandboxed)
    took = {side: sides[side]() for side in ((0, 1) if number % 2 else (1, 0))}
    return (took[0], took[1]), drawn[0].content


def newest_reader() -> int:
    """The process that the sandbox's zygote forked last."""
    return max(grandchild for child in children(os.getpid()) for grandchild in children(child))


def children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):  # a thread that has just ended
            found += map(int, (task / "children").read_text().split())
    return found


def cpu_seconds(pid: int) -> float:
    """CPU time of a process whose work is done in one thread."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def bare_loop(requests: Connection) -> None:
    """The peer: draws what it is asked for, keeping the last file open; page 0 is to open a file only."""
    os.environ["OMP_NUM_THREADS"] = "1"
    import pymupdf  # noqa: PLC0415 -- only in this process

    opened: tuple[str, pymupdf.Document] | None = None
    while (request := requests.recv()) is not None:
        path, number, dpi = request
        wall, cpu = time.perf_counter(), time.process_time()
        if opened is None or opened[0] != path:
            opened = (path, pymupdf.open(path))
        if number:
            opened[1][number - 1].get_pixmap(dpi=round(dpi))
        requests.send((time.perf_counter() - wall, time.process_time() - cpu))


if __name__ == "__main__":
    main()
