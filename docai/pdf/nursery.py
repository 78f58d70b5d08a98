"""Starts the zygote, takes confined readers from it, and talks to them; restarts it when it dies."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import BinaryIO

from docai.errors import EngineUnavailable
from docai.pdf.channel import Message, receive, send
from docai.telemetry import log

_START_SECONDS = 120.0
"""Loading the engine and its models takes 2 s on an idle machine."""
_FORK_SECONDS = 10.0
_PAUSES_S = (0.0, 0.0, 0.1, 0.4, 1.0)
"""Before each attempt to get a child: at once where one process died, longer where the machine is out of them."""
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

    def __init__(self, channel: socket.socket, handle: int, pid: int) -> None:
        self.channel = channel
        self._handle = handle
        self._pid = pid

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        waiting = select.poll()  # unlike select, for descriptors of any number
        waiting.register(self._handle, select.POLLIN)
        return not waiting.poll(0)

    @property
    def memory_mib(self) -> int:
        """Its address space as of now, MiB; 0 where the system does not tell."""
        try:
            pages = int(Path(f"/proc/{self._pid}/statm").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return 0
        return pages * os.sysconf("SC_PAGE_SIZE") >> 20

    def ask(self, message: Message, *, timeout_s: float, max_content_bytes: int) -> Message:
        """Send a request and wait for its answer.

        Raises:
            ChannelClosed, ChannelTimedOut: there is none; the child must be killed.
        """
        deadline = time.monotonic() + timeout_s
        send(self.channel, message, deadline)
        return receive(self.channel, max_content_bytes=max_content_bytes, deadline=deadline)

    def kill_process(self) -> None:
        """End the process, whatever it is doing; the next request meets a dead child."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def kill(self) -> None:
        """End the process and let go of it."""
        self.channel.close()
        if self._handle >= 0:
            self.kill_process()
            os.close(self._handle)
            self._handle = -1


class Nursery:
    """One zygote and the way to ask it for children. Thread-safe."""

    def __init__(self, *, memory_mib: int, n_ahead: int = 2) -> None:
        """Set the limits; nothing is started yet.

        Args:
            memory_mib: address space of a child, MiB, engine included.
            n_ahead: children that wait for a document.
        """
        self._memory_mib = memory_mib
        self.n_ahead = n_ahead
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

    def take(self, file: BinaryIO) -> Child:
        """A child of its own for an open file, confined before it was given the file.

        Raises:
            EngineUnavailable: no zygote comes up, or the machine has no room for another process.
        """
        refusal = "it dies whenever it is asked to read"
        for pause_s in _PAUSES_S:
            time.sleep(pause_s)
            with self._lock:
                control = self._ensure()
                try:
                    child = _received_child(control)
                except OSError:
                    self._end()
                    continue
            if isinstance(child, str):
                refusal = child
                continue
            try:
                socket.send_fds(child.channel, [b"f"], [file.fileno()])
            except OSError:  # it was killed while it waited
                child.kill()
                continue
            return child
        raise EngineUnavailable(f"The PDF engine's process has no reader to give: {refusal}.")

    def kill_process(self) -> None:
        """End the zygote as a crash would; the next request starts another."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()  # by then the kernel has told its children to end

    def close(self) -> None:
        """End the zygote and, with it, every child."""
        with self._lock:
            self._end()

    def _ensure(self) -> socket.socket:
        if self._process is not None and self._process.poll() is not None:
            log("engine died", level="error", returncode=self._process.returncode)
            self._end()
        if self._process is None or self._control is None:
            self._process, self._control = _start_process(self._memory_mib, self.n_ahead)
            self.n_started += 1
            try:
                self.layers = _wait_until_ready(self._control)
            except EngineUnavailable:
                self._end()
                raise
        return self._control

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._control = None


def _start_process(memory_mib: int, n_ahead: int) -> tuple[subprocess.Popen[bytes], socket.socket]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    with theirs:
        process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
            [sys.executable, "-I", "-m", "docai.pdf.zygote", str(theirs.fileno()), str(memory_mib), str(n_ahead)],
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


def _received_child(control: socket.socket) -> Child | str:
    """A child, or why there is none now.

    Raises:
        OSError: the zygote is gone, or says nothing.
    """
    control.send(b"{}")
    content, descriptors, _, _ = socket.recv_fds(control, _MAX_CONTROL_BYTES, 2)
    if not content:
        raise ConnectionResetError("the zygote hung up")
    said = json.loads(content)
    if "error" in said:
        return str(said["error"])
    if len(descriptors) < 2:  # there was no room for both: whom they belong to finds nobody here, and leaves
        for descriptor in descriptors:
            os.close(descriptor)
        return "this process has too many open files"
    channel, handle = descriptors
    return Child(socket.socket(fileno=channel), handle, int(said["pid"]))
