"""One process at a time on a home."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from docai.errors import ConfigurationError, HomeInUse
from docai.stores.home import HomeLock

HOLD = """
import os, sys, time
from pathlib import Path
from docai.stores.home import HomeLock
lock = HomeLock(Path(sys.argv[1]))
lock.acquire()
if len(sys.argv) > 2 and os.fork() == 0:
    os.write(1, b"%d\\n" % os.getpid())
else:
    os.write(1, b"held\\n")
time.sleep(60)
"""


def test_a_second_lock_is_told_who_holds_the_first(tmp_path: Path) -> None:
    with HomeLock(tmp_path / "home"), pytest.raises(HomeInUse, match=str(os.getpid())):
        HomeLock(tmp_path / "home").acquire()
    with HomeLock(tmp_path / "home"):
        assert (tmp_path / "home").is_dir()


def test_a_killed_process_gives_the_home_back_though_its_child_lives(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path), "fork"], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        said = sorted((holder.stdout.readline(), holder.stdout.readline()))
        child = int(said[0])
        try:
            with pytest.raises(HomeInUse, match=str(holder.pid)):
                HomeLock(tmp_path).acquire()
            holder.kill()
            holder.wait()
            with HomeLock(tmp_path):
                os.kill(child, 0)
        finally:
            os.kill(child, signal.SIGKILL)


def test_a_home_that_cannot_be_made_is_a_misconfiguration(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="DOCAI_HOME"):
        HomeLock(tmp_path / "file" / "home").acquire()
