"""Bytes to a document that is stored but not yet opened: what it is, what it is called, whether it is too large."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import BinaryIO

from typing_extensions import Buffer

from docai.domain.documents import Document, DocumentStatus, MediaType
from docai.domain.ids import TenantId, new_document_id
from docai.errors import EmptyFile, UnsupportedFormat
from docai.pipeline.metadata import checked_metadata
from docai.protocols import BlobStore

SNIFFED_BYTES = 4096
_PDF_HEADER_BYTES = 1024
"""Readers accept the header anywhere in the first 1,024 bytes (PDF 32000-1:2008, annex H.3, note 13)."""
_PDF_HEADER = b"%PDF-"
_PDF_PIECES = re.compile(rb"\d+\s+\d+\s*obj\b|\btrailer\s*<<|\bstartxref\b")
"""What a PDF that lost its header still has: readers rebuild such files from their objects."""
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
    (b"\xff\xd8\xff", MediaType.JPEG),
    (b"II*\x00", MediaType.TIFF),
    (b"MM\x00*", MediaType.TIFF),
)
_MAX_NAME_CHARACTERS = 200
_MAX_SUFFIX_CHARACTERS = 10
_INVISIBLE = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
"""Unicode categories without a mark of their own: controls, bidirectional overrides, private use, line separators."""
_NAMELESS = "document"


def take_in(
    stream: BinaryIO,
    name: str,
    *,
    tenant_id: TenantId,
    blobs: BlobStore,
    max_bytes: int,
    now: datetime,
    metadata: Mapping[str, str] | None = None,
) -> Document:
    """Store an upload and describe it; a file that is refused leaves nothing behind.

    Args:
        stream: the bytes, from where it stands to its end.
        name: what the caller calls the file; only ever shown.
        tenant_id: whose document it will be.
        blobs: where the bytes go.
        max_bytes: the largest file taken.
        now: the time of the upload.
        metadata: what the caller says of the file.

    Raises:
        InvalidRequest: the metadata cannot be kept.
        EmptyFile, UnsupportedFormat, DocumentTooLarge: the file is refused.
        StoreFull: there is no room for it.
    """
    said = checked_metadata(metadata or {})
    head = _read(stream, SNIFFED_BYTES)
    media_type = sniff(head)
    sha256, n_bytes = blobs.put_stream(io.BufferedReader(_Rejoined(head, stream)), max_bytes)
    return Document(
        id=new_document_id(),
        tenant_id=tenant_id,
        name=clean_name(name),
        sha256=sha256,
        media_type=media_type,
        n_bytes=n_bytes,
        status=DocumentStatus.QUEUED,
        metadata=said,
        created_at=now,
        updated_at=now,
    )


def sniff(head: bytes) -> MediaType:
    """What a file is, by its first bytes (4,096 are enough); its name has no say.

    Raises:
        EmptyFile: there are no bytes.
        UnsupportedFormat: they are not those of a format that is read.
    """
    if not head:
        raise EmptyFile("The file has zero bytes.")
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    if _PDF_HEADER in head[: _PDF_HEADER_BYTES + len(_PDF_HEADER)] or _PDF_PIECES.search(head[:SNIFFED_BYTES]):
        return MediaType.PDF
    raise UnsupportedFormat("The file is no PDF, PNG, JPEG or TIFF.")


def clean_name(name: str) -> str:
    """A name that can be shown: the last part of a path, without invisible characters, of bounded length."""
    visible = "".join(c for c in unicodedata.normalize("NFC", name) if unicodedata.category(c) not in _INVISIBLE)
    last = re.split(r"[/\\]", visible.rstrip("/\\ "))[-1]
    tidy = " ".join(last.split())
    if not tidy.strip("."):
        return _NAMELESS
    if len(tidy) <= _MAX_NAME_CHARACTERS:
        return tidy
    stem, dot, suffix = tidy.rpartition(".")
    if not dot or len(suffix) > _MAX_SUFFIX_CHARACTERS:
        return tidy[:_MAX_NAME_CHARACTERS]
    return stem[: _MAX_NAME_CHARACTERS - len(suffix) - 1] + dot + suffix


def _read(stream: BinaryIO, n_bytes: int) -> bytes:
    """The first bytes, also of a stream that gives them piece by piece."""
    head = b""
    while len(head) < n_bytes and (piece := stream.read(n_bytes - len(head))):
        head += piece
    return head


class _Rejoined(io.RawIOBase):
    """A stream with the bytes that were read ahead put back in front."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer).cast("B")
        piece, self._head = self._head[: len(view)], self._head[len(view) :]
        piece = piece or self._rest.read(len(view))
        view[: len(piece)] = piece
        return len(piece)
