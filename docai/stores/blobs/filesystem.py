"""Blobs in a folder: one read-only file per content hash."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, BinaryIO

from docai.domain.ids import Sha256
from docai.errors import BlobMissing, DocumentTooLarge, StoreError, StoreFull, StoreUnavailable

_CHUNK_BYTES = 1 << 20
_HASH = re.compile(r"[0-9a-f]{64}")
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_ABANDONED_S = 24 * 3600
"""An unfinished file this old belongs to a process that was killed: no upload takes a day."""


class FilesystemBlobs:
    """A `BlobStore`: `<root>/ab/cdef…`, written beside its place, synced, and renamed.

    A file under its final name is therefore always whole. Names come from hashes alone.
    """

    def __init__(self, root: Path) -> None:
        """Use the folder `root`, made if needed; clears away what killed processes left unfinished."""
        self._root = root
        self._unfinished = root / "unfinished"
        with _store_errors():
            self._unfinished.mkdir(parents=True, exist_ok=True, mode=0o700)
            for path in self._unfinished.iterdir():
                if time.time() - path.stat().st_mtime > _ABANDONED_S:
                    path.unlink(missing_ok=True)

    def put(self, content: bytes) -> Sha256:
        """Store bytes, durable on return."""
        sha256, _ = self.put_stream(BytesIO(content), len(content))
        return sha256

    def put_stream(self, stream: BinaryIO, max_bytes: int) -> tuple[Sha256, int]:
        """Store a stream while hashing it; gives hash and length."""
        with _store_errors(), self._new_file() as file:
            digest, n_bytes = hashlib.sha256(), 0
            while chunk := stream.read(_CHUNK_BYTES):
                n_bytes += len(chunk)
                if n_bytes > max_bytes:
                    raise DocumentTooLarge(f"The file is larger than the limit of {max_bytes} bytes.", limit=max_bytes)
                digest.update(chunk)
                file.write(chunk)
            sha256 = Sha256(digest.hexdigest())
            self._keep(file, sha256)
        return sha256, n_bytes

    def get(self, sha256: Sha256) -> bytes:
        """The bytes."""
        with _store_errors():
            return self.path(sha256).read_bytes()

    def has(self, sha256: Sha256) -> bool:
        """Whether the bytes are there."""
        return self._place(sha256).is_file()

    def path(self, sha256: Sha256) -> Path:
        """A local file with the bytes, to be read only."""
        path = self._place(sha256)
        if not path.is_file():
            raise BlobMissing("A file is gone from DOCAI_HOME; bring it back from a backup.", sha256=sha256)
        return path

    def delete(self, sha256: Sha256) -> None:
        """Forget the bytes; harmless when there are none."""
        with _store_errors():
            self._place(sha256).unlink(missing_ok=True)

    def older_than(self, seconds: float) -> Iterator[Sha256]:
        """Blobs that were stored longer ago than this."""
        with _store_errors():
            for folder in sorted(self._root.glob("[0-9a-f][0-9a-f]")):
                for path in folder.iterdir():
                    with suppress(FileNotFoundError):
                        if time.time() - path.stat().st_mtime > seconds:
                            yield Sha256(folder.name + path.name)

    def _place(self, sha256: Sha256) -> Path:
        if not _HASH.fullmatch(sha256):
            raise BlobMissing(f"{sha256!r} is not a content hash.")
        return self._root / sha256[:2] / sha256[2:]

    @contextmanager
    def _new_file(self) -> Iterator[IO[bytes]]:
        """A file beside the blobs, gone afterwards unless it was kept."""
        with NamedTemporaryFile(dir=self._unfinished, delete=False) as file:
            try:
                yield file
            finally:
                Path(file.name).unlink(missing_ok=True)

    def _keep(self, file: IO[bytes], sha256: Sha256) -> None:
        place = self._place(sha256)
        if place.is_file():
            return
        file.flush()
        os.fchmod(file.fileno(), 0o444)
        os.fsync(file.fileno())
        if not place.parent.is_dir():
            place.parent.mkdir(exist_ok=True, mode=0o700)
            _sync_folder(self._root)
        Path(file.name).rename(place)
        _sync_folder(place.parent)


def _sync_folder(folder: Path) -> None:
    """Make a rename in the folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _store_errors() -> Iterator[None]:
    """The file system's errors in our words, without its paths: they are shown to clients."""
    try:
        yield
    except OSError as error:
        raise _in_our_words(error) from error


def _in_our_words(error: OSError) -> StoreError:
    if error.errno in _NO_ROOM:
        return StoreFull("There is no room left in DOCAI_HOME; nothing was kept: make room and try again.")
    if isinstance(error, FileNotFoundError):
        return BlobMissing("A file is gone from DOCAI_HOME; bring it back from a backup.")
    return StoreUnavailable(f"DOCAI_HOME cannot be used: {error.strerror or type(error).__name__}.")
