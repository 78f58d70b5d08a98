"""What an index's owner and its clients say to one another over a Unix socket: frames, errors, and where the socket is.

A frame is two big-endian lengths, a JSON object and raw float32 numbers. Whatever arrives, reading it makes no more
than such an object and an array of bounded size.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import stat
import struct
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from docai.domain.embeddings import Matrix
from docai.errors import DocaiError, InvalidRequest, StoreError, StoreUnavailable
from docai.stores.qdrant.admission import MAX_PAGE_VECTORS

MAX_HEADER_BYTES = 16 * 1024 * 1024
"""Room for 400,000 document ids, far more than a search is kept within."""

MAX_DIMENSION = 8192
"""Longest vectors that are sent; those of the models known are half as long at most."""

STALL_S = 30.0
"""How long the other side may neither send the rest of a frame nor take one; on one machine it does so in moments."""

_LENGTHS = struct.Struct(">IQ")
_NUMBER = np.dtype("<f4")
_LONGEST_SOCKET_PATH = 100
"""unix(7): a socket's path has 107 bytes at most, macOS 103; the owner binds under a name a little longer first."""

NO_VECTORS: Matrix = np.zeros((0, 0), dtype=np.float32)
"""The body of a frame that carries none."""


def send(connection: socket.socket, header: Mapping[str, object], vectors: Matrix = NO_VECTORS) -> None:
    """Write one frame.

    Raises:
        OSError: the other side is gone, or takes nothing for `STALL_S`.
    """
    connection.settimeout(STALL_S)
    text = json.dumps({**header, "shape": vectors.shape}, default=str).encode()
    body = np.ascontiguousarray(vectors, dtype=_NUMBER).reshape(-1).view(np.uint8)
    connection.sendall(_LENGTHS.pack(len(text), body.nbytes) + text)
    connection.sendall(body.data)


def receive(connection: socket.socket, *, dimension: int, wait_s: float | None) -> tuple[dict[str, Any], Matrix] | None:
    """Read one frame, waiting so long for it to begin; None where the other side has hung up instead.

    Raises:
        InvalidRequest: what came is no frame, or larger than an index of this dimension can need.
        OSError: the other side hung up in the middle, or the frame did not begin in time, or stalled.
    """
    connection.settimeout(wait_s)
    start = connection.recv(1)
    if not start:
        return None
    connection.settimeout(STALL_S)
    n_header, n_body = _LENGTHS.unpack(start + _exactly(connection, _LENGTHS.size - 1))
    if n_header > MAX_HEADER_BYTES or n_body > MAX_PAGE_VECTORS * dimension * _NUMBER.itemsize:
        raise InvalidRequest("A frame is larger than the index takes.", header=n_header, body=n_body)
    text = _exactly(connection, n_header)
    numbers = _exactly(connection, n_body)
    try:
        header = json.loads(text)
        return dict(header), np.frombuffer(numbers, dtype=_NUMBER).reshape(header["shape"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise InvalidRequest("A frame is not what it says it is.", reason=str(error)) from error


def _exactly(connection: socket.socket, n_bytes: int) -> bytearray:
    buffer = bytearray(n_bytes)
    rest = memoryview(buffer)
    while rest:
        n_read = connection.recv_into(rest)
        if not n_read:
            raise ConnectionResetError("the other side hung up within a frame")
        rest = rest[n_read:]
    return buffer


def error_header(error: DocaiError) -> dict[str, object]:
    """An error as a frame's header."""
    return {"error": error.code, "message": error.message, "details": error.details}


def raise_error(header: Mapping[str, Any]) -> None:
    """Raise the error that a frame carries, if it carries one, as the class that the other side raised.

    Raises:
        DocaiError: of the class with that code; StoreError where there is none.
    """
    if "error" in header:
        kind = _CLASSES.get(header["error"], StoreError)
        error = kind(str(header["message"]))
        error.details.update(header["details"])
        raise error


def _subclasses(kind: type[DocaiError]) -> Iterator[type[DocaiError]]:
    for below in kind.__subclasses__():
        yield below
        yield from _subclasses(below)


_CLASSES = {kind.code: kind for kind in _subclasses(DocaiError)}


def socket_place(wanted: Path) -> Path:
    """Where a socket that is to be at `wanted` really is: under a short name if a socket's path cannot be so long.

    Owner and clients come to the same answer as long as they agree on the folder for temporary files.
    """
    wanted = wanted.resolve()
    if len(os.fsencode(wanted)) <= _LONGEST_SOCKET_PATH:
        return wanted
    name = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"docai-{os.geteuid()}-{name}" / "socket"


def check_folder(place: Path) -> None:
    """See to it that nobody else can have put the socket there.

    Raises:
        StoreUnavailable: the folder is missing, a link, or others may write to it.
    """
    try:
        found = place.parent.lstat()
    except OSError as error:
        raise StoreUnavailable(f"There is no folder {str(place.parent)!r}; is the index's owner running?") from error
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid in {os.geteuid(), 0}
    if not ours or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise StoreUnavailable(f"Others than we may write to {str(place.parent)!r}; move the socket elsewhere.")
