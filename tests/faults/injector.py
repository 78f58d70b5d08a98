"""Faults done to workers: killed, frozen past their leases and thawed, asked to leave."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any

from tests.faults.crew import eventually
from tests.faults.site import LEASE_S, SWEEP_S, Run

BUSY_S = 30.0
MID_TRANSACTION_S = 15.0
"""A worker that is frozen within a transaction keeps its rows locked until the database hangs up on it."""


def submitting(run: Run, contents: Sequence[bytes], n_rounds: int) -> Iterator[None]:
    """Submit all, in as many portions as there are rounds."""
    waiting = iter(contents)
    n_each = -(-len(contents) // n_rounds)
    for _ in range(n_rounds):
        for content in islice(waiting, n_each):
            run.submit(content)
        yield


def kill(run: Run, rounds: Iterable[None], dice: random.Random) -> None:
    """In each round, kill a worker at a random moment and wait for the one in its place."""
    for _ in rounds:
        name = dice.choice(run.crew.names)
        before = run.crew.pid(name)
        time.sleep(dice.uniform(0.0, 0.6))
        run.crew.signal(name, signal.SIGKILL)
        run.crew.wait_replaced(name, before)


def leave(run: Run, rounds: Iterable[None], dice: random.Random) -> None:
    """In each round, ask a worker that is up to leave and wait for the one in its place."""
    for _ in rounds:
        name = dice.choice(run.crew.names)
        assert eventually(partial(is_up, run, name), BUSY_S) is not None
        before = run.crew.pid(name)
        time.sleep(dice.uniform(0.5, 1.5))
        run.crew.signal(name, signal.SIGTERM)
        run.crew.wait_replaced(name, before)


def is_up(run: Run, name: str) -> bool:
    """Whether a worker has said that it is there."""
    return bool(run.books.rows("SELECT 1 FROM worker WHERE name LIKE %s", f"%:{run.crew.pid(name)}"))


def leases_of(run: Run, name: str) -> list[tuple[int, int]]:
    """Item and token of everything that a worker holds."""
    rows = run.books.rows(
        "SELECT i.id, i.lease_token FROM work_item i JOIN worker w ON w.id = i.lease_owner "
        "WHERE i.state = 'leased' AND w.name LIKE %s",
        f"%:{run.crew.pid(name)}",
    )
    return [(row["id"], row["lease_token"]) for row in rows]


def are_lost(run: Run, leases: Sequence[tuple[int, int]]) -> bool:
    """Whether the sweeper took every one of these leases back."""
    ids = [item for item, _ in leases]
    rows = run.books.rows("SELECT id, lease_token FROM work_item WHERE id = ANY(%s) AND state = 'leased'", ids)
    return not {(row["id"], row["lease_token"]) for row in rows} & set(leases)


def freeze_holder(run: Run, dice: random.Random, name: str) -> list[tuple[int, int]]:
    """Freeze a worker while it holds leases, and say which."""
    found: list[tuple[int, int]] = []

    def is_frozen_at_work() -> bool:
        nonlocal found
        if not leases_of(run, name):
            return False
        time.sleep(dice.uniform(0, 0.1))
        run.crew.signal(name, signal.SIGSTOP)
        time.sleep(0.05)
        found = leases_of(run, name)
        if not found:
            run.crew.signal(name, signal.SIGCONT)
        return bool(found)

    assert eventually(is_frozen_at_work, BUSY_S) is not None, f"{name} never held a lease"
    return found


def are_done(run: Run, leases: Sequence[tuple[int, int]]) -> bool:
    """Whether others did all of this meanwhile."""
    ids = [item for item, _ in leases]
    return not run.books.rows("SELECT 1 FROM work_item WHERE id = ANY(%s) AND state <> 'done' LIMIT 1", ids)


def freeze(run: Run, n: int, dice: random.Random, more: Iterator[Any]) -> tuple[list[tuple[int, int]], float]:
    """Freeze workers two by two past their leases and thaw them; gives the leases they lost, and the longest wait.

    Every other pair is thawed at once when its leases are lost, the rest when others have done the work.
    """
    all_lost: list[tuple[int, int]] = []
    slowest_s = 0.0
    for n_pair in range(-(-n // 2)):
        next(more, None)
        names = dice.sample(list(run.crew.names), 2)
        lost = [lease for name in names for lease in freeze_holder(run, dice, name)]
        took_s = eventually(partial(are_lost, run, lost), LEASE_S + SWEEP_S + MID_TRANSACTION_S + BUSY_S)
        assert took_s is not None, "leases of frozen workers were never taken back"
        slowest_s = max(slowest_s, took_s)
        if n_pair % 2:
            assert eventually(partial(are_done, run, lost), 4 * BUSY_S) is not None, run.where_it_stands()
        for name in names:
            run.crew.signal(name, signal.SIGCONT)
        all_lost += lost
    return all_lost, slowest_s


def counted(run: Run, leases: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those of these leases under which a result was saved."""
    rows = run.books.rows("SELECT item_id, lease_token FROM usage")
    return sorted({(row["item_id"], row["lease_token"]) for row in rows} & set(leases))
