"""A process that has loaded the PDF engine and its models, and forks one confined reader per document."""

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
from typing import Any

from docai.pdf import confinement

CONTROL_MESSAGE_BYTES = 64 << 10
_REAP_SECONDS = 1.0


def main() -> None:
    """Serve the control socket whose descriptor is the first argument until its other end closes."""
    control = socket.socket(fileno=int(sys.argv[1]))
    try:
        _load_engine()
    except Exception as error:  # noqa: BLE001 -- told to the parent, which has no other way to learn of it
        control.send(json.dumps({"error": repr(error)}).encode())
        return
    gc.collect()
    gc.freeze()  # the children share these pages as long as nobody counts references in them
    _free_memory()
    control.send(json.dumps({"layers": confinement.available_layers()}).encode())
    while (request := _next_request(control)) is not None:
        pid = os.fork()
        if pid == 0:
            control.close()
            _read_document(*request)
        _hand_over(control, pid, request)


def _free_memory() -> None:
    """Give the kernel what is no longer needed: a child that wrote to it would first have to copy it."""
    with contextlib.suppress(AttributeError):  # another C library than glibc
        ctypes.CDLL(None).malloc_trim(0)


def _next_request(control: socket.socket) -> tuple[int, int, int] | None:
    """The reader's channel, the file and the memory limit; None when the parent is gone."""
    while True:
        readable, _, _ = select.select([control], [], [], _REAP_SECONDS)
        _reap()
        if readable:
            content, descriptors, _, _ = socket.recv_fds(control, CONTROL_MESSAGE_BYTES, 2)
            if not content:
                return None
            channel, file = descriptors
            return channel, file, int(json.loads(content)["memory_mib"])


def _hand_over(control: socket.socket, pid: int, request: tuple[int, int, int]) -> None:
    """Give the parent a handle on the child that cannot come to mean another process."""
    handle = os.pidfd_open(pid)
    socket.send_fds(control, [b"{}"], [handle])
    for descriptor in (handle, *request[:2]):
        os.close(descriptor)


def _reap() -> None:
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return


def _read_document(channel: int, file: int, memory_mib: int) -> None:
    """The child: confined before the first byte of the file is looked at. Does not return."""
    status = 1
    try:
        confinement.die_with_parent()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _close_all_but({0, 1, 2, channel, file})
        layers = confinement.confine(memory_mib=memory_mib)

        from docai.pdf import service  # noqa: PLC0415 -- loaded long since, behind the change to onnxruntime

        service.serve(socket.socket(fileno=channel), file, layers)
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
