"""The disk is full: uploads are refused without a trace, work waits, and both go on when there is room."""

from __future__ import annotations

import resource
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path

import pytest

from docai.errors import StoreFull
from tests.faults.crew import eventually
from tests.faults.papers import paper
from tests.faults.site import Site
from tests.faults.test_lost_workers import ALL


def test_an_upload_that_finds_no_room_leaves_nothing_and_is_taken_later(site: Site) -> None:
    with site.run(50) as run:
        content = paper(run.random, 3)
        with _no_room_for_files(), pytest.raises(StoreFull):
            run.system.submit(run.tenants[0].id, BytesIO(content), "paper.pdf")
        assert run.books.rows("SELECT id FROM document") == []
        assert [path for path in run.books.blobs.rglob("*") if path.is_file()] == []
        run.submit(content)
        run.crew.start(ALL)
        run.finish(60)
        assert run.books.breaches() == []


def test_pages_wait_for_room_and_are_read_then(site: Site) -> None:
    with site.run(51) as run:
        entries = [run.submit(paper(run.random, 4)) for _ in range(3)]
        originals = {path: path.read_bytes() for path in run.books.blobs.glob("??/*") if path.is_file()}
        with _small_disk(run.books.blobs, originals) as make_room:
            run.crew.start(ALL)
            waits = "SELECT 1 FROM work_item WHERE stage = 'read' AND errors > 0"
            assert eventually(lambda: run.books.rows(waits), 30) is not None
            assert run.books.n_unfinished() == len(entries)
            make_room()
            run.finish(120)
            assert run.books.breaches() == []
            run.crew.dismiss()


@contextmanager
def _no_room_for_files() -> Iterator[None]:
    """No file of this process can grow, as if the disk were full."""
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.getsignal(signal.SIGXFSZ)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


@contextmanager
def _small_disk(folder: Path, content: dict[Path, bytes]) -> Iterator[Callable[[], None]]:
    """A disk of its own in a folder's place, full but for some bytes; gives what makes room on it."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can make a small disk")
    try:
        for path, kept in content.items():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(kept)
        (folder / "unfinished").mkdir()
        ballast = folder / "unfinished" / "ballast"
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(b"0" * 512):
                pass
        yield ballast.unlink
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
