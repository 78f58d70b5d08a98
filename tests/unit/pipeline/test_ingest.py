import io
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docai.domain.documents import Document, DocumentStatus, MediaType
from docai.domain.ids import TenantId, sha256_of
from docai.errors import DocumentTooLarge, EmptyFile, InvalidRequest, UnsupportedFormat
from docai.pipeline.ingest import clean_name, sniff, take_in
from docai.stores.blobs.filesystem import FilesystemBlobs

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj"
TENANT = TenantId(uuid4())


class Trickle(io.RawIOBase):
    """Gives one byte at a time, as a slow upload does."""

    def __init__(self, content: bytes) -> None:
        self.rest = content

    def read(self, n: int = -1) -> bytes:
        piece, self.rest = self.rest[:1], self.rest[1:]
        return piece


def take(content: bytes, folder: Path, name: str = "a.pdf", max_bytes: int = 10_000) -> Document:
    return take_in(
        io.BytesIO(content),
        name,
        tenant_id=TENANT,
        blobs=FilesystemBlobs(folder),
        max_bytes=max_bytes,
        now=datetime.now(UTC),
    )


def blobs_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_is_stored_under_its_hash_and_queued(tmp_path: Path) -> None:
    document = take(PDF, tmp_path)
    assert document.sha256 == sha256_of(PDF)
    assert document.n_bytes == len(PDF)
    assert document.status is DocumentStatus.QUEUED
    assert document.n_pages is None
    assert FilesystemBlobs(tmp_path).get(document.sha256) == PDF


def test_a_stream_that_trickles_arrives_whole(tmp_path: Path) -> None:
    content = PDF + bytes(9000)
    document = take_in(
        Trickle(content),  # type: ignore[arg-type]
        "a.pdf",
        tenant_id=TENANT,
        blobs=FilesystemBlobs(tmp_path),
        max_bytes=10_000,
        now=datetime.now(UTC),
    )
    assert document.sha256 == sha256_of(content)


@pytest.mark.parametrize(
    ("content", "error"),
    [(b"", EmptyFile), (b"PK\x03\x04word", UnsupportedFormat), (PDF + bytes(10_000), DocumentTooLarge)],
)
def test_a_refused_file_leaves_nothing_behind(tmp_path: Path, content: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        take(content, tmp_path)
    assert blobs_in(tmp_path) == []


def test_a_refused_file_does_not_take_away_what_was_there(tmp_path: Path) -> None:
    kept = take(PDF, tmp_path)
    with pytest.raises(DocumentTooLarge):
        take(PDF, tmp_path, max_bytes=5)
    assert FilesystemBlobs(tmp_path).get(kept.sha256) == PDF


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (PDF, MediaType.PDF),
        (b"\xef\xbb\xbf\r\n" + b"junk" * 200 + PDF, MediaType.PDF),
        (b"1 0 obj\n<</Type/Catalog>>", MediaType.PDF),
        (b"\x89PNG\r\n\x1a\n....", MediaType.PNG),
        (b"\xff\xd8\xff\xe0", MediaType.JPEG),
        (b"II*\x00....", MediaType.TIFF),
        (b"MM\x00*....", MediaType.TIFF),
    ],
)
def test_the_first_bytes_decide_what_a_file_is(head: bytes, media_type: MediaType) -> None:
    assert sniff(head) is media_type


@pytest.mark.parametrize("head", [b"<html>", b"GIF89a", b"plain words", bytes(2000) + PDF[:5], b"PK\x03\x04"])
def test_other_formats_are_refused(head: bytes) -> None:
    with pytest.raises(UnsupportedFormat):
        sniff(head)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\report.pdf", "report.pdf"),
        ("in\x00voice\n2.pdf", "invoice2.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("  two   blanks.pdf ", "two blanks.pdf"),
        ("..", "document"),
        ("", "document"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("größe.pdf", "größe.pdf"),
    ],
)
def test_a_name_is_made_fit_to_be_shown(name: str, shown: str) -> None:
    assert clean_name(name) == shown


@given(st.text())
def test_no_name_is_empty_long_or_a_path(name: str) -> None:
    shown = clean_name(name)
    assert 0 < len(shown) <= 200
    assert not set(shown) & {"/", "\\", "\n", "\x00", "\u202e"}
    assert shown not in {".", ".."}


def test_what_is_said_of_a_file_is_kept_with_it(tmp_path: Path) -> None:
    said = {"customer": "1142"}
    document = take_in(
        io.BytesIO(PDF),
        "a.pdf",
        tenant_id=TENANT,
        blobs=FilesystemBlobs(tmp_path),
        max_bytes=10_000,
        now=datetime.now(UTC),
        metadata=said,
    )
    assert document.metadata == said
    assert take(PDF, tmp_path).metadata == {}


def test_a_file_whose_metadata_cannot_be_kept_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="metadata"):
        take_in(
            io.BytesIO(PDF),
            "a.pdf",
            tenant_id=TENANT,
            blobs=FilesystemBlobs(tmp_path),
            max_bytes=10_000,
            now=datetime.now(UTC),
            metadata={"": "no key"},
        )
    assert blobs_in(tmp_path) == []
