"""Queries on their way to a process that has the encoder, and their vectors on the way back."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from docai.domain.indexes import QueryReply, QueryRequest
from docai.stores.postgres.index_tables import QueryRequestRow
from docai.stores.postgres.work import NOW

_ID_BITS = 63
_STORED = np.dtype("<f4")


class PostgresQueryRequests:
    """`QueryRequests` over an unlogged table, which is a few rows small at any time."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Session]]) -> None:
        """Open each transaction with `transaction`; see `PostgresRecords`."""
        self._transaction = transaction

    def ask(self, encoder: str, text: str) -> int:
        """Enter a query; gives its id."""
        request_id = secrets.randbits(_ID_BITS)
        with self._transaction() as session:
            session.add(QueryRequestRow(id=request_id, encoder=encoder, text=text))
        return request_id

    def take(self, encoder: str, *, limit: int, lease_s: float) -> Sequence[QueryRequest]:
        """Queries for this encoder that nobody is at work on, oldest first; after `lease_s` others may take them."""
        is_open = QueryRequestRow.answered_at.is_(None)
        is_free = QueryRequestRow.taken_until.is_(None) | (QueryRequestRow.taken_until < NOW)
        waiting = select(QueryRequestRow.id).where(QueryRequestRow.encoder == encoder, is_open, is_free)
        oldest = waiting.order_by(QueryRequestRow.created_at).limit(limit).with_for_update(skip_locked=True)
        taken = update(QueryRequestRow).where(QueryRequestRow.id.in_(oldest.scalar_subquery()))
        columns = (QueryRequestRow.id, QueryRequestRow.encoder, QueryRequestRow.text, QueryRequestRow.created_at)
        with self._transaction() as session:
            rows = session.execute(taken.values(taken_until=NOW + _seconds(lease_s)).returning(*columns)).all()
        return [QueryRequest(row.id, row.encoder, row.text) for row in sorted(rows, key=lambda row: row.created_at)]

    def reply(self, request_id: int, reply: QueryReply) -> None:
        """Answer a query; harmless if it is gone, or was answered."""
        answered = {
            "answered_at": NOW,
            "n_vectors": len(reply.vectors),
            "vectors": reply.vectors.astype(_STORED).tobytes(),
            "tokens": list(reply.tokens),
            "fault_code": reply.fault_code,
            "fault_message": reply.fault_message,
        }
        waiting = update(QueryRequestRow).where(QueryRequestRow.id == request_id, QueryRequestRow.answered_at.is_(None))
        with self._transaction() as session:
            session.execute(waiting.values(answered))

    def collect(self, request_id: int) -> QueryReply | None:
        """The answer, which is then forgotten; None while there is none."""
        columns = (
            QueryRequestRow.n_vectors,
            QueryRequestRow.vectors,
            QueryRequestRow.tokens,
            QueryRequestRow.fault_code,
            QueryRequestRow.fault_message,
        )
        answered = delete(QueryRequestRow).where(
            QueryRequestRow.id == request_id, QueryRequestRow.answered_at.is_not(None)
        )
        with self._transaction() as session:
            row = session.execute(answered.returning(*columns)).first()
        if row is None:
            return None
        stored = np.frombuffer(row.vectors, dtype=_STORED).astype(np.float32)
        vectors = stored.reshape(row.n_vectors, -1) if row.n_vectors else np.zeros((0, 0), dtype=np.float32)
        return QueryReply(vectors, tuple(row.tokens), row.fault_code, row.fault_message)

    def withdraw(self, request_id: int) -> None:
        """Forget a query that nobody waits for any more."""
        with self._transaction() as session:
            session.execute(delete(QueryRequestRow).where(QueryRequestRow.id == request_id))

    def forget(self, older_than_s: float) -> int:
        """Forget queries so old, answered or not; gives how many."""
        old = delete(QueryRequestRow).where(QueryRequestRow.created_at < NOW - _seconds(older_than_s))
        with self._transaction() as session:
            return session.connection().execute(old).rowcount


def _seconds(seconds: float) -> Any:  # noqa: ANN401 - an SQL expression
    return func.make_interval(0, 0, 0, 0, 0, 0, seconds)
