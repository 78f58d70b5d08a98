"""The SQLAlchemy tables of what people look at: flags, and the results that pages had."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from docai.domain.flags import Flag, FlagKind, Severity
from docai.domain.parses import PageParse
from docai.domain.revisions import RevisionCause
from docai.stores.postgres.columns import CleanText, JsonOf
from docai.stores.postgres.tables import Row, one_of, within


class FlagRow(Row):
    """A flag of a page's result, for asking in SQL; written with the result. `flag` is what is read back."""

    __tablename__ = "flag"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    page_number: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    """1-based, worst first."""
    kind: Mapped[str]
    severity: Mapped[str]
    check_name: Mapped[str | None]
    """A `CheckName`; which checks there are is none of the database's business."""
    said: Mapped[str | None]
    heard: Mapped[str | None]
    confidence: Mapped[float | None]
    flag: Mapped[Flag] = mapped_column(JsonOf(Flag))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        within("page", tenant_id="tenant_id", document_id="document_id", page_number="number"),
        # All conflicts of a tenant this week; and everything of it, newest first.
        Index("ix_flag_kind", "tenant_id", "kind", "created_at", "document_id", "page_number", "number"),
        Index("ix_flag_created_at", "tenant_id", "created_at", "document_id", "page_number", "number"),
        one_of("kind", FlagKind),
        one_of("severity", Severity),
    )


class PageRevisionRow(Row):
    """A result that a page has or had.

    While it is the page's own, `page.revision` names it and the columns with what it says are NULL, so that nothing is
    kept twice; they are filled in the moment another takes its place.
    """

    __tablename__ = "page_revision"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    page_number: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    cause: Mapped[str]
    author: Mapped[str]
    note: Mapped[str | None]
    parse: Mapped[PageParse | None] = mapped_column(JsonOf(PageParse))
    image_sha256: Mapped[str | None]
    reply_sha256s: Mapped[list[str] | None] = mapped_column(ARRAY(CleanText))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        within("page", tenant_id="tenant_id", document_id="document_id", page_number="number"),
        Index("ix_page_revision_image_sha256", "image_sha256", postgresql_where=text("image_sha256 IS NOT NULL")),
        Index(
            "ix_page_revision_reply_sha256s",
            "reply_sha256s",
            postgresql_using="gin",
            postgresql_where=text("reply_sha256s IS NOT NULL"),
        ),
        CheckConstraint("number >= 1", name="number"),
        one_of("cause", RevisionCause),
    )
