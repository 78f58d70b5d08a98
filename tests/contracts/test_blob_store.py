"""What every blob store must do."""

from __future__ import annotations

import errno
import os
import time
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from docai.domain.ids import Sha256, sha256_of
from docai.errors import BlobMissing, DocumentTooLarge, StoreFull, StoreUnavailable
from docai.protocols import BlobStore
from docai.stores.blobs.filesystem import FilesystemBlobs


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return FilesystemBlobs(tmp_path / "blobs")


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


class BrokenStream(RawIOBase):
    """Gives some bytes, then fails."""

    def __init__(self, code: int) -> None:
        self._code = code
        self._left = 3

    def read(self, size: int = -1) -> bytes:
        self._left -= 1
        if self._left < 0:
            raise OSError(self._code, os.strerror(self._code))
        return b"x" * size


def test_bytes_come_back_under_their_hash(blobs: BlobStore) -> None:
    content = os.urandom(3_000_000)
    assert blobs.put_stream(BytesIO(content), len(content)) == (sha256_of(content), len(content))
    assert blobs.get(sha256_of(content)) == content
    assert blobs.path(sha256_of(content)).read_bytes() == content


def test_the_same_bytes_twice_are_one_blob(blobs: BlobStore, tmp_path: Path) -> None:
    assert blobs.put(b"x") == blobs.put(b"x")
    assert len(files(tmp_path)) == 1


def test_nothing_at_all_is_a_blob_too(blobs: BlobStore) -> None:
    assert blobs.get(blobs.put(b"")) == b""


def test_a_stream_over_the_limit_leaves_nothing(blobs: BlobStore, tmp_path: Path) -> None:
    with pytest.raises(DocumentTooLarge):
        blobs.put_stream(BytesIO(b"x" * 11), 10)
    assert files(tmp_path) == []
    assert blobs.put_stream(BytesIO(b"x" * 10), 10)[1] == 10


@pytest.mark.parametrize(
    ("code", "error"), [(errno.ENOSPC, StoreFull), (errno.EDQUOT, StoreFull), (errno.EIO, StoreUnavailable)]
)
def test_a_store_that_cannot_write_says_why_and_keeps_nothing(
    blobs: BlobStore, tmp_path: Path, code: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        blobs.put_stream(cast("BinaryIO", BrokenStream(code)), 10**9)
    assert files(tmp_path) == []


def test_an_upload_that_breaks_off_leaves_nothing(blobs: BlobStore, tmp_path: Path) -> None:
    class CutOff(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise EOFError

    with pytest.raises(EOFError):
        blobs.put_stream(CutOff(), 10)
    assert files(tmp_path) == []


def test_an_unknown_hash_is_missing_and_a_path_is_no_hash(blobs: BlobStore) -> None:
    with pytest.raises(BlobMissing):
        blobs.get(sha256_of(b"never stored"))
    for name in ("", "../../etc/passwd", "A" * 64, "a" * 63):
        with pytest.raises(BlobMissing):
            blobs.path(Sha256(name))
        with pytest.raises(BlobMissing):
            blobs.delete(Sha256(name))


def test_a_deleted_blob_is_missing_and_deleting_again_is_harmless(blobs: BlobStore) -> None:
    sha256 = blobs.put(b"x")
    blobs.delete(sha256)
    blobs.delete(sha256)
    with pytest.raises(BlobMissing):
        blobs.path(sha256)


def test_a_blob_is_read_only(blobs: BlobStore) -> None:
    assert blobs.path(blobs.put(b"x")).stat().st_mode & 0o222 == 0


def test_what_a_killed_process_left_is_cleared_after_a_day(tmp_path: Path) -> None:
    FilesystemBlobs(tmp_path)
    old, young = tmp_path / "unfinished" / "old", tmp_path / "unfinished" / "young"
    for path in (old, young):
        path.write_bytes(b"x")
    os.utime(old, (time.time() - 90_000, time.time() - 90_000))
    FilesystemBlobs(tmp_path)
    assert files(tmp_path) == [young]
