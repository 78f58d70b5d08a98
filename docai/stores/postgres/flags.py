"""What a person should look at, page by page, always within one tenant."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, case, insert, select, text, tuple_
from sqlalchemy.orm import Session

from docai.checks.flags import flags_of
from docai.domain.documents import Page
from docai.domain.flags import FlagKind, Severity
from docai.domain.ids import DocumentId, TenantId
from docai.domain.kept_flags import DocumentFlagPlace, FlagPlace, KeptFlag
from docai.stores.postgres.review_tables import FlagRow

_BADNESS = {severity.value: n for n, severity in enumerate(Severity)}
# Every page that is saved runs this: as text it takes a third of the processor time that building it anew does.
_DROP = text("""
DELETE FROM flag WHERE tenant_id = :tenant_id AND document_id = :document_id AND page_number = ANY(:numbers)
""")
_NEWEST_FIRST = (FlagRow.created_at, FlagRow.document_id, FlagRow.page_number, FlagRow.number)


class PostgresFlags:
    """`FlagRecords` of one tenant."""

    def __init__(self, session: Session, tenant_id: TenantId) -> None:
        """Work in the session's transaction, on this tenant's rows alone."""
        self._session = session
        self._tenant_id = tenant_id

    def of_document(
        self,
        document_id: DocumentId,
        *,
        pages: Collection[int] = (),
        kinds: Collection[FlagKind] = (),
        severities: Collection[Severity] = (),
        limit: int,
        after: DocumentFlagPlace | None = None,
    ) -> Sequence[KeptFlag]:
        """Flags of a document, worst first and then by page, from behind `after`; of all pages where none is named."""
        wanted = select(FlagRow).where(*self._conditions(kinds, severities), FlagRow.document_id == document_id)
        if pages:
            wanted = wanted.where(FlagRow.page_number.in_(pages))
        order = (case(_BADNESS, value=FlagRow.severity), FlagRow.page_number, FlagRow.number)
        if after is not None:
            severity, page_number, number = after
            wanted = wanted.where(tuple_(*order) > (_BADNESS[severity.value], page_number, number))
        return [_kept(row) for row in self._session.scalars(wanted.order_by(*order).limit(limit))]

    def of_tenant(
        self,
        *,
        kinds: Collection[FlagKind] = (),
        severities: Collection[Severity] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int,
        after: FlagPlace | None = None,
    ) -> Sequence[KeptFlag]:
        """Flags of all documents, newest first, from behind `after`; found at `since` or later and before `until`."""
        wanted = select(FlagRow).where(*self._conditions(kinds, severities))
        if since is not None:
            wanted = wanted.where(FlagRow.created_at >= since)
        if until is not None:
            wanted = wanted.where(FlagRow.created_at < until)
        if after is not None:
            wanted = wanted.where(tuple_(*_NEWEST_FIRST) < after)
        newest_first = [column.desc() for column in _NEWEST_FIRST]
        return [_kept(row) for row in self._session.scalars(wanted.order_by(*newest_first).limit(limit))]

    def _conditions(self, kinds: Collection[FlagKind], severities: Collection[Severity]) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = [FlagRow.tenant_id == self._tenant_id]
        if len(kinds) == 1:  # as an equation, after which the index gives them in the order of time
            found.append(FlagRow.kind == next(iter(kinds)))
        elif kinds:
            found.append(FlagRow.kind.in_(kinds))
        if severities:
            found.append(FlagRow.severity.in_(severities))
        return found


def replace_flags(session: Session, tenant_id: TenantId, page: Page) -> None:
    """Set the flags of a page to those of its result; none while it is being read. Its own row is there already."""
    drop_flags(session, tenant_id, page.document_id, [page.number])
    if page.parse is None or not page.state.is_final:
        return
    key = {"tenant_id": tenant_id, "document_id": page.document_id, "page_number": page.number}
    rows = [
        {
            **key,
            "number": number,
            **flag.model_dump(include={"kind", "severity", "said", "heard", "confidence"}),
            "check_name": flag.check,
            "flag": flag,
        }
        for number, flag in enumerate(flags_of(page.parse), start=1)
    ]
    if rows:
        session.execute(insert(FlagRow), rows)


def drop_flags(session: Session, tenant_id: TenantId, document_id: DocumentId, numbers: Collection[int]) -> None:
    """Remove the flags of these pages."""
    session.execute(_DROP, {"tenant_id": tenant_id, "document_id": document_id, "numbers": sorted(numbers)})


def _kept(row: FlagRow) -> KeptFlag:
    # Whole already: it was checked when it was read.
    return KeptFlag.model_construct(
        **dict(row.flag), document_id=DocumentId(row.document_id), number=row.number, created_at=row.created_at
    )
