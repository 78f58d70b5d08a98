"""The SQLAlchemy tables; rows never leave this folder."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy import DateTime as Timestamp
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from docai.domain.answers import Answer
from docai.domain.documents import DocumentStatus, MediaType, PageState, SecurityFindings
from docai.domain.evidence import Verdict
from docai.domain.extractions import Extraction
from docai.domain.images import PageImage
from docai.domain.jobs import JobState
from docai.domain.parses import PageParse
from docai.domain.tables import CellRole
from docai.domain.words import PageWords
from docai.stores.postgres.columns import CleanText, JsonOf, PlainJson

MAX_TERM_CHARACTERS = 200
"""A B-tree entry holds 2,704 bytes at most; 200 characters of 4 bytes leave room for the rest of the key."""


class Row(DeclarativeBase):
    """A row of any table. Each names its tenant, and foreign keys repeat it: no row hangs on another tenant's."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(referred_table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: CleanText,
        float: Double,
        datetime: Timestamp(timezone=True),
        list[int]: ARRAY(Integer),
        list[float]: ARRAY(Double),
        list[UUID]: ARRAY(Uuid),
    }


def one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    """Text that must be one of an enumeration's words; cheaper to extend than a PostgreSQL enum."""
    allowed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({allowed})", name=column)


def within(parent: str, **columns: str) -> ForeignKeyConstraint:
    """A composite foreign key whose rows go with their parent; `columns` are ours to the parent's."""
    return ForeignKeyConstraint(list(columns), [f"{parent}.{name}" for name in columns.values()], ondelete="CASCADE")


class TenantRow(Row):
    """An organisation."""

    __tablename__ = "tenant"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    allows_cloud: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether its pages may be shown to a model at a provider."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ApiKeyRow(Row):
    """A key, by hash."""

    __tablename__ = "api_key"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    prefix: Mapped[str] = mapped_column(index=True)
    sha256: Mapped[str]
    created_at: Mapped[datetime]


class DocumentRow(Row):
    """An upload."""

    __tablename__ = "document"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    sha256: Mapped[str]
    media_type: Mapped[str]
    n_bytes: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str]
    epoch: Mapped[int] = mapped_column(server_default=text("1"))
    remaining: Mapped[int] = mapped_column(server_default=text("0"))
    """Work items of this epoch that have not ended: the fan-in counter."""
    n_pages: Mapped[int | None]
    title: Mapped[str | None]
    security: Mapped[SecurityFindings] = mapped_column(JsonOf(SecurityFindings))
    fault_code: Mapped[str | None]
    fault_message: Mapped[str | None]
    # The class' own `metadata` is the list of all tables.
    user_metadata: Mapped[dict[str, Any]] = mapped_column("metadata", PlainJson(), server_default=text("'{}'"))
    """What whoever uploaded it said of it: strings by key."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        # Of `jsonb_path_ops`, which answers `@>` alone, and is a third of the size for it.
        Index(
            "ix_document_metadata",
            "metadata",
            postgresql_using="gin",
            postgresql_ops={"metadata": "jsonb_path_ops"},
        ),
        # The hash leads, so that the same index finds who else names a blob.
        UniqueConstraint("sha256", "tenant_id"),
        Index("ix_document_tenant_id_created_at_id", "tenant_id", "created_at", "id"),
        # Not on `remaining`, which changes with every item: an index on it would be written as often.
        Index("ix_document_unfinished", "id", postgresql_where=text("status IN ('queued', 'processing')")),
        one_of("media_type", MediaType),
        one_of("status", DocumentStatus),
    )


class JobRow(Row):
    """The work on a document."""

    __tablename__ = "job"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID]
    state: Mapped[str]
    priority: Mapped[int] = mapped_column(SmallInteger, server_default=text("5"))
    epoch: Mapped[int] = mapped_column(server_default=text("1"))
    batch_id: Mapped[UUID | None]
    sealed_password: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Opens an encrypted PDF; sealed, and forgotten when the job ends."""
    traceparent: Mapped[str | None]
    """Of the request that the job comes from, so that the work's traces can refer to it."""
    pages_total: Mapped[int | None]
    pages_done: Mapped[int]
    pages_failed: Mapped[int]
    fault_code: Mapped[str | None]
    fault_message: Mapped[str | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        within("document", tenant_id="tenant_id", document_id="id"),
        Index("ix_job_tenant_id_document_id_created_at", "tenant_id", "document_id", "created_at"),
        Index("ix_job_tenant_id_created_at_id", "tenant_id", "created_at", "id"),
        # What is counted before more is taken in.
        Index("ix_job_unfinished", "tenant_id", postgresql_where=text("state IN ('queued', 'running')")),
        Index("ix_job_batch_id", "batch_id", postgresql_where=text("batch_id IS NOT NULL")),
        one_of("state", JobState),
    )


class PageRow(Row):
    """A page's entry in the ledger, with all that is known of it. `parse` is what is read back."""

    __tablename__ = "page"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]
    fault_code: Mapped[str | None]
    fault_message: Mapped[str | None]
    width_pt: Mapped[float | None]
    height_pt: Mapped[float | None]
    image_sha256: Mapped[str | None] = mapped_column(index=True)
    image: Mapped[PageImage | None] = mapped_column(JsonOf(PageImage))
    words: Mapped[PageWords | None] = mapped_column(JsonOf(PageWords))
    second_words: Mapped[PageWords | None] = mapped_column(JsonOf(PageWords))
    parse: Mapped[PageParse | None] = mapped_column(JsonOf(PageParse))
    revision: Mapped[int | None]
    """Which of its revisions `parse` is; NULL while it is none: there is no result, or no final one."""
    reply_sha256s: Mapped[list[str]] = mapped_column(ARRAY(CleanText), server_default=text("'{}'"))
    """Blobs of what a model said of the page; see `Attempt.reply_sha256`."""
    n_words: Mapped[int | None]
    n_covered: Mapped[int | None]

    __table_args__ = (
        within("document", tenant_id="tenant_id", document_id="id"),
        # What an index is compared with, to find the pages that it lacks; the rows themselves are large.
        Index("ix_page_reply_sha256s", "reply_sha256s", postgresql_using="gin"),
        Index(
            "ix_page_was_read",
            "tenant_id",
            "document_id",
            "number",
            postgresql_where=text("state IN ('parsed', 'degraded')"),
        ),
        CheckConstraint("number >= 1", name="number"),
        one_of("state", PageState),
    )


class PageTableRow(Row):
    """A table of a page's parse, for asking in SQL; written with the parse and never without it."""

    __tablename__ = "page_table"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    page_number: Mapped[int] = mapped_column(primary_key=True)
    table_number: Mapped[int] = mapped_column(primary_key=True)
    """1-based, in reading order."""
    n_rows: Mapped[int]
    n_cols: Mapped[int]
    caption: Mapped[str | None]
    engine: Mapped[str]

    __table_args__ = (within("page", tenant_id="tenant_id", document_id="document_id", page_number="number"),)


class TableCellRow(Row):
    """A cell of a table of a page's parse, with its evidence."""

    __tablename__ = "table_cell"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    page_number: Mapped[int] = mapped_column(primary_key=True)
    table_number: Mapped[int] = mapped_column(primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    col: Mapped[int] = mapped_column(primary_key=True)
    row_span: Mapped[int]
    col_span: Mapped[int]
    text: Mapped[str]
    role: Mapped[str]
    box: Mapped[list[float] | None]
    """Left, top, right, bottom in page fractions."""
    word_ids: Mapped[list[int]]
    verdict: Mapped[str | None]
    witness: Mapped[str | None]
    confidence: Mapped[float | None]

    __table_args__ = (
        within(
            "page_table",
            tenant_id="tenant_id",
            document_id="document_id",
            page_number="page_number",
            table_number="table_number",
        ),
        one_of("role", CellRole),
        one_of("verdict", Verdict),
    )


class PageLengthRow(Row):
    """How many terms a page has, repeats counted: BM25's document length."""

    __tablename__ = "page_length"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    page_number: Mapped[int] = mapped_column(primary_key=True)
    n_terms: Mapped[int]

    __table_args__ = (within("document", tenant_id="tenant_id", document_id="id"),)


class PageTermRow(Row):
    """How often a term stands on a page.

    Without a foreign key: a check for each of a document's half million rows would cost more than writing them.
    `PostgresTerms.replace` locks the document instead, and deleting a document deletes its rows here.
    """

    __tablename__ = "page_term"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    term: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    page_number: Mapped[int] = mapped_column(primary_key=True)
    occurrences: Mapped[int]
    n_terms: Mapped[int]
    """The page's length, repeated here so that ranking joins no table."""

    __table_args__ = (
        Index("ix_page_term_tenant_id_document_id_page_number", "tenant_id", "document_id", "page_number"),
        CheckConstraint(f"length(term) <= {MAX_TERM_CHARACTERS}", name="term"),
    )


class AnswerRow(Row):
    """A question asked and the answer given."""

    __tablename__ = "answer"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    answerable: Mapped[bool]
    cited_document_ids: Mapped[list[UUID]]
    """An answer quotes these documents and is deleted with them."""
    answer: Mapped[Answer] = mapped_column(JsonOf(Answer))
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_answer_cited_document_ids", "cited_document_ids", postgresql_using="gin"),)


class ExtractionRow(Row):
    """Fields of documents, as a JSON Schema asked for them."""

    __tablename__ = "extraction"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    document_ids: Mapped[list[UUID]]
    """What it was taken from; it is deleted with any of these."""
    extraction: Mapped[Extraction] = mapped_column(JsonOf(Extraction))
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_extraction_document_ids", "document_ids", postgresql_using="gin"),)
