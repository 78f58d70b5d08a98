from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from docai.checks.flags import flags_of
from docai.cli.summary import summary
from docai.domain.documents import Document, DocumentStatus, MediaType, Page, PageState
from docai.domain.ids import DocumentId, Sha256, TenantId
from docai.domain.parses import PageParse
from tests.unit.rendering.readings import page

DOCUMENT = Document(
    id=DocumentId(UUID(int=0xABC << 116)),
    tenant_id=TenantId(UUID(int=2)),
    name="a.pdf",
    sha256=Sha256("0" * 64),
    media_type=MediaType.PDF,
    n_bytes=1,
    status=DocumentStatus.READY,
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    updated_at=datetime(2026, 1, 1, tzinfo=UTC),
)


def said(*parses: PageParse | None, without: PageState = PageState.BLANK) -> str:
    pages = [
        Page(document_id=DOCUMENT.id, number=n, state=PageState.PARSED if parse else without, parse=parse)
        for n, parse in enumerate(parses, start=1)
    ]
    return summary(DOCUMENT, pages).plain


def test_verdicts_and_flags_of_all_pages_are_counted_and_the_next_command_is_named() -> None:
    told = said(page(), None, page())
    assert told.startswith("Values: 4 exact, ")
    assert f"\n{2 * len(flags_of(page()))} things to look at (" in told
    assert told.endswith(": docai review abc00000")


def test_where_nothing_is_to_be_looked_at_that_is_said() -> None:
    first = page().blocks[0]
    fine = first.model_copy(
        update={"evidence": first.evidence and first.evidence.model_copy(update={"read_text": None})}
    )
    assert said(PageParse(page_number=1, engine="e", blocks=(fine,))) == "Values: 1 exact. Nothing to look at."
    assert said(None) == "No values. Nothing to look at."


def test_pages_that_could_not_be_read_are_told() -> None:
    assert " 2 pages could not be read.\n" in said(page(), None, None, without=PageState.FAILED)
    assert said(None, without=PageState.FAILED) == "No values. 1 page could not be read. Nothing to look at."
