"""The process that owns embedded indexes."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from docai.stores.qdrant.edge import CHANGES_PER_OPTIMISE
from docai.stores.qdrant.wire import socket_place


@contextmanager
def owner_process(
    folder: Path, at: Path, *, merge_after: int = CHANGES_PER_OPTIMISE, arguments: Sequence[str] = ()
) -> Iterator[subprocess.Popen[str]]:
    """From when it answers, or has given up; killed in the end if it still runs.

    It is started by its module's name, unless it is to merge segments so often that a kill may well hit that.
    """
    socket_place(at).unlink(missing_ok=True)  # left by one that was killed
    program = ["-m", "docai.stores.qdrant.owner"]
    if merge_after != CHANGES_PER_OPTIMISE:
        change = f"from docai.stores.qdrant import edge, owner; edge.CHANGES_PER_OPTIMISE = {merge_after}; owner.main()"
        program = ["-c", change]
    places = ["--folder", str(folder), "--socket", str(at)]
    command = [sys.executable, *program, *places, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        try:
            while child.poll() is None and not socket_place(at).exists():
                time.sleep(0.01)
            yield child
        finally:
            child.kill()
