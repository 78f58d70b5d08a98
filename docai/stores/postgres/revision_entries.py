"""How a page's result becomes one of its revisions, and how those before it are kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select, text
from sqlalchemy.orm import Session

from docai.domain.documents import Page
from docai.domain.ids import DocumentId, TenantId
from docai.domain.revisions import RevisionCause
from docai.stores.postgres.columns import CleanText
from docai.stores.postgres.review_tables import PageRevisionRow

# Every page that is saved runs these: as text they take a third of the processor time that building them anew does.
_KEEP_OWN = text("""
WITH own AS (
    SELECT number, revision, parse, image_sha256, reply_sha256s FROM page
    WHERE tenant_id = :tenant_id AND document_id = :document_id AND number = ANY(:numbers) AND revision IS NOT NULL
), kept AS (
    UPDATE page_revision r
    SET parse = own.parse, image_sha256 = own.image_sha256, reply_sha256s = own.reply_sha256s
    FROM own
    WHERE r.tenant_id = :tenant_id AND r.document_id = :document_id AND r.page_number = own.number
        AND r.number = own.revision AND r.parse IS NULL
)
SELECT page_number, max(number) AS newest FROM page_revision
WHERE tenant_id = :tenant_id AND document_id = :document_id AND page_number = ANY(:numbers)
GROUP BY page_number
""")
_OWN_AGAIN = text("""
UPDATE page_revision r SET parse = NULL, image_sha256 = NULL, reply_sha256s = NULL FROM page p
WHERE p.tenant_id = :tenant_id AND p.document_id = :document_id AND p.number = :page_number
    AND r.tenant_id = p.tenant_id AND r.document_id = p.document_id AND r.page_number = p.number
    AND r.number = :number AND r.parse = p.parse
RETURNING r.number
""")
_ENTER = text("""
INSERT INTO page_revision (tenant_id, document_id, page_number, number, cause, author, note)
VALUES (:tenant_id, :document_id, :page_number, :number, :cause, :author, :note)
""").bindparams(bindparam("author", type_=CleanText()), bindparam("note", type_=CleanText()))


@dataclass(frozen=True, slots=True)
class Entry:
    """Who made a revision, and why."""

    cause: RevisionCause
    author: str
    note: str | None = None


def keep_own(
    session: Session, tenant_id: TenantId, document_id: DocumentId, page_numbers: Collection[int]
) -> Mapping[int, int]:
    """Before pages lose their results: have their revisions keep them. Gives each page's newest revision, if any."""
    values = {"tenant_id": tenant_id, "document_id": document_id, "numbers": sorted(page_numbers)}
    return {row.page_number: row.newest for row in session.execute(_KEEP_OWN, values)}


def enter(session: Session, tenant_id: TenantId, page: Page, number: int, entry: Entry, *, must: bool) -> int:
    """Enter a page's result, which its row has already, as revision `number`; gives the number that it has.

    It is the one before if that says the same, unless it `must` be entered.
    """
    key = {"tenant_id": tenant_id, "document_id": page.document_id, "page_number": page.number}
    if number > 1 and not must:
        same = session.execute(_OWN_AGAIN, key | {"number": number - 1}).first()
        if same is not None:
            return number - 1
    entered = {"number": number, "cause": entry.cause.value, "author": entry.author, "note": entry.note}
    session.execute(_ENTER, key | entered)
    return number


def readers_entry(page: Page, number: int) -> Entry:
    """Of a result that an engine read."""
    assert page.parse is not None
    return Entry(RevisionCause.READ if number == 1 else RevisionCause.REREAD, page.parse.engine)


def blobs_of_revisions(*of: ColumnElement[bool]) -> tuple[Select[Any], Select[Any]]:
    """The page images, and the blobs of what models said, that revisions name which are not their page's own."""
    images = select(PageRevisionRow.image_sha256).where(*of, PageRevisionRow.image_sha256.is_not(None))
    return images, select(func.unnest(PageRevisionRow.reply_sha256s)).where(*of)
