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
