"""A form of many files, taken one at a time while it arrives: memory and disk hold one file, however many come."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from docai.errors import InvalidRequest, UploadIncomplete

if TYPE_CHECKING:  # what the parser itself calls it, for type checkers alone
    from python_multipart.multipart import MultipartCallbacks

SPOOL_BYTES = 1 << 20
"""Gathered before it is written, and kept in memory below this size."""
_MAX_FIELD_BYTES = 1 << 18
"""As much as `metadata` may be: 50 keys and values of 1,100 characters, of 4 bytes each."""
_MAX_HEADERS = 16
_MAX_HEADER_BYTES = 4096

OffLoop = Callable[[Callable[[], object]], Awaitable[object]]
"""Runs something that blocks in a thread for uploads."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """One file of the form, valid until the next one is asked for."""

    name: str
    stream: BinaryIO
    is_too_large: bool
    """It has more bytes than the limit, and those above it were dropped."""
    fields: dict[str, str]
    """The form's small fields that came before it."""


class _Piece(Enum):
    HEADERS = auto()
    DATA = auto()
    END = auto()


@dataclass(slots=True)
class _Events:
    """What the parser said, in order; it calls back while it is fed."""

    said: list[tuple[_Piece, bytes]] = field(default_factory=list)
    is_ended: bool = False
    _name: bytes = b""
    _value: bytes = b""
    _disposition: bytes = b""

    def callbacks(self) -> MultipartCallbacks:
        """For `MultipartParser`."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._on_name,
            "on_header_value": self._on_value,
            "on_header_end": self._on_header,
            "on_headers_finished": lambda: self.said.append((_Piece.HEADERS, self._disposition)),
            "on_part_data": lambda data, start, end: self.said.append((_Piece.DATA, data[start:end])),
            "on_part_end": lambda: self.said.append((_Piece.END, b"")),
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._name = self._value = self._disposition = b""

    def _on_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._disposition = self._value
        self._name = self._value = b""

    def _end(self) -> None:
        self.is_ended = True


class _Part:
    """The part that is arriving: a file, or a small field."""

    def __init__(self, disposition: bytes, max_bytes: int) -> None:
        _, options = parse_options_header(disposition)
        self.field = options.get(b"name", b"").decode("utf-8", "replace")
        name = options.get(b"filename")
        self.file_name = None if name is None else name.decode("utf-8", "replace")
        self._max_bytes = max_bytes if self.is_file else _MAX_FIELD_BYTES
        self.n_bytes = 0
        self.gathered = bytearray()

    @property
    def is_file(self) -> bool:
        """Whether it is a file, not a field."""
        return self.file_name is not None

    @property
    def is_too_large(self) -> bool:
        """Whether it has more bytes than it may."""
        return self.n_bytes > self._max_bytes

    def add(self, data: bytes) -> None:
        """The next bytes; those of a part that is too large are dropped."""
        self.n_bytes += len(data)
        if not self.is_too_large:
            self.gathered += data


async def sent_files(request: Request, *, max_bytes: int, off_loop: OffLoop) -> AsyncIterator[SentFile]:
    """The files of a form in the order sent, each as soon as it is whole.

    Args:
        request: Its body is the form.
        max_bytes: Of one file; a larger one is told as such, and the rest goes on.
        off_loop: Where files are written.

    Raises:
        InvalidRequest: the body is no form, or a malformed one.
        UploadIncomplete: it ends before the form does.
    """
    events = _Events()
    parser = _parser(request, events)
    fields: dict[str, str] = {}
    part: _Part | None = None
    with tempfile.TemporaryFile(buffering=0) as spool:
        async for chunk in request.stream():
            _feed(parser, chunk)
            said, events.said = events.said, []
            for piece, data in said:
                if piece is _Piece.HEADERS:
                    part = _Part(data, max_bytes)
                elif part is None:
                    continue
                elif piece is _Piece.DATA:
                    part.add(data)
                    if part.is_file and len(part.gathered) >= SPOOL_BYTES:
                        await off_loop(_writing(spool, part))
                elif part.is_file:
                    await off_loop(_writing(spool, part, is_last=True))
                    yield SentFile(part.file_name or "", cast("BinaryIO", spool), part.is_too_large, dict(fields))
                    await off_loop(_emptying(spool))
                    part = None
                else:
                    fields[part.field] = _text_of(part)
                    part = None
    if not events.is_ended:
        raise UploadIncomplete("The form ends before its last line; documents that came before were taken in.")


def _parser(request: Request, events: _Events) -> MultipartParser:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if kind.lower() != b"multipart/form-data" or not boundary:
        raise InvalidRequest("Send the files as multipart/form-data.")
    return MultipartParser(
        boundary, events.callbacks(), max_header_count=_MAX_HEADERS, max_header_size=_MAX_HEADER_BYTES
    )


def _feed(parser: MultipartParser, chunk: bytes) -> None:
    try:
        parser.write(chunk)
    except MultipartParseError as error:
        raise InvalidRequest(f"The form cannot be read: {error}") from error


def _writing(spool: IO[bytes], part: _Part, *, is_last: bool = False) -> Callable[[], None]:
    def write() -> None:
        spool.write(part.gathered)
        part.gathered.clear()
        if is_last:
            spool.seek(0)

    return write


def _emptying(spool: IO[bytes]) -> Callable[[], None]:
    def empty() -> None:
        spool.seek(0)
        spool.truncate()

    return empty


def _text_of(part: _Part) -> str:
    if part.is_too_large:
        raise InvalidRequest(f"The field {part.field!r} is longer than {_MAX_FIELD_BYTES} bytes.")
    return part.gathered.decode("utf-8", "replace")
