"""The workers of a run: started, signalled and replaced through the nursery, and the record of what became of each."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_START_S = 120.0
_END_S = 30.0


@dataclass(frozen=True, slots=True)
class End:
    """How a worker process ended; a negative status is the signal's number."""

    name: str
    pid: int
    status: int
    at: float


class NurseryProcess:
    """The nursery, from this side."""

    def __init__(self, log: Path) -> None:
        self.ends: list[End] = []
        self.pids: dict[str, int] = {}
        self._changed = threading.Condition()
        self._ready = False
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DOCAI_")}
        self._log = log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=environment | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(_END_S)
        self._thread.join()
        self._process.stdout.close()
        self._log.close()

    def wait_ready(self) -> None:
        """Until it has loaded everything."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._ready, _START_S), "the nursery does not come up; see its log"

    def tell(self, **command: object) -> None:
        """Give a command."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        self._process.stdin.flush()

    def wait_for(self, condition: Any, timeout_s: float) -> bool:
        """Until something that was reported makes the condition true."""
        with self._changed:
            return bool(self._changed.wait_for(condition, timeout_s))

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._changed:
                self._note(json.loads(line))
                self._changed.notify_all()

    def _note(self, report: Mapping[str, Any]) -> None:
        event = report["event"]
        if event == "ready":
            self._ready = True
        elif event == "started":
            self.pids[report["name"]] = report["pid"]
        elif event == "ended":
            self.pids.pop(report["name"], None)
            self.ends.append(End(report["name"], report["pid"], report["status"], report["at"]))


class Crew:
    """Workers of one run; they are gone afterwards."""

    def __init__(self, nursery: NurseryProcess, environment: Mapping[str, str]) -> None:
        self._nursery = nursery
        self._environment = dict(environment)
        self._first_end = len(nursery.ends)
        self.names: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        for name in self.names:
            self._nursery.tell(do="dismiss", name=name)
            self.signal(name, signal.SIGKILL)
        assert self._nursery.wait_for(lambda: not self._running(), _END_S)

    def start(
        self, *capabilities: str, page_s: float = 0.0, switches: Sequence[str] = (), **environment: str
    ) -> Sequence[str]:
        """Start a worker for each, and say what they are called."""
        names = [f"w{len(self.names) + i}" for i in range(len(capabilities))]
        for name, can in zip(names, capabilities, strict=True):
            self._nursery.tell(
                do="start",
                name=name,
                capabilities=can,
                environment=self._environment | environment,
                page_s=page_s,
                switches=list(switches),
            )
        self.names += names
        return names

    def dismiss(self) -> None:
        """Let all finish what they do and leave; nobody comes in their place."""
        for name in self.names:
            self._nursery.tell(do="dismiss", name=name)
            self.signal(name, signal.SIGTERM)
        assert self._nursery.wait_for(lambda: not self._running(), _END_S)

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal; harmless while the worker is being replaced."""
        self._nursery.tell(do="signal", name=name, signal=int(number))

    def pid(self, name: str) -> int | None:
        """A worker's process number; None while it is being replaced."""
        return self._nursery.pids.get(name)

    def wait_replaced(self, name: str, pid: int | None, timeout_s: float = _END_S) -> None:
        """Until another process stands in a worker's place."""
        assert self._nursery.wait_for(lambda: self.pid(name) not in {None, pid}, timeout_s), f"{name} never came back"

    @property
    def ends(self) -> Sequence[End]:
        """How this run's processes ended so far."""
        return [end for end in self._nursery.ends[self._first_end :] if end.name in self.names]

    def _running(self) -> bool:
        return any(name in self._nursery.pids for name in self.names)


def eventually(condition: Any, timeout_s: float, every_s: float = 0.05) -> float | None:
    """Seconds until a condition came true; None if it did not in time."""
    begun = time.monotonic()
    while not condition():
        if time.monotonic() - begun > timeout_s:
            return None
        time.sleep(every_s)
    return time.monotonic() - begun
