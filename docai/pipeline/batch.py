"""Leased items of one stage and one job, and who watches over them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from docai.domain.documents import Document
from docai.domain.jobs import Job
from docai.domain.work import Lease


class Watch(Protocol):
    """Watches over a batch: its leases are renewed while it makes progress."""

    def should_stop(self, lease: Lease) -> bool:
        """Whether the item is not to be begun: the worker is leaving, or the lease is known to be lost."""

    def ended(self, lease: Lease) -> None:
        """An item was ended, put back or found lost; which is progress."""

    def progressed(self) -> None:
        """An item that takes long came a step further."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Leased items of one stage and one job."""

    job: Job
    document: Document
    leases: Sequence[Lease]
    watch: Watch

    def begin(self) -> Iterator[Lease]:
        """The items, one after another, as long as the worker may go on."""
        for lease in self.leases:
            if not self.watch.should_stop(lease):
                yield lease


@dataclass(frozen=True, slots=True)
class Unwanted:
    """A `Cancellation`: whether the worker is leaving, or the lease is known to be lost."""

    watch: Watch
    lease: Lease

    def is_set(self) -> bool:
        """True: nobody waits for the result."""
        return self.watch.should_stop(self.lease)
