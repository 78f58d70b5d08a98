"""A blob store that keeps what is written in memory and lets everything else be read from the real one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from docai.domain.ids import Sha256, sha256_of
from docai.errors import DocumentTooLarge
from docai.protocols import BlobStore


class UnsavedBlobs:
    """A `BlobStore` in front of another, which is never written to. What it holds goes with it."""

    def __init__(self, stored: BlobStore) -> None:
        self._stored = stored
        self._unsaved: dict[Sha256, bytes] = {}

    def put(self, content: bytes) -> Sha256:
        """Keep bytes in memory."""
        sha256 = sha256_of(content)
        self._unsaved[sha256] = content
        return sha256

    def put_stream(self, stream: BinaryIO, max_bytes: int) -> tuple[Sha256, int]:
        """Keep a stream in memory; gives hash and length."""
        content = stream.read(max_bytes + 1)
        if len(content) > max_bytes:
            raise DocumentTooLarge(f"The file is larger than the limit of {max_bytes} bytes.", limit=max_bytes)
        return self.put(content), len(content)

    def get(self, sha256: Sha256) -> bytes:
        """The bytes, of what was kept here or stored before."""
        kept = self._unsaved.get(sha256)
        return self._stored.get(sha256) if kept is None else kept

    def has(self, sha256: Sha256) -> bool:
        """Whether the bytes are there."""
        return sha256 in self._unsaved or self._stored.has(sha256)

    def path(self, sha256: Sha256) -> Path:
        """A local file with the bytes; only of what was stored before."""
        return self._stored.path(sha256)

    def delete(self, sha256: Sha256) -> None:
        """Forget bytes that were kept here; what was stored before stays."""
        self._unsaved.pop(sha256, None)

    def older_than(self, seconds: float) -> Iterator[Sha256]:
        """Blobs that were stored longer ago than this."""
        return self._stored.older_than(seconds)
