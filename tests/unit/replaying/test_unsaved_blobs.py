"""What is written for a replay is not stored."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from docai.domain.ids import sha256_of
from docai.errors import BlobMissing, DocumentTooLarge
from docai.replaying.unsaved_blobs import UnsavedBlobs
from docai.stores.blobs.filesystem import FilesystemBlobs


def test_what_is_put_can_be_read_and_is_not_stored(tmp_path: Path) -> None:
    stored = FilesystemBlobs(tmp_path)
    blobs = UnsavedBlobs(stored)
    sha256 = blobs.put(b"drawn")
    assert (blobs.get(sha256), blobs.has(sha256), stored.has(sha256)) == (b"drawn", True, False)
    assert blobs.put_stream(BytesIO(b"drawn"), 5) == (sha256, 5)
    with pytest.raises(DocumentTooLarge):
        blobs.put_stream(BytesIO(b"drawn"), 4)
    blobs.delete(sha256)
    assert not blobs.has(sha256)
    with pytest.raises(BlobMissing):
        blobs.get(sha256)


def test_what_was_stored_is_read_and_never_deleted(tmp_path: Path) -> None:
    stored = FilesystemBlobs(tmp_path)
    sha256 = stored.put(b"original")
    blobs = UnsavedBlobs(stored)
    assert (blobs.get(sha256), blobs.has(sha256)) == (b"original", True)
    assert blobs.path(sha256) == stored.path(sha256)
    blobs.delete(sha256)
    assert stored.has(sha256)
    assert list(blobs.older_than(-1)) == [sha256]
    assert not blobs.has(sha256_of(b"another"))
