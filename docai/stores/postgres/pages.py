"""A page's row, and all that is written with it: tables, flags, and which of the page's revisions it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Row, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from docai.domain.documents import Fault, Page, PageState
from docai.domain.geometry import PageSize
from docai.domain.ids import DocumentId, TenantId
from docai.stores.postgres.cells import drop_tables, replace_tables
from docai.stores.postgres.embeddings import forget_everywhere
from docai.stores.postgres.flags import drop_flags, replace_flags
from docai.stores.postgres.locks import hold_document
from docai.stores.postgres.revision_entries import Entry, enter, keep_own, readers_entry
from docai.stores.postgres.tables import PageRow

_KEPT_COLUMNS: Mapping[PageState, Collection[str]] = {
    PageState.QUEUED: (),
    PageState.FAILED: ("width_pt", "height_pt", "image_sha256", "image"),
}
"""What is kept of pages that are marked so."""


def save_page(session: Session, tenant_id: TenantId, page: Page, *, review: Entry | None = None) -> int | None:
    """Replace all that is known of a page; gives the number of the revision that its result is, None without one.

    A result that is final and that the page did not have is a further revision; those before it are kept.

    Args:
        session: in whose transaction.
        tenant_id: whose page.
        page: as it is now; its own `revision` does not count.
        review: who corrected it; None: it was read.

    Raises:
        DocumentNotFound: the tenant has no such document.
    """
    hold_document(session, tenant_id, page.document_id)
    key = {"tenant_id": tenant_id, "document_id": page.document_id, "number": page.number}
    newest = keep_own(session, tenant_id, page.document_id, [page.number]).get(page.number)
    is_result = page.state.is_final and page.parse is not None
    number = (newest or 0) + 1 if is_result else None
    columns = page_columns(page) | {"revision": number}
    saved = insert(PageRow).values(key | columns)
    session.execute(saved.on_conflict_do_update(index_elements=[*key], set_=columns))
    replace_tables(session, tenant_id, page)
    replace_flags(session, tenant_id, page)
    if number is None:
        return None
    entered = enter(session, tenant_id, page, number, review or readers_entry(page, number), must=review is not None)
    if entered != number:
        session.execute(update(PageRow).filter_by(**key).values(revision=entered))
    return entered


def mark_pages(
    session: Session,
    tenant_id: TenantId,
    document_id: DocumentId,
    numbers: Collection[int],
    *,
    state: PageState,
    fault: Fault | None,
) -> None:
    """Set the state and the fault of many pages at once, and drop what pages of that state do not have.

    Raises:
        DocumentNotFound: the tenant has no such document.
    """
    hold_document(session, tenant_id, document_id)
    marked = page_columns(Page(document_id=document_id, number=1, state=state, fault=fault))
    kept = _KEPT_COLUMNS.get(state, marked.keys() - {"state", "fault_code", "fault_message"})
    changes = {name: value for name, value in marked.items() if name not in kept}
    if "parse" in changes:
        keep_own(session, tenant_id, document_id, numbers)
    mine = (PageRow.tenant_id == tenant_id, PageRow.document_id == document_id)
    session.execute(update(PageRow).where(*mine, PageRow.number.in_(numbers)).values(changes))
    if "parse" in changes:
        drop_tables(session, tenant_id, document_id, numbers)
        drop_flags(session, tenant_id, document_id, numbers)
    if state is PageState.QUEUED:
        forget_everywhere(session, tenant_id, document_id, numbers)


def page_columns(page: Page) -> dict[str, Any]:
    """A page as its row has it, without its key."""
    coverage = page.parse.coverage if page.parse else None
    attempts = page.parse.attempts if page.parse else ()
    return {
        "state": page.state,
        "fault_code": page.fault and page.fault.code,
        "fault_message": page.fault and page.fault.message,
        "width_pt": page.size and page.size.width_pt,
        "height_pt": page.size and page.size.height_pt,
        "image_sha256": page.image and page.image.sha256,
        "image": page.image,
        "words": page.words,
        "second_words": page.second_words,
        "parse": page.parse,
        "revision": page.revision,
        "reply_sha256s": sorted({each.reply_sha256 for each in attempts if each.reply_sha256}),
        "n_words": coverage and coverage.n_words,
        "n_covered": coverage and coverage.n_covered,
    }


def page_of(row: Row[Any]) -> Page:
    """A page from its row."""
    has_size = row.width_pt is not None
    return Page(
        document_id=DocumentId(row.document_id),
        number=row.number,
        state=PageState(row.state),
        fault=None if row.fault_code is None else Fault(code=row.fault_code, message=row.fault_message or ""),
        size=PageSize(width_pt=row.width_pt, height_pt=row.height_pt) if has_size else None,
        image=row.image,
        words=row.words,
        second_words=row.second_words,
        parse=row.parse,
        revision=row.revision,
    )
