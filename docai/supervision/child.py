"""One child process: started, watched, restarted after ever longer pauses, drained, killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import IO

from docai.supervision.leash import leashed

LineSink = Callable[[str, str], None]
"""Takes a child's name and a line of its; called from threads."""

_LONGEST_LINE = 16 << 10
_KEPT_LINES = 12
_READER_END_S = 1.0
_PROBE_S = 0.2


class ChildState(StrEnum):
    """Where a child stands."""

    WAITING = "waiting"
    """For those that it comes after."""
    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"
    """It ended by itself and is started again after a pause."""
    STOPPING = "stopping"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """What to run, and how to tell that it does."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    """All of its environment. Secrets belong here, never in `argv`, which everybody on the machine may read."""
    ready: Callable[[], bool] | None = None
    """Whether it does its work by now; None: as soon as it runs. Asked several times a second, so it does not take
    long; an `OSError` means not yet."""
    grace_s: float = 30.0
    """How long it may take to end after it was asked to."""
    after: tuple[str, ...] = ()
    """Names of children that it needs: it starts when they are ready, and they stop when it has ended."""


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """How long to wait before a child that ended is started again."""

    first_s: float = 0.2
    longest_s: float = 10.0
    healthy_s: float = 30.0
    """After running for this long it counts as healthy, and its next end as its first."""

    def pause_s(self, n_failures: int) -> float:
        """The pause after so many ends in a row, at least one: doubled each time."""
        return float(min(self.longest_s, self.first_s * 2 ** min(n_failures - 1, 32)))


@dataclass(frozen=True, slots=True)
class ChildStatus:
    """A child as it stands now."""

    name: str
    state: ChildState
    pid: int | None
    n_restarts: int
    exit_code: int | None
    """Of its last end; negative: the number of the signal that ended it."""
    seconds: float
    """Since it came into this state."""

    @property
    def end(self) -> str:
        """How it ended last, in words."""
        if self.exit_code is not None and self.exit_code < 0:
            return f"signal {signal.Signals(-self.exit_code).name}"
        return f"exit code {self.exit_code}"


class Child:
    """A child process over all its lives. Every method is called from one and the same lasting thread."""

    def __init__(self, spec: ChildSpec, *, on_line: LineSink, policy: RestartPolicy) -> None:
        """Name what to run; nothing is started before `start`."""
        self.spec = spec
        self._on_line = on_line
        self._policy = policy
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._last_words: deque[str] = deque(maxlen=_KEPT_LINES)
        self._started = 0.0
        self._kill_time = 0.0
        self._next_probe = 0.0
        self._enter(ChildState.WAITING)
        self.n_failures = 0
        """Ends in a row, none of which came after a healthy life."""
        self.was_ready = False
        self._n_starts = 0
        self._exit_code: int | None = None

    @property
    def state(self) -> ChildState:
        """Where it stands."""
        return self._state

    @property
    def status(self) -> ChildStatus:
        """All that can be told of it."""
        return ChildStatus(
            name=self.spec.name,
            state=self._state,
            pid=None if self._process is None else self._process.pid,
            n_restarts=max(0, self._n_starts - 1),
            exit_code=self._exit_code,
            seconds=time.monotonic() - self._since,
        )

    @property
    def last_words(self) -> str:
        """The last lines of its last life."""
        return "\n".join(tuple(self._last_words))

    def start(self) -> None:
        """Start its process, in a session of its own: Ctrl-C in the terminal is for us to pass on, in order."""
        self._last_words.clear()
        self._n_starts += 1
        self._started = time.monotonic()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - runs what its caller says
                leashed(self.spec.argv),
                env=self.spec.env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:  # no room for another process: there may be after the next pause
            self._last_words.append(str(error))
            self._has_failed()
            return
        assert self._process.stdout is not None
        self._reader = threading.Thread(
            target=self._pass_on_lines, args=(self._process.stdout,), name=f"lines of {self.spec.name}", daemon=True
        )
        self._reader.start()
        self._enter(ChildState.STARTING)

    def look(self) -> None:
        """Take in what has happened to it, and do what is due."""
        if self._process is not None and _has_ended(self._process):
            self._bury(self._process)
        now = time.monotonic()
        if self._state is ChildState.STARTING and self._is_ready():
            self.was_ready = True
            self._enter(ChildState.READY)
        elif self._state is ChildState.RESTARTING and now >= self._since + self._policy.pause_s(self.n_failures):
            self.start()
        elif self._state is ChildState.STOPPING and now >= self._kill_time:
            self.kill()

    def drain(self) -> None:
        """Ask it to end, and kill it in `look` once its grace is over."""
        if self._process is None:
            self._enter(ChildState.STOPPED)
            return
        self._process.send_signal(signal.SIGTERM)
        self._kill_time = time.monotonic() + self.spec.grace_s
        self._enter(ChildState.STOPPING)

    def kill(self) -> None:
        """End it now, with all that it has started."""
        if self._process is not None:
            _kill_group(self._process)
            self._enter(ChildState.STOPPING)
            self._bury(self._process)
        else:
            self._enter(ChildState.STOPPED)

    def _is_ready(self) -> bool:
        now = time.monotonic()
        if now < self._next_probe:
            return False
        self._next_probe = now + _PROBE_S
        try:
            return self.spec.ready is None or self.spec.ready()
        except OSError:
            return False

    def _bury(self, process: subprocess.Popen[bytes]) -> None:
        # Before its number is given back: what it leaves behind in its group would hold its output open.
        _kill_group(process)
        self._exit_code = process.wait()
        self._process = None
        if self._reader is not None:
            self._reader.join(_READER_END_S)
        if self._state is ChildState.STOPPING:
            self._enter(ChildState.STOPPED)
        else:
            self._has_failed()

    def _has_failed(self) -> None:
        is_healthy = time.monotonic() - self._started >= self._policy.healthy_s
        self.n_failures = 1 if is_healthy else self.n_failures + 1
        self._enter(ChildState.RESTARTING)

    def _enter(self, state: ChildState) -> None:
        self._state = state
        self._since = time.monotonic()

    def _pass_on_lines(self, stream: IO[bytes]) -> None:
        with stream:
            while line := stream.readline(_LONGEST_LINE):
                text = line.decode(errors="replace").rstrip()
                self._last_words.append(text)
                with contextlib.suppress(OSError):  # the terminal is gone; the child must not block because of it
                    self._on_line(self.spec.name, text)


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether it has, without giving its number back yet."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS forbids it for a dead process
        os.killpg(process.pid, signal.SIGKILL)
