"""Several child processes as one: started in order, restarted when they end, stopped in reverse order by a signal."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Collection, Sequence
from types import FrameType, TracebackType
from typing import Any, Self

from docai.errors import ConfigurationError
from docai.supervision.child import Child, ChildSpec, ChildState, ChildStatus, LineSink, RestartPolicy

_POLL_S = 0.05
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_MAX_FAILED_STARTS = 3
"""A child that ended so often without ever having been ready will not come up by being started again."""
_START_TIMEOUT_S = 120.0
_ONE_REQUEST_S = 0.5
"""Signals closer than this are one request: a closing terminal and timeout(1) send theirs twice."""


class Supervisor:
    """Runs children from `__enter__` to `__exit__`, where all of them are stopped.

    SIGTERM, SIGINT and SIGHUP make `wait_ready` and `run` return; a second one kills what is still there. It is used
    from the main thread: signals arrive there, and the kernel ties the children's lives to the thread that starts
    them.
    """

    def __init__(
        self,
        specs: Sequence[ChildSpec],
        *,
        on_line: LineSink,
        on_change: Callable[[ChildStatus], None] | None = None,
        policy: RestartPolicy | None = None,
    ) -> None:
        """Name the children.

        Args:
            specs: in the order of their start; each comes after those that it names.
            on_line: takes each child's output.
            on_change: told whenever a child comes into another state.
            policy: how restarts are paced.

        Raises:
            ValueError: a name is there twice, or a child comes after one that is not before it.
        """
        self._children: dict[str, Child] = {}
        for spec in specs:
            if spec.name in self._children or not self._children.keys() >= set(spec.after):
                raise ValueError(f"{spec.name!r} is there twice or comes after a child that is not before it")
            self._children[spec.name] = Child(spec, on_line=on_line, policy=policy or RestartPolicy())
        self._on_change = on_change
        self._told: dict[str, ChildState] = {}
        self._asked_to_stop: float | None = None
        self._must_kill = False
        self._handlers: dict[int, Any] = {}

    @property
    def is_stopping(self) -> bool:
        """Whether a signal has asked for the end."""
        return self._asked_to_stop is not None

    def statuses(self) -> tuple[ChildStatus, ...]:
        """How each child stands, in the order of their start."""
        return tuple(child.status for child in self._children.values())

    def wait_ready(self, timeout_s: float = _START_TIMEOUT_S, *, without: Collection[str] = ()) -> bool:
        """Start the children and wait until each has been ready; False if a signal came instead.

        Args:
            timeout_s: how long to wait.
            without: names of children that are started and not waited for.

        Raises:
            ConfigurationError: a child does not come up; the message has its last words.
        """
        deadline = time.monotonic() + timeout_s
        while not self.is_stopping:
            self._tick()
            late = [child for name, child in self._children.items() if not child.was_ready and name not in without]
            if not late:
                return True
            for child in late:
                if child.n_failures >= _MAX_FAILED_STARTS:
                    raise _failure(child, f"ended {child.n_failures} times, at last with {child.status.end}")
            if time.monotonic() > deadline:
                raise _failure(late[0], f"is not ready after {timeout_s:.0f} s")
            time.sleep(_POLL_S)
        return False

    def run(self, chore: Callable[[], None] | None = None) -> None:
        """Keep the children running until a signal asks for the end; `chore` is done again and again meanwhile."""
        while not self.is_stopping:
            self._tick()
            if chore is not None:
                chore()
            time.sleep(_POLL_S)

    def stop(self) -> None:
        """Stop every child, those that others need after those others, and wait until all have ended."""
        while any(child.state is not ChildState.STOPPED for child in self._children.values()):
            for child in reversed(self._children.values()):
                if self._must_kill:
                    child.kill()
                elif child.state not in {ChildState.STOPPING, ChildState.STOPPED} and self._is_free(child):
                    child.drain()
                child.look()
                self._tell(child)
            time.sleep(_POLL_S)

    def __enter__(self) -> Self:
        for number in _STOP_SIGNALS:
            self._handlers[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        try:
            self.stop()
        finally:
            for number, handler in self._handlers.items():
                signal.signal(number, handler)

    def _tick(self) -> None:
        for child in self._children.values():
            if child.state is ChildState.WAITING and all(self._children[name].was_ready for name in child.spec.after):
                child.start()
            child.look()
            self._tell(child)

    def _is_free(self, child: Child) -> bool:
        """Whether nobody needs it any more."""
        others = (other for other in self._children.values() if child.spec.name in other.spec.after)
        return all(other.state is ChildState.STOPPED for other in others)

    def _tell(self, child: Child) -> None:
        if self._told.get(child.spec.name) is not child.state:
            self._told[child.spec.name] = child.state
            if self._on_change is not None:
                self._on_change(child.status)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._asked_to_stop is None:
            self._asked_to_stop = now
        elif now > self._asked_to_stop + _ONE_REQUEST_S:
            self._must_kill = True


def _failure(child: Child, reason: str) -> ConfigurationError:
    return ConfigurationError(
        f"{child.spec.name} does not come up: it {reason}. Its last words:\n{child.last_words}", child=child.spec.name
    )
