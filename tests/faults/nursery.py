"""A process that forks Celery workers with the test engines, signals them, and replaces those that end.

    python -m tests.faults.nursery

Loading everything takes seconds of processor time and is done once; a worker is then up at once, and is a process of
its own all the same: `docai worker` as it ships but for the engines, with its own connections. Commands and reports
are lines of JSON on standard input and output.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import random
import resource
import select
import signal
import sys
import time
import traceback
from collections.abc import Mapping
from typing import Any

import celery.apps.worker
import celery.bin.worker
import celery.concurrency.solo
import celery.worker.components  # noqa: F401
import kombu.transport.redis  # noqa: F401

import docai.assembly.parts
import docai.assembly.worker
from docai.cli.worker import worker
from tests.faults.engines import ImageReader, PaperReader
from tests.faults.switches import switched

ADDRESS_SPACE_BYTES = 16 << 30
"""Far more than a worker needs and far less than a page of 100 GB asks for."""
_PR_SET_PDEATHSIG = 1
_RESTART_S = 0.1


class Nursery:
    """The workers, by name."""

    def __init__(self) -> None:
        self._specs: dict[str, Mapping[str, Any]] = {}
        self._pids: dict[str, int] = {}
        self._due: dict[str, float] = {}

    def run(self) -> None:
        """Obey until standard input ends; then everything is killed."""
        tell({"event": "ready"})
        pending = b""
        while True:
            if select.select([0], [], [], 0.02)[0]:
                piece = os.read(0, 1 << 16)
                if not piece:
                    break
                *lines, pending = (pending + piece).split(b"\n")
                for line in lines:
                    self._obey(json.loads(line))
            self._bury()
            for name in [name for name, at in self._due.items() if at <= time.monotonic()]:
                del self._due[name]
                self._start(name)
        for pid in self._pids.values():
            os.kill(pid, signal.SIGKILL)

    def _obey(self, command: Mapping[str, Any]) -> None:
        name = command["name"]
        if command["do"] == "start":
            self._specs[name] = command
            self._start(name)
        elif command["do"] == "dismiss":
            # Not started again when it ends.
            self._specs.pop(name, None)
            self._due.pop(name, None)
        else:
            pid = self._pids.get(name)
            if pid is not None:  # not buried yet, so the number is still its own
                os.kill(pid, command["signal"])
            tell({"event": "signalled", "name": name, "pid": pid, "signal": command["signal"]})

    def _bury(self) -> None:
        for name, pid in list(self._pids.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                del self._pids[name]
                tell({"event": "ended", "name": name, "pid": pid, "status": os.waitstatus_to_exitcode(status)})
                if name in self._specs:
                    self._due[name] = time.monotonic() + _RESTART_S

    def _start(self, name: str) -> None:
        pid = os.fork()
        if pid == 0:
            live(self._specs[name])
        self._pids[name] = pid
        tell({"event": "started", "name": name, "pid": pid})


def live(spec: Mapping[str, Any]) -> None:
    """Be a worker, to the end of the process."""
    status = 1
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL), 0, 0, 0)
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        os.dup2(2, 1)
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        random.seed()
        os.environ.update(spec["environment"])
        page_s = spec["page_s"]
        docai.assembly.parts.PdfSandbox = lambda **_: PaperReader(page_s)  # type: ignore[assignment,misc]
        docai.assembly.parts.RapidOcrReader = lambda **_: ImageReader(page_s)  # type: ignore[assignment,misc]
        with switched(spec["switches"]):
            worker(capability=spec["capabilities"])
        status = 0
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:  # noqa: BLE001 - the end of the process, which nobody else would tell of
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def tell(report: Mapping[str, object]) -> None:
    """Report a line, with the time."""
    os.write(1, json.dumps({"at": time.time(), **report}).encode() + b"\n")


if __name__ == "__main__":
    gc.freeze()
    Nursery().run()
