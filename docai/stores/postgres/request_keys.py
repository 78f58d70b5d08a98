"""Idempotency keys: who answers a request now, and what it was answered with."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from sqlalchemy import Update, delete, func, null, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from docai.domain.ids import TenantId
from docai.domain.requests import ClaimState, KeptAnswer, KeyClaim
from docai.stores.postgres.work import NOW
from docai.stores.postgres.work_tables import IdempotencyKeyRow


class PostgresRequestKeys:
    """`RequestKeys` over the table of idempotency keys."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Session]]) -> None:
        """Open each transaction with `transaction`; see `PostgresRecords`."""
        self._transaction = transaction

    def claim(self, tenant_id: TenantId, key: str, token: UUID, *, busy_s: float) -> KeyClaim:
        """Ask for a key: the first to ask has it, and the next one once the first has died."""
        until = _in(busy_s)
        asked = insert(IdempotencyKeyRow).values(tenant_id=tenant_id, key=key, token=token, busy_until=until)
        taken = asked.on_conflict_do_update(
            index_elements=["tenant_id", "key"],
            set_={"token": token, "busy_until": until},
            where=IdempotencyKeyRow.busy_until < NOW,
        )
        with self._transaction() as session:
            # A row that another transaction holds is waited for: it is one statement's time.
            if session.scalars(taken.returning(IdempotencyKeyRow.key)).first() is not None:
                return KeyClaim(ClaimState.MINE)
            mine = (IdempotencyKeyRow.tenant_id == tenant_id, IdempotencyKeyRow.key == key)
            row = session.scalars(select(IdempotencyKeyRow).where(*mine)).first()
            if row is None or row.busy_until is not None or row.status is None:
                # Without a row the other one has released the key just now: to ask again is to get it.
                return KeyClaim(ClaimState.BUSY)
            answer = KeptAnswer(row.fingerprint or "", row.status, dict(row.headers or {}), row.body or b"")
            return KeyClaim(ClaimState.ANSWERED, answer)

    def renew(self, tenant_id: TenantId, key: str, token: UUID, *, busy_s: float) -> None:
        """The request lives."""
        with self._transaction() as session:
            session.execute(_held(tenant_id, key, token).values(busy_until=_in(busy_s)))

    def keep(self, tenant_id: TenantId, key: str, token: UUID, answer: KeptAnswer) -> None:
        """The request was answered."""
        answered = {
            "fingerprint": answer.fingerprint,
            "busy_until": null(),
            "status": answer.status,
            "headers": answer.headers,
            "body": answer.body,
            "mentions": list(answer.mentions),
        }
        with self._transaction() as session:
            session.execute(_held(tenant_id, key, token).values(answered))

    def release(self, tenant_id: TenantId, key: str, token: UUID) -> None:
        """The request came to nothing that is kept."""
        mine = (IdempotencyKeyRow.tenant_id == tenant_id, IdempotencyKeyRow.key == key)
        with self._transaction() as session:
            session.execute(delete(IdempotencyKeyRow).where(*mine, IdempotencyKeyRow.token == token))

    def forget(self, older_than_s: float) -> int:
        """Forget keys that were first sent so long ago."""
        is_idle = IdempotencyKeyRow.busy_until.is_(None) | (IdempotencyKeyRow.busy_until < NOW)
        old = delete(IdempotencyKeyRow).where(IdempotencyKeyRow.created_at < _in(-older_than_s), is_idle)
        with self._transaction() as session:
            return session.connection().execute(old).rowcount


def _held(tenant_id: TenantId, key: str, token: UUID) -> Update:
    mine = (IdempotencyKeyRow.tenant_id == tenant_id, IdempotencyKeyRow.key == key)
    return update(IdempotencyKeyRow).where(*mine, IdempotencyKeyRow.token == token)


def _in(seconds: float) -> Any:  # noqa: ANN401 - an SQL expression
    return NOW + func.make_interval(0, 0, 0, 0, 0, 0, seconds)
