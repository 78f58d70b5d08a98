"""A closed document's process goes on for the same document, and for no other."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from docai.domain.documents import MediaType
from docai.errors import DocumentEncrypted, PageError, WrongPassword
from docai.pdf import draw_edge
from docai.pdf.nursery import Child
from docai.pdf.sandbox import PdfSandbox
from tests.integration import hostile
from tests.integration.processes import eventually

KEEP_S = 30.0


@pytest.fixture(scope="module")
def sandbox() -> Iterator[PdfSandbox]:
    with PdfSandbox(keep_open_s=KEEP_S, page_timeout_s=30) as started:
        yield started


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "document.pdf"
    found.write_bytes(draw_edge.plain(3).pdf)
    return found


def reader_of(sandbox: PdfSandbox, path: Path, password: str | None = None) -> int:
    """The process that reads the document; it reads one page."""
    with sandbox.open(path, MediaType.PDF, password) as document:
        assert document.measure(1).words.words
        assert document._child is not None
        return document._child._pid


def test_the_same_document_gets_its_process_back(sandbox: PdfSandbox, path: Path) -> None:
    with sandbox.open(path, MediaType.PDF) as document:
        facts = document.facts
    assert reader_of(sandbox, path) == reader_of(sandbox, path)
    with sandbox.open(path, MediaType.PDF) as document:
        assert document.facts == facts


def test_another_document_gets_another_process(sandbox: PdfSandbox, path: Path, tmp_path: Path) -> None:
    other = tmp_path / "copy.pdf"
    other.write_bytes(path.read_bytes())
    assert reader_of(sandbox, path) != reader_of(sandbox, other)


def test_a_file_that_was_replaced_is_another_document(sandbox: PdfSandbox, path: Path) -> None:
    before = reader_of(sandbox, path)
    path.write_bytes(draw_edge.plain(2).pdf)
    with sandbox.open(path, MediaType.PDF) as document:
        assert document.facts.n_pages == 2
    assert reader_of(sandbox, path) != before


def test_a_file_that_is_gone_is_not_read_from_the_kept_process(sandbox: PdfSandbox, path: Path) -> None:
    reader_of(sandbox, path)
    path.unlink()
    with pytest.raises(FileNotFoundError), sandbox.open(path, MediaType.PDF):
        pass


def test_a_kept_process_does_not_open_an_encrypted_document_for_another_password(
    sandbox: PdfSandbox, tmp_path: Path
) -> None:
    path = tmp_path / "encrypted.pdf"
    path.write_bytes(draw_edge.encrypted("sesame").pdf)
    reader_of(sandbox, path, "sesame")
    with pytest.raises(DocumentEncrypted), sandbox.open(path, MediaType.PDF):
        pass
    with pytest.raises(WrongPassword), sandbox.open(path, MediaType.PDF, "open"):
        pass


def test_two_readers_of_one_document_at_once_have_two_processes(sandbox: PdfSandbox, path: Path) -> None:
    with sandbox.open(path, MediaType.PDF) as first, sandbox.open(path, MediaType.PDF) as second:
        assert first._child is not second._child
        assert first.measure(1) == second.measure(1)


def test_a_process_is_not_kept_after_a_fault(sandbox: PdfSandbox, path: Path) -> None:
    with sandbox.open(path, MediaType.PDF) as document:
        child = document._child
        with pytest.raises(PageError):
            document.measure(99)
    assert _is_let_go(child)


def test_a_process_that_died_while_it_waited_is_not_given_out(sandbox: PdfSandbox, path: Path) -> None:
    with sandbox.open(path, MediaType.PDF) as document:
        child = document._child
    assert child is not None
    child.kill_process()
    assert eventually(lambda: not child.is_alive)
    assert reader_of(sandbox, path) != child._pid


def test_a_kept_process_ends_when_its_time_is_up(path: Path) -> None:
    with PdfSandbox(keep_open_s=0.2) as sandbox:
        with sandbox.open(path, MediaType.PDF) as document:
            child = document._child
        assert child is not None
        assert child.is_alive
        assert eventually(lambda: _is_let_go(child), within_s=3)
        assert reader_of(sandbox, path) != child._pid


def test_only_so_many_processes_are_kept(sandbox: PdfSandbox, tmp_path: Path) -> None:
    kept = []
    for i in range(6):
        path = tmp_path / f"{i}.pdf"
        path.write_bytes(hostile.sane())
        with sandbox.open(path, MediaType.PDF) as document:
            kept.append(document._child)
    assert [_is_let_go(child) for child in kept] == [True, True, False, False, False, False]


def test_nothing_is_kept_where_keeping_is_switched_off(path: Path) -> None:
    with PdfSandbox(keep_open_s=0) as sandbox, sandbox.open(path, MediaType.PDF) as document:
        child = document._child
    assert _is_let_go(child)


def test_a_process_that_has_used_most_of_its_memory_is_not_kept(
    sandbox: PdfSandbox, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sandbox.open(path, MediaType.PDF) as document:
        child = document._child
        assert child is not None
        assert 0 < child.memory_mib < sandbox.memory_mib
        monkeypatch.setattr(Child, "memory_mib", property(lambda _: sandbox.memory_mib - 1))
    assert _is_let_go(child)


def test_closing_the_sandbox_ends_what_is_kept(path: Path) -> None:
    with PdfSandbox(keep_open_s=KEEP_S) as sandbox:
        reader_of(sandbox, path)
        with sandbox.open(path, MediaType.PDF) as document:
            child = document._child
        begun = time.monotonic()
    assert _is_let_go(child)
    assert time.monotonic() - begun < KEEP_S / 2


def _is_let_go(child: Child | None) -> bool:
    return child is not None and child._handle < 0
