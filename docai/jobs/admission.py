"""Whether more work may be taken in: so many unfinished jobs per tenant, and so many of all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from docai.domain.ids import TenantId
from docai.errors import Overloaded, TooManyJobs
from docai.protocols import Records

COUNT_HOLDS_S = 1.0
"""A count is taken for true so long; what is admitted meanwhile is added to it."""
_SHARE = 50
"""A count that took long holds longer, so that counting takes at most one part in so many of the time."""
_MOST_TENANTS = 10_000
"""Counts kept; beyond that they are taken anew."""


@dataclass(slots=True)
class _Count:
    n: int
    until: float


class Admission:
    """Counts before work is taken in. An estimate: processes that admit side by side may go over by a second's worth.

    Thread-safe.
    """

    def __init__(self, records: Records, *, max_of_tenant: int, max_of_all: int) -> None:
        """Admit so many unfinished jobs of each tenant, and so many of all."""
        self._records = records
        self._max_of_tenant = max_of_tenant
        self._max_of_all = max_of_all
        self._lock = threading.Lock()
        self._counts: dict[TenantId | None, _Count] = {}

    def admit(self, tenant_id: TenantId) -> None:
        """Make sure that one more job may be taken in.

        Raises:
            TooManyJobs: the tenant has as many unfinished jobs as it may.
            Overloaded: all tenants together have.
        """
        if self._one_more(tenant_id, lambda: self._of_tenant(tenant_id)) > self._max_of_tenant:
            limit = self._max_of_tenant
            raise TooManyJobs(f"There are {limit} unfinished jobs; send more when some have ended.", limit=limit)
        if self._one_more(None, lambda: self._records.n_unfinished_jobs(self._max_of_all)) > self._max_of_all:
            raise Overloaded("More documents wait to be read than are taken in; try again later.")

    def _of_tenant(self, tenant_id: TenantId) -> int:
        with self._records.unit_of_work(tenant_id) as unit:
            return unit.jobs.n_unfinished(self._max_of_tenant)

    def _one_more(self, whose: TenantId | None, count: Callable[[], int]) -> int:
        """The number of unfinished jobs with the one that asks."""
        began = time.monotonic()
        with self._lock:
            known = self._counts.get(whose)
            if known is not None and began < known.until:
                known.n += 1
                return known.n
        n = count() + 1
        ended = time.monotonic()
        with self._lock:
            if len(self._counts) >= _MOST_TENANTS:
                self._counts.clear()
            self._counts[whose] = _Count(n, ended + max(COUNT_HOLDS_S, _SHARE * (ended - began)))
        return n
