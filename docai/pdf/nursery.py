"""Starts the zygote, has it fork confined readers, and talks to them; restarts it when it dies."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from docai.errors import EngineUnavailable
from docai.pdf.channel import Message, receive, send
from docai.telemetry import log

_START_SECONDS = 120.0
"""Loading the engine and its models takes 2 s on an idle machine."""
_FORK_SECONDS = 10.0
_DEATH_SECONDS = 1.0
"""How long the kernel may take to report a dead zygote after it killed that zygote's children."""
_MAX_CONTROL_BYTES = 64 << 10
_KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "LANG")
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(128 << 20),
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}
"""Threads do not survive a fork. The memory of one drawing is kept for the next, which saves the kernel clearing it;
32 MiB is glibc's largest threshold, mallopt(3). Large pages, where the kernel has them, spare every new reader the
thousands of faults by which it would come to its memory (glibc manual, Memory Allocation Tunables)."""


class Child:
    """A confined reader of one document."""

    def __init__(self, channel: socket.socket, handle: int, zygote: subprocess.Popen[bytes]) -> None:
        self._channel = channel
        self._handle = handle
        self._zygote = zygote

    def ask(self, message: Message, *, timeout_s: float, max_content_bytes: int) -> Message:
        """Send a request and wait for its answer.

        Raises:
            ChannelClosed, ChannelTimedOut: there is none; the child must be killed.
        """
        deadline = time.monotonic() + timeout_s
        send(self._channel, message, deadline)
        return receive(self._channel, max_content_bytes=max_content_bytes, deadline=deadline)

    def kill_process(self) -> None:
        """End the process, whatever it is doing; the next request meets a dead child."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def kill(self) -> None:
        """End the process and let go of it."""
        self._channel.close()
        if self._handle >= 0:
            self.kill_process()
            os.close(self._handle)
            self._handle = -1

    def lost_its_zygote(self) -> bool:
        """Whether it died because the zygote did, through no fault of its document."""
        try:
            self._zygote.wait(_DEATH_SECONDS)
        except subprocess.TimeoutExpired:
            return False
        return True


class Nursery:
    """One zygote and the way to ask it for children. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self.layers: tuple[str, ...] = ()
        self.n_started = 0

    def start(self) -> None:
        """Have a zygote ready; harmless when there is one.

        Raises:
            EngineUnavailable: it does not come up.
        """
        with self._lock:
            self._ensure()

    def fork(self, path: Path, *, memory_mib: int) -> Child:
        """A child that holds the file open and is confined before it looks at it.

        Raises:
            EngineUnavailable: no zygote comes up.
            OSError: the file cannot be opened.
        """
        with path.open("rb") as file, self._lock:
            for _ in range(2):
                process, control = self._ensure()
                ours, theirs = socket.socketpair()
                try:
                    request = json.dumps({"memory_mib": memory_mib}).encode()
                    socket.send_fds(control, [request], [theirs.fileno(), file.fileno()])
                    handle = _received_handle(control)
                except OSError:
                    ours.close()
                    self._end()
                    continue
                finally:
                    theirs.close()
                return Child(ours, handle, process)
        raise EngineUnavailable("The PDF engine's process dies whenever it is asked to read.")

    def kill_process(self) -> None:
        """End the zygote as a crash would; the next request starts another."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()  # by then the kernel has told its children to end

    def close(self) -> None:
        """End the zygote and, with it, every child."""
        with self._lock:
            self._end()

    def _ensure(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        if self._process is not None and self._process.poll() is not None:
            log("engine died", level="error", returncode=self._process.returncode)
            self._end()
        if self._process is None or self._control is None:
            self._process, self._control = _start_process()
            self.n_started += 1
            try:
                self.layers = _wait_until_ready(self._control)
            except EngineUnavailable:
                self._end()
                raise
        return self._process, self._control

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._control = None


def _start_process() -> tuple[subprocess.Popen[bytes], socket.socket]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    with theirs:
        process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
            [sys.executable, "-I", "-m", "docai.pdf.zygote", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env={**environment, **_ENVIRONMENT},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # a Ctrl-C at the terminal is for the parent to handle
        )
    return process, ours


def _wait_until_ready(control: socket.socket) -> tuple[str, ...]:
    control.settimeout(_START_SECONDS)
    try:
        said = json.loads(control.recv(_MAX_CONTROL_BYTES) or b'{"error": "it ended at once"}')
    except OSError as error:
        raise EngineUnavailable("The PDF engine's process does not start.") from error
    if "error" in said:
        raise EngineUnavailable(f"The PDF engine cannot be loaded: {said['error']}")
    control.settimeout(_FORK_SECONDS)
    return tuple(said["layers"])


def _received_handle(control: socket.socket) -> int:
    _, handles, _, _ = socket.recv_fds(control, _MAX_CONTROL_BYTES, 1)
    if not handles:
        raise ConnectionResetError("the zygote hung up")
    return handles[0]
