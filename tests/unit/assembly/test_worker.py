"""A worker that cannot even notice that it hangs ends all the same."""

from __future__ import annotations

import subprocess
import sys
import time

_HANG = """
import ctypes
from docai.assembly import worker
from docai.pipeline.sweep import Chore, Upkeep
worker.FROZEN_S = 1.0
with Upkeep({"alive": Chore(0.1, worker.say_alive)}):
    import time
    time.sleep(2)  # with its threads running, it lives longer than that
    print("lived", flush=True)
    ctypes.PyDLL(None).sleep(60)  # a call that keeps the interpreter's lock
"""


def test_a_process_that_keeps_the_interpreters_lock_is_ended_with_a_trace() -> None:
    begun = time.monotonic()
    ended = subprocess.run([sys.executable, "-c", _HANG], capture_output=True, text=True, timeout=50, check=False)
    assert ended.stdout == "lived\n"
    assert ended.returncode == 1
    assert "Timeout" in ended.stderr
    assert "Current thread" in ended.stderr or "Thread 0x" in ended.stderr
    assert time.monotonic() - begun < 40
