"""Forget what nobody looks at any more: finished work, old events, old searches, silent workers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from docai.protocols import Records
from docai.telemetry import log

_AT_ONCE = 1000
"""Rows of one transaction: some 20 ms, so that no worker waits for its lock or its turn."""
_PAUSE_S = 0.05
"""Between two of them, so that forgetting a long backlog leaves the database to the work."""
_MOST_ROUNDS = 2000
"""Of one run: a backlog that is longer goes on at the next one."""
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Retention:
    """How long things are kept, days. Documents, pages and what work cost are kept until they are deleted."""

    work_days: float
    dead_days: float
    event_days: float
    query_days: float
    """Texts that were searched for."""
    worker_days: float


class Forgetter:
    """The chore; two processes that do it at once share it."""

    def __init__(self, records: Records, retention: Retention) -> None:
        """Forget nothing yet."""
        self._records = records
        self._retention = retention

    def forget(self) -> int:
        """Delete what is old enough, a little at a time; gives the number of rows.

        Raises:
            StoreUnavailable: the database does not answer; what was deleted by then stays deleted.
        """
        records, kept = self._records.upkeep, self._retention
        work = _little_by_little(lambda: records.forget_finished_work(kept.work_days * _DAY_S, limit=_AT_ONCE))
        dead = _little_by_little(lambda: records.forget_dead_work(kept.dead_days * _DAY_S, limit=_AT_ONCE))
        events = _little_by_little(lambda: records.forget_events(kept.event_days * _DAY_S, limit=_AT_ONCE))
        workers = records.forget_workers(kept.worker_days * _DAY_S)
        queries = self._records.indexes.forget_queries(kept.query_days * _DAY_S)
        n_rows = work + dead + events + workers + queries
        if n_rows:
            log("old rows forgotten", work=work, dead=dead, events=events, workers=workers, queries=queries)
        return n_rows


def _little_by_little(forget_some: Callable[[], int]) -> int:
    n_rows = 0
    for _ in range(_MOST_ROUNDS):
        n = forget_some()
        n_rows += n
        if n < _AT_ONCE:
            break
        time.sleep(_PAUSE_S)
    return n_rows
