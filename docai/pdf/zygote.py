"""A process that has loaded the PDF engine and its models; has confined readers waiting, one for each document."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import select
import signal
import socket
import sys
from collections import deque
from dataclasses import dataclass
from typing import Any

from docai.pdf import confinement

CONTROL_MESSAGE_BYTES = 64 << 10
_REAP_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Reader:
    """A confined process that waits to be given a document."""

    pid: int
    handle: int
    """Of the process: unlike its number, it cannot come to mean another one."""
    channel: socket.socket
    """The parent's end."""


def main() -> None:
    """Serve a control socket until its other end closes.

    The arguments: its descriptor, a reader's memory limit in MiB, and how many readers to have waiting.
    """
    control = socket.socket(fileno=int(sys.argv[1]))
    memory_mib, n_ahead = int(sys.argv[2]), int(sys.argv[3])
    try:
        _load_engine()
    except Exception as error:  # noqa: BLE001 -- told to the parent, which has no other way to learn of it
        control.send(json.dumps({"error": repr(error)}).encode())
        return
    gc.collect()
    gc.freeze()  # the children share these pages as long as nobody counts references in them
    _free_memory()
    control.send(json.dumps({"layers": confinement.available_layers()}).encode())
    waiting: deque[_Reader] = deque()
    while True:
        _fill(waiting, n_ahead, control, memory_mib)
        if not _is_asked(control):
            return
        _hand_over(control, waiting, memory_mib)


def _free_memory() -> None:
    """Give the kernel what is no longer needed: a child that wrote to it would first have to copy it."""
    with contextlib.suppress(AttributeError):  # another C library than glibc
        ctypes.CDLL(None).malloc_trim(0)


def _fill(waiting: deque[_Reader], n_ahead: int, control: socket.socket, memory_mib: int) -> None:
    """Have readers waiting; if the machine has no room for another process now, there are fewer for a while."""
    with contextlib.suppress(OSError):
        while len(waiting) < n_ahead:
            waiting.append(_forked(control, waiting, memory_mib))


def _is_asked(control: socket.socket) -> bool:
    """Wait for a request, burying readers that end meanwhile; False once the parent is gone."""
    while True:
        readable, _, _ = select.select([control], [], [], _REAP_SECONDS)
        _reap()
        if readable:
            return bool(control.recv(CONTROL_MESSAGE_BYTES))


def _hand_over(control: socket.socket, waiting: deque[_Reader], memory_mib: int) -> None:
    """Give the parent a reader that lives: its channel and the handle by which to end it; or say why there is none."""
    try:
        reader = _living(waiting) or _forked(control, waiting, memory_mib)
    except OSError as error:
        control.send(json.dumps({"error": str(error)}).encode())
        return
    socket.send_fds(control, [json.dumps({"pid": reader.pid}).encode()], [reader.channel.fileno(), reader.handle])
    _let_go(reader)


def _living(waiting: deque[_Reader]) -> _Reader | None:
    while waiting:
        reader = waiting.popleft()
        ended, _, _ = select.select([reader.handle], [], [], 0)
        if not ended:
            return reader
        _let_go(reader)
    return None


def _let_go(reader: _Reader) -> None:
    reader.channel.close()
    os.close(reader.handle)


def _forked(control: socket.socket, waiting: deque[_Reader], memory_mib: int) -> _Reader:
    """Raises OSError when there is no room for another process."""
    ours, theirs = socket.socketpair()
    try:
        pid = os.fork()
        if pid == 0:
            # Closed before the child does anything: a channel that it held could never hang up on another reader.
            for held in (control, ours, *(reader.channel for reader in waiting)):
                held.close()
            _read_document(theirs.detach(), memory_mib)
        return _Reader(pid, os.pidfd_open(pid), ours)
    except OSError:
        ours.close()  # a child that was made all the same finds nobody at the other end, and leaves
        raise
    finally:
        theirs.close()


def _reap() -> None:
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return


def _read_document(channel: int, memory_mib: int) -> None:
    """The child: confined before it is given a file. Does not return."""
    status = 1
    try:
        confinement.die_with_parent()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _close_all_but({0, 1, 2, channel})
        layers = confinement.confine()

        from docai.pdf import service  # noqa: PLC0415 -- loaded long since, behind the change to onnxruntime

        service.serve(socket.socket(fileno=channel), layers, memory_mib=memory_mib)
        status = 0
    finally:
        os._exit(status)


def _close_all_but(kept: set[int]) -> None:
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 -- before the confinement, and cheaper than 1,000 close calls
        if int(name) not in kept:
            try:
                os.close(int(name))
            except OSError:  # the directory's own descriptor
                continue


def _load_engine() -> None:
    """Import everything that a child may need, with single-threaded models: a fork keeps only one thread."""
    import onnxruntime  # noqa: PLC0415 -- a failure to load is reported to the parent

    class SingleThreadedSession(onnxruntime.InferenceSession):  # type: ignore[misc]
        def __init__(self, path_or_bytes: object, sess_options: object = None, **others: object) -> None:
            options: Any = sess_options or onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            options.inter_op_num_threads = 1
            super().__init__(path_or_bytes, sess_options=options, **others)

    onnxruntime.InferenceSession = SingleThreadedSession

    from docai.pdf import service  # noqa: PLC0415 -- makes its sessions while it is imported

    service.warm_up()


if __name__ == "__main__":
    main()
