"""Leave when asked: the first signal ends claiming at once, whatever runs; the second ends the process."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable

ASKED = (signal.SIGTERM, signal.SIGINT)
_SIGNALLED = 128
"""A shell's exit status for a process that a signal ended: this and the signal's number."""


class Departure:
    """Hears signals even while the main thread is within a library's call, which Python's own handlers must await."""

    def __init__(self, stop: Callable[[], None]) -> None:
        """Have `stop` called, in a thread, with the first signal."""
        self._stop = stop
        self._n_asked = 0

    def listen(self) -> None:
        """Begin; from the main thread. The handlers that are in force still run, when the main thread comes to them."""
        ours, pythons = socket.socketpair()
        pythons.setblocking(False)
        signal.set_wakeup_fd(pythons.fileno(), warn_on_full_buffer=False)
        threading.Thread(target=self._hear, args=(ours, pythons), name="docai-departure", daemon=True).start()

    def _hear(self, ours: socket.socket, pythons: socket.socket) -> None:
        with ours, pythons:  # both stay open as long as the thread lives
            while numbers := ours.recv(64):
                for number in numbers:
                    if number in ASKED:
                        self._asked(number)

    def _asked(self, number: int) -> None:
        self._n_asked += 1
        if self._n_asked > 1:
            os._exit(_SIGNALLED + number)
        self._stop()


class Parting:
    """Tells the child processes of a pool that their parent is leaving; or that it is gone, however it ended.

    Celery lets children finish the task at hand, and ours goes on until there is no work. They hear no signal of the
    parent's, but all of them hold the reading end of a pipe, whose writing end the parent alone has open.
    """

    def __init__(self) -> None:
        """Begin, in the parent, before it has children."""
        self._reading, self._writing = os.pipe()
        self._parent = os.getpid()

    def leave(self) -> None:
        """In the parent: it is leaving."""
        if self._writing >= 0:
            os.close(self._writing)
            self._writing = -1

    def listen(self, stop: Callable[[], None]) -> None:
        """In a child: have `stop` called, in a thread, when the parent leaves; harmless in the parent itself."""
        if os.getpid() == self._parent:
            return  # a pool without children announces itself as one
        self.leave()
        threading.Thread(target=self._await, args=(stop,), name="docai-parting", daemon=True).start()

    def _await(self, stop: Callable[[], None]) -> None:
        os.read(self._reading, 1)
        stop()
