"""The page indexes, which of them is in use, how far each is filled, and what was searched for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from typing import Any

from sqlalchemy import Engine, Integer, Uuid, bindparam, delete, func, select, text, update
from sqlalchemy import Row as RowOf
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from docai.domain.ids import DocumentId, TenantId
from docai.domain.indexes import IndexEntry, IndexState, LoggedQuery, PagePlace
from docai.errors import Conflict, IndexMissing
from docai.stores.postgres.columns import storable
from docai.stores.postgres.engine import translated_errors
from docai.stores.postgres.index_tables import LoggedQueryRow, PageEmbeddingRow, PageIndexRow
from docai.stores.postgres.work import NOW

_STATE_LOCK = 0x696E646578
_TEND_LOCK = 0x74656E64
"""One changes states at a time, one tends at a time: the letters of the words as numbers."""

# In the order of two indexes, that of pages that were read and that of recorded ones, whatever they have in common.
_MISSING = """
FROM page p JOIN document d ON d.tenant_id = p.tenant_id AND d.id = p.document_id
WHERE p.state IN ('parsed', 'degraded') AND d.status NOT IN ('queued', 'processing')
    AND NOT EXISTS (
        SELECT FROM page_embedding e
        WHERE e.tenant_id = p.tenant_id AND e.document_id = p.document_id AND e.page_number = p.number
            AND e.index_id = (SELECT id FROM page_index WHERE encoder = :encoder))
"""
_FIRST_MISSING = f"SELECT p.tenant_id, p.document_id, p.number {_MISSING}"
_COUNT_MISSING = text(f"SELECT count(*) {_MISSING}")

_EMBEDDED = """
SELECT e.tenant_id, e.document_id, e.page_number AS number FROM page_embedding e
WHERE e.index_id = (SELECT id FROM page_index WHERE encoder = :encoder) AND e.n_vectors > 0
"""

_KNOWN = text("""
SELECT p.tenant_id, p.document_id, p.number
FROM unnest(:tenant_ids, :document_ids, :numbers) AS asked (tenant_id, document_id, number)
JOIN page p USING (tenant_id, document_id, number)
""").bindparams(
    bindparam("tenant_ids", type_=ARRAY(Uuid)),
    bindparam("document_ids", type_=ARRAY(Uuid)),
    bindparam("numbers", type_=ARRAY(Integer)),
)


class PostgresIndexes:
    """`IndexRecords` over the tables of page indexes, embedded pages and logged queries."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Session]], engine: Engine) -> None:
        """Open each transaction with `transaction`; see `PostgresRecords`. `engine` is what it uses."""
        self._transaction = transaction
        self._engine = engine

    # ---------------------------------------------------------------- which there are

    def register(self, entry: IndexEntry) -> IndexEntry:
        """Enter an index unless its encoder has one; gives what is entered."""
        with self._changing() as session:
            if (known := _row(session, entry.encoder)) is not None:
                return _entry_of(known)
            wants_use = entry.state is IndexState.ACTIVE
            is_used = wants_use and _active(session) is None
            row = PageIndexRow(
                encoder=entry.encoder,
                dimension=entry.dimension,
                model=entry.model,
                state=IndexState.BUILDING if wants_use and not is_used else entry.state,
                golden=entry.golden,
                created_at=entry.created_at,
                activated_at=NOW if is_used else entry.activated_at,
            )
            session.add(row)
            session.flush()
            session.refresh(row)
            return _entry_of(row)

    def all(self) -> Sequence[IndexEntry]:
        """Every index, the active one first, then newest first."""
        is_active = PageIndexRow.state == IndexState.ACTIVE
        ordered = select(PageIndexRow).order_by(
            is_active.desc(), PageIndexRow.created_at.desc(), PageIndexRow.id.desc()
        )
        with self._transaction() as session:
            return [_entry_of(row) for row in session.scalars(ordered)]

    def active(self) -> IndexEntry | None:
        """The index in use; None before an encoder was ever used."""
        with self._transaction() as session:
            row = _active(session)
            return None if row is None else _entry_of(row)

    def activate(self, encoder: str) -> None:
        """Put this index in use and keep the one before; another kept before that becomes `BUILDING` again: spare.

        Raises:
            IndexMissing: there is no index of this encoder.
        """
        with self._changing() as session:
            if _known(session, encoder).state == IndexState.ACTIVE:
                return
            others = update(PageIndexRow).where(PageIndexRow.encoder != encoder)
            for was, becomes in (
                (IndexState.PREVIOUS, IndexState.BUILDING),
                (IndexState.ACTIVE, IndexState.PREVIOUS),
            ):
                session.execute(others.where(PageIndexRow.state == was).values(state=becomes))
            chosen = update(PageIndexRow).where(PageIndexRow.encoder == encoder)
            session.execute(chosen.values(state=IndexState.ACTIVE, activated_at=NOW))

    def set_state(self, encoder: str, state: IndexState) -> None:
        """Say which part an index plays; `activate` alone makes one active, and another one not.

        Raises:
            IndexMissing: there is no index of this encoder.
            Conflict: it is in use.
            ValueError: it is to be put in use.
        """
        if state is IndexState.ACTIVE:
            raise ValueError("an index is put in use by `activate`")
        with self._changing() as session:
            _require_unused(_known(session, encoder))
            session.execute(update(PageIndexRow).where(PageIndexRow.encoder == encoder).values(state=state))

    def remove(self, encoder: str) -> None:
        """Forget an index that is not active, and what stood in it; harmless where there is none.

        Raises:
            Conflict: it is in use.
        """
        with self._changing() as session:
            if (row := _row(session, encoder)) is not None:
                _require_unused(row)
                session.execute(delete(PageIndexRow).where(PageIndexRow.encoder == encoder))

    @contextmanager
    def tending(self) -> Iterator[bool]:
        """Whether this process may tend the indexes now; the lock goes with its connection, however the process ends.

        The lock is the connection's and not a transaction's: tending takes longer than one may stay open.
        """
        with (
            translated_errors(),
            self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        ):
            is_mine = bool(connection.scalar(select(func.pg_try_advisory_lock(_TEND_LOCK))))
            try:
                yield is_mine
            finally:
                if is_mine:
                    connection.execute(select(func.pg_advisory_unlock(_TEND_LOCK)))

    # ---------------------------------------------------------------- how far each is filled

    def missing(self, encoder: str, *, limit: int, after: PagePlace | None = None) -> Sequence[PagePlace]:
        """Pages that were read and are not recorded under this encoder, in order of place, from behind `after`.

        Of documents that are not being read: their pages are on their way.
        """
        return self._places(_FIRST_MISSING, "p.tenant_id, p.document_id, p.number", encoder, limit, after)

    def n_missing(self, encoder: str) -> int:
        """How many there are of those."""
        with self._transaction() as session:
            return int(session.execute(_COUNT_MISSING, {"encoder": encoder}).scalar_one())

    def n_embedded(self, encoder: str) -> int:
        """How many pages are recorded under this encoder with at least one vector."""
        index_id = select(PageIndexRow.id).where(PageIndexRow.encoder == encoder).scalar_subquery()
        counted = select(func.count()).select_from(PageEmbeddingRow)
        mine = (PageEmbeddingRow.index_id == index_id, PageEmbeddingRow.n_vectors > 0)
        with self._transaction() as session:
            return session.scalars(counted.where(*mine)).one()

    def known(self, places: Collection[PagePlace]) -> set[PagePlace]:
        """Those of these pages that the ledger has."""
        asked = {
            "tenant_ids": [tenant_id for tenant_id, _, _ in places],
            "document_ids": [document_id for _, document_id, _ in places],
            "numbers": [number for _, _, number in places],
        }
        with self._transaction() as session:
            return {_place_of(row) for row in session.execute(_KNOWN, asked)}

    def embedded_pages(self, encoder: str, *, limit: int, after: PagePlace | None = None) -> Sequence[PagePlace]:
        """Pages recorded with vectors under this encoder, in order of place, from behind `after`."""
        return self._places(_EMBEDDED, "e.tenant_id, e.document_id, e.page_number", encoder, limit, after)

    # ---------------------------------------------------------------- what was searched for

    def log_query(self, tenant_id: TenantId, text: str) -> None:
        """Keep what was searched for: each text of a tenant once, with the last time."""
        kept = storable(text)
        values = {
            "tenant_id": tenant_id,
            "digest": sha256(kept.encode("utf-8")).digest(),
            "text": kept,
            "asked_at": NOW,
        }
        logged = insert(LoggedQueryRow).values(values)
        again = logged.on_conflict_do_update(index_elements=["tenant_id", "digest"], set_={"asked_at": NOW})
        with self._transaction() as session:
            session.execute(again)

    def logged_queries(self, limit: int) -> Sequence[LoggedQuery]:
        """What was searched for lately, each text of a tenant once, newest first."""
        newest = select(LoggedQueryRow).order_by(LoggedQueryRow.asked_at.desc()).limit(limit)
        with self._transaction() as session:
            return [LoggedQuery(TenantId(row.tenant_id), row.text) for row in session.scalars(newest)]

    def forget_queries(self, older_than_s: float) -> int:
        """Delete logged queries so old; gives how many."""
        age = func.make_interval(0, 0, 0, 0, 0, 0, older_than_s)
        with self._transaction() as session:
            return (
                session.connection().execute(delete(LoggedQueryRow).where(LoggedQueryRow.asked_at < NOW - age)).rowcount
            )

    # ---------------------------------------------------------------- within

    @contextmanager
    def _changing(self) -> Iterator[Session]:
        """A transaction that alone changes which indexes there are and what part they play."""
        with self._transaction() as session:
            session.execute(select(func.pg_advisory_xact_lock(_STATE_LOCK)))
            yield session

    def _places(self, query: str, place: str, encoder: str, limit: int, after: PagePlace | None) -> Sequence[PagePlace]:
        values: dict[str, Any] = {"encoder": encoder, "limit": limit}
        behind = ""
        if after is not None:
            behind = f"AND ({place}) > (:after_tenant, :after_document, :after_number)"
            values |= dict(zip(("after_tenant", "after_document", "after_number"), after, strict=True))
        with self._transaction() as session:
            rows = session.execute(text(f"{query} {behind} ORDER BY {place} LIMIT :limit"), values)
            return [_place_of(row) for row in rows]


def _row(session: Session, encoder: str) -> PageIndexRow | None:
    return session.scalars(select(PageIndexRow).where(PageIndexRow.encoder == encoder)).first()


def _active(session: Session) -> PageIndexRow | None:
    return session.scalars(select(PageIndexRow).where(PageIndexRow.state == IndexState.ACTIVE)).first()


def _known(session: Session, encoder: str) -> PageIndexRow:
    if (row := _row(session, encoder)) is None:
        raise IndexMissing(f"There is no index of the encoder {encoder}; `docai index build` makes one.", index=encoder)
    return row


def _require_unused(row: PageIndexRow) -> None:
    if row.state == IndexState.ACTIVE:
        raise Conflict(f"The index of {row.model!r} is in use; switch to another one first.", index=row.encoder)


def _entry_of(row: PageIndexRow) -> IndexEntry:
    return IndexEntry(
        encoder=row.encoder,
        dimension=row.dimension,
        model=row.model,
        state=IndexState(row.state),
        golden=row.golden,
        created_at=row.created_at,
        activated_at=row.activated_at,
    )


def _place_of(row: RowOf[Any]) -> PagePlace:
    return TenantId(row.tenant_id), DocumentId(row.document_id), row.number
