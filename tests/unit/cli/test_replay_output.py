"""What `docai replay` tells of pages that were read again."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO
from typing import Any
from uuid import uuid4

from rich.console import Console

from docai.cli.replay_output import replays_told
from docai.cli.replay_schemas import ReplayOut
from docai.domain.documents import Document, DocumentStatus, Fault, MediaType, Page, PageState
from docai.domain.ids import TenantId, new_document_id, sha256_of
from docai.domain.manifests import Manifest
from docai.replaying.replaying import PageReplay, compared
from tests.unit.pipeline.scripted_model import LINES, drawn, laid_out

IMAGE = drawn()
MANIFEST = Manifest(
    document_sha256=sha256_of(b"original"),
    page_number=1,
    image_sha256=sha256_of(IMAGE),
    words_sha256=sha256_of(b"words"),
    renderer="reader 1",
    word_reader="witness 1",
    layout_engine="layout 1",
    libraries={"pymupdf": "1"},
    docai="0.1.0",
    python="3.11.7",
    platform="Linux x86_64",
)
DOCUMENT = Document(
    id=new_document_id(),
    tenant_id=TenantId(uuid4()),
    name="letter.pdf",
    sha256=sha256_of(b"original"),
    media_type=MediaType.PDF,
    n_bytes=8,
    status=DocumentStatus.READY,
    created_at=datetime.now(UTC),
    updated_at=datetime.now(UTC),
)


def page(*lines: str, manifest: Manifest | None = MANIFEST) -> Page:
    found = laid_out(IMAGE, lines or LINES)
    assert found.parse is not None
    parse = found.parse.model_copy(update={"manifest": manifest})
    return found.model_copy(update={"state": PageState.PARSED, "parse": parse, "revision": 2})


def told(*replays: PageReplay) -> str:
    console = Console(file=StringIO(), width=120)
    console.print(replays_told(DOCUMENT, replays))
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_pages_that_come_out_the_same_are_counted_and_no_more_is_said() -> None:
    blank = page().model_copy(update={"state": PageState.BLANK, "parse": None})
    said = told(compared(page(), page()), compared(blank, blank))
    assert said.strip() == "letter.pdf  2 of 2 pages come out the same"


def test_what_the_results_were_made_with_comes_before_the_values() -> None:
    newer = MANIFEST.model_copy(update={"libraries": {"pymupdf": "2"}, "model": "m\x1b[31m"})
    said = told(compared(page(), page("Annual report", "Sales rose by 13 percent.", *LINES[2:], manifest=newer)))
    assert "0 of 1 page come out the same" in said
    assert "page 1, revision 2: 1 changed" in said
    assert said.index("libraries.pymupdf") < said.index("rose by 12") < said.index("rose by 13")
    assert "\x1b" not in said


def test_a_page_that_cannot_be_read_any_more_says_why() -> None:
    fault = Fault(code="page_timed_out", message="It took too long.")
    gone = page().model_copy(update={"state": PageState.FAILED, "parse": None, "fault": fault})
    said = told(compared(page(), gone))
    assert "parsed then, failed now (It took too long.); 4 removed" in said


def test_a_result_without_a_manifest_says_so() -> None:
    assert "not kept" in told(compared(page(manifest=None), page()))


def test_what_is_no_value_is_told_apart() -> None:
    saved = page()
    assert saved.parse is not None
    surer = tuple(block.model_copy(update={"reader_confidence": 0.5}) for block in saved.parse.blocks)
    read: Any = saved.parse.model_copy(update={"blocks": surer})
    said = told(compared(saved, saved.model_copy(update={"parse": read})))
    assert "1 of 1 page come out the same" in said
    assert "every value is the same" in said


def test_as_json_it_says_the_same() -> None:
    newer = MANIFEST.model_copy(update={"libraries": {"pymupdf": "2"}})
    replays = [compared(page(), page()), compared(page(), page(*LINES[:3], manifest=newer))]
    out = ReplayOut.of(DOCUMENT, replays)
    assert (out.document_id, out.is_same) == (DOCUMENT.id, False)
    first, second = out.pages
    assert (first.page, first.revision, first.is_same, first.is_exact, first.manifest) == (1, 2, True, True, [])
    assert second.manifest is not None
    assert [(d.name, d.before, d.after) for d in second.manifest] == [("libraries.pymupdf", "1", "2")]
    assert [(change.kind.value, change.before) for change in second.changes] == [("removed", LINES[3])]
