"""What the record of truth must do for operators: tell how it is, and forget what is old."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from docai.domain.health import Lags


class UpkeepRecords(Protocol):
    """The records of all tenants, as operators and chores see them. Thread-safe.

    Every call raises `StoreUnavailable` when the database does not answer.
    """

    def is_writable(self) -> bool:
        """Whether a transaction that writes can be committed; false for a standby and a read-only database."""

    def lags(self) -> Lags:
        """How far what is sent to others is behind."""

    def violations(self, *, sweep_s: float) -> Mapping[str, int]:
        """How often each rule is broken that no fault may break: rule to count, those that hold with 0.

        Costs as much as there is unfinished work, whatever lies finished.

        Args:
            sweep_s: Time between two sweeps; a lease that ran out is taken back by the next one.
        """

    def forget_finished_work(self, older_than_s: float, *, limit: int) -> int:
        """Delete items that were done or cancelled so long ago, of documents that are finished; gives how many.

        What they cost stays on record.
        """

    def forget_dead_work(self, older_than_s: float, *, limit: int) -> int:
        """Delete items that were given up so long ago; gives how many. Their pages' faults stay."""

    def forget_events(self, older_than_s: float, *, limit: int) -> int:
        """Delete events so old, unless a webhook delivery of them is still to come; gives how many."""

    def forget_workers(self, older_than_s: float) -> int:
        """Delete workers that have said nothing for so long; gives how many."""
