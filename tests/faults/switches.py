"""What a process of the harness has switched off or confused, one thing at a time, to see that the checker notices."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

from sqlalchemy import text, update

from docai.broker.doorbell import CeleryDoorbell
from docai.domain.work import Capability, Lease
from docai.pipeline.sweep import Sweeper
from docai.stores.postgres import work as work_module
from docai.stores.postgres.events import PostgresEvents
from docai.stores.postgres.tables import DocumentRow
from docai.stores.postgres.work import PostgresWork
from docai.stores.postgres.work_tables import WorkItemRow

Patches = list[tuple[Any, str, Any]]


def _without_fencing() -> Patches:
    """A result is saved whoever holds the item by now."""

    def held(lease: Lease) -> Any:
        return update(WorkItemRow).where(WorkItemRow.id == lease.item.id)

    ended = str(work_module._END).replace("AND lease_token = :lease_token AND state = 'leased'", "")
    return [(work_module, "_held", held), (work_module, "_END", text(ended))]


def _without_outbox() -> Patches:
    """Events are not written with what they tell of."""
    return [(PostgresEvents, "add", lambda *_: None)]


def _without_sweeper() -> Patches:
    """Nobody takes back what lost workers held, or rings for work that nobody heard of."""
    return [(Sweeper, "sweep", lambda _: None)]


def _without_epoch() -> Patches:
    """Work that was left behind by a cancellation, a retry or a deletion counts as before."""

    def count(self: Any, document_id: Any, _epoch: int, change: int) -> int:
        counted = update(DocumentRow).where(DocumentRow.id == document_id)
        changed = counted.values(remaining=DocumentRow.remaining + change).returning(DocumentRow.remaining)
        return int(self._session.scalars(changed).first() or 0)

    def new_epoch(self: Any, document_id: Any) -> int:
        moved = update(DocumentRow).where(DocumentRow.id == document_id).values(epoch=DocumentRow.epoch + 1)
        return int(self._session.scalars(moved.returning(DocumentRow.epoch)).one())

    return [(PostgresWork, "_count_remaining", count), (PostgresWork, "new_epoch", new_epoch)]


def _bells(often: Callable[[random.Random], int]) -> Patches:
    dice = random.Random()
    send = CeleryDoorbell._send

    def confused(self: CeleryDoorbell, rung: set[Capability]) -> bool:
        sent = [send(self, rung) for _ in range(often(dice))]
        return all(sent)

    return [(CeleryDoorbell, "_send", confused)]


SWITCHES: dict[str, Callable[[], Patches]] = {
    "no fencing": _without_fencing,
    "no outbox": _without_outbox,
    "no sweeper": _without_sweeper,
    "no epoch": _without_epoch,
    "bells five times": lambda: _bells(lambda _: 5),
    "half the bells": lambda: _bells(lambda dice: dice.randint(0, 1)),
    "no bells": lambda: _bells(lambda _: 0),
}


def switched(names: Iterable[str]) -> ExitStack:
    """These switches thrown until the stack is closed."""
    stack = ExitStack()
    for name in names:
        for owner, attribute, value in SWITCHES[name]():
            stack.enter_context(patch.object(owner, attribute, value))
    return stack
