"""What the client was promised: kept outside the database, and compared with it in the end."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from uuid import UUID

from tests.faults.papers import Sheet, read


@dataclass(slots=True)
class Accepted:
    """A document that the service said it had taken."""

    tenant_id: UUID
    document_id: UUID
    job_id: UUID
    content: bytes
    is_deleted: bool = False
    earlier_jobs: list[UUID] = field(default_factory=list)
    """Jobs of it that were cancelled; the pages read then are kept."""

    @property
    def sheets(self) -> list[Sheet]:
        return read(self.content)

    @property
    def n_poisoned(self) -> int:
        return sum(sheet.kind.is_poison for sheet in self.sheets)


@dataclass
class Ledger:
    """All accepted documents."""

    entries: dict[UUID, Accepted] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def accept(self, entry: Accepted) -> None:
        with self.lock:
            self.entries[entry.document_id] = entry

    @property
    def live(self) -> list[Accepted]:
        with self.lock:
            return [entry for entry in self.entries.values() if not entry.is_deleted]

    @property
    def deleted(self) -> list[Accepted]:
        with self.lock:
            return [entry for entry in self.entries.values() if entry.is_deleted]
