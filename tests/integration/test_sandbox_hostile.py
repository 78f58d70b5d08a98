"""Files that hang, crash or bloat a reader end with a reason, and the next document is read as if nothing was."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from docai.domain.documents import MediaType
from docai.errors import (
    DocaiError,
    DocumentEncrypted,
    DocumentUnreadable,
    NoPages,
    PageError,
    PageTimedOut,
    PageTooLarge,
    WrongPassword,
)
from docai.pdf import draw_edge
from docai.pdf.sandbox import PdfSandbox, SandboxedDocument
from tests.integration import hostile


@pytest.fixture(scope="module")
def sandbox() -> Iterator[PdfSandbox]:
    with PdfSandbox(memory_mib=1536, open_timeout_s=20, page_timeout_s=4) as started:
        yield started


@pytest.fixture
def stored(tmp_path: Path) -> Callable[[bytes], Path]:
    def store(content: bytes) -> Path:
        path = tmp_path / "document"
        path.write_bytes(content)
        return path

    return store


Store = Callable[[bytes], Path]


@pytest.mark.parametrize("bomb", [hostile.billion_laughs, hostile.tiny_tiles, hostile.doubly_deflated])
def test_a_bomb_costs_its_own_page_and_no_other(sandbox: PdfSandbox, stored: Store, bomb: Callable[[], bytes]) -> None:
    with sandbox.open(stored(bomb()), MediaType.PDF) as document:
        assert document.facts.n_pages == 2
        with pytest.raises(PageError):
            _read_whole(document, 1)
        assert [word.text for word in document.measure(2).words.words] == ["A", "sane", "page"]
        assert document.render(2, 100).ink_share > 0


def test_the_sandbox_lives_on_with_one_engine(sandbox: PdfSandbox, stored: Store) -> None:
    for _ in range(3):
        with sandbox.open(stored(hostile.billion_laughs()), MediaType.PDF) as document, pytest.raises(PageError):
            document.measure(1)
    with sandbox.open(stored(hostile.sane()), MediaType.PDF) as document:
        assert document.measure(1).words.words
    assert sandbox.nursery.n_started == 1


def test_a_page_of_the_largest_legal_size_is_refused_only_above_the_pixel_limit(
    sandbox: PdfSandbox, stored: Store
) -> None:
    with sandbox.open(stored(hostile.wide(14_400)), MediaType.PDF) as document:
        assert document.measure(1).size.width_pt == 14_400
        with pytest.raises(PageTooLarge):
            document.render(1, 150)
        assert document.render(1, 30).width_px == 6000


def test_a_page_larger_than_is_legal_is_that_pages_fault(sandbox: PdfSandbox, stored: Store) -> None:
    with (
        sandbox.open(stored(hostile.wide(2_000_000_000)), MediaType.PDF) as document,
        pytest.raises(PageError),
    ):
        _read_whole(document, 1)


def test_a_huge_image_spoils_no_other_page(sandbox: PdfSandbox, stored: Store) -> None:
    with sandbox.open(stored(hostile.huge_image()), MediaType.PDF) as document:
        with contextlib.suppress(PageError):
            assert document.render(1, 100).width_px == 278
        assert document.measure(2).words.words


@pytest.mark.parametrize(
    ("content", "errors"),
    [
        (hostile.cyclic_tree(), (DocumentUnreadable, NoPages, PageError)),
        (b"%PDF-1.7\n", (DocumentUnreadable, NoPages)),
        (b"%PDF-1.7\n" + bytes(5000), (DocumentUnreadable, NoPages)),
        (hostile.pdf_of({1: b"<</Type/Catalog>>"}), (NoPages,)),
    ],
    ids=["cyclic tree", "header only", "zeros", "no page tree"],
)
def test_a_broken_tree_ends_with_a_reason(
    sandbox: PdfSandbox, stored: Store, content: bytes, errors: tuple[type[DocaiError], ...]
) -> None:
    with pytest.raises(errors), sandbox.open(stored(content), MediaType.PDF) as document:
        document.measure(min(2, document.facts.n_pages))


def test_a_page_count_that_lies_is_corrected(sandbox: PdfSandbox, stored: Store) -> None:
    with sandbox.open(stored(hostile.lying_count()), MediaType.PDF) as document:
        assert document.facts.n_pages == 1


def test_a_page_that_takes_too_long_is_stopped(stored: Store) -> None:
    with (
        PdfSandbox(page_timeout_s=0.001) as hasty,
        hasty.open(stored(hostile.billion_laughs()), MediaType.PDF) as document,
        pytest.raises(PageTimedOut),
    ):
        document.measure(1)


def test_a_truncated_file_gives_the_pages_that_are_left(sandbox: PdfSandbox, stored: Store) -> None:
    whole = hostile.sane(3)
    with sandbox.open(stored(whole[: whole.index(b"xref")]), MediaType.PDF) as document:
        assert document.facts.n_pages == 3
        assert document.measure(3).words.words


def test_a_password_is_asked_for_checked_and_taken(sandbox: PdfSandbox, stored: Store) -> None:
    path = stored(draw_edge.encrypted("sesame").pdf)
    with pytest.raises(DocumentEncrypted), sandbox.open(path, MediaType.PDF):
        pass
    with pytest.raises(WrongPassword), sandbox.open(path, MediaType.PDF, "open"):
        pass
    with sandbox.open(path, MediaType.PDF, "sesame") as document:
        assert document.facts.security.is_encrypted
        assert document.measure(1).words.words


def test_active_content_is_counted(sandbox: PdfSandbox, stored: Store) -> None:
    with sandbox.open(stored(hostile.with_scripts()), MediaType.PDF) as document:
        found = document.facts.security
    assert (found.has_javascript, found.has_launch_action, found.has_xfa) == (True, True, True)
    with sandbox.open(stored(draw_edge.with_embedded_file().pdf), MediaType.PDF) as document:
        assert document.facts.security.n_embedded_files == 1
    with sandbox.open(stored(hostile.sane()), MediaType.PDF) as document:
        assert document.facts.security == type(found)()


def test_a_file_that_is_not_what_its_type_says_is_refused(sandbox: PdfSandbox, stored: Store) -> None:
    with pytest.raises(DocumentUnreadable), sandbox.open(stored(b"\x89PNG\r\n\x1a\nnothing"), MediaType.PNG):
        pass
    with pytest.raises((DocumentUnreadable, NoPages)), sandbox.open(stored(b"<svg/>"), MediaType.PDF):
        pass


def test_a_page_number_out_of_range_is_that_pages_fault(sandbox: PdfSandbox, stored: Store) -> None:
    with sandbox.open(stored(hostile.sane()), MediaType.PDF) as document:
        with pytest.raises(PageError):
            document.measure(2)
        assert document.measure(1).words.words


def _read_whole(document: SandboxedDocument, number: int) -> None:
    document.measure(number)
    document.render(number, 300)


def test_the_process_that_uses_the_sandbox_never_loads_the_engine() -> None:
    code = "import sys, docai.pdf.sandbox, docai.pipeline.ingest; sys.exit('pymupdf' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
