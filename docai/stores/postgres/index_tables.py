"""The SQLAlchemy tables of page indexes: which there are, which page stands in which, and queries for them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from docai.domain.indexes import IndexState
from docai.stores.postgres.columns import CleanText
from docai.stores.postgres.tables import Row, one_of, within

_CLOCK = func.clock_timestamp()


class PageIndexRow(Row):
    """A page index: all pages of all tenants under one encoder."""

    __tablename__ = "page_index"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    """Stands for the encoder in rows of which there is one per page."""
    encoder: Mapped[str] = mapped_column(unique=True)
    dimension: Mapped[int]
    model: Mapped[str]
    state: Mapped[str]
    golden: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    activated_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_page_index_active", "state", unique=True, postgresql_where=text("state = 'active'")),
        one_of("state", IndexState),
    )


class PageEmbeddingRow(Row):
    """A page that was embedded under an encoder as it was read last. Goes with its document, and with the index.

    The document, not the page, is the parent: pages go with it alone, and one key less is checked per page. The index
    comes last in the key, which so serves the search for pages without a row, too.
    """

    __tablename__ = "page_embedding"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    page_number: Mapped[int] = mapped_column(primary_key=True)
    index_id: Mapped[int] = mapped_column(ForeignKey("page_index.id", ondelete="CASCADE"), primary_key=True)
    n_vectors: Mapped[int]
    """0: there was nothing to embed, and nothing stands in the index."""

    __table_args__ = (within("document", tenant_id="tenant_id", document_id="id"),)


class QueryRequestRow(Row):
    """A query that another process is to embed. Unlogged: a crash of the database loses it, and it is asked again.

    The id is drawn at random, since a crash would set a sequence back to its beginning with the table: somebody who
    still waits would then be given the answer to another query.
    """

    __tablename__ = "query_request"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    encoder: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=_CLOCK)
    taken_until: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    n_vectors: Mapped[int | None]
    vectors: Mapped[bytes | None] = mapped_column(LargeBinary)
    """float32, little-endian, row by row."""
    tokens: Mapped[list[str] | None] = mapped_column(ARRAY(CleanText))
    fault_code: Mapped[str | None]
    fault_message: Mapped[str | None]

    __table_args__ = ({"prefixes": ["UNLOGGED"]},)


class LoggedQueryRow(Row):
    """A text that a tenant searched for, once, with the last time."""

    __tablename__ = "logged_query"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    """SHA-256 of the text, which may be longer than an index entry."""
    text: Mapped[str]
    asked_at: Mapped[datetime]

    __table_args__ = (Index("ix_logged_query_asked_at", "asked_at"),)
