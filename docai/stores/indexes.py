"""Every page index on record as one: pages and queries go to the index of their encoder."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence

from docai.domain.embeddings import PageEmbedding, QueryEmbedding, StoredVectors
from docai.domain.ids import DocumentId, TenantId
from docai.domain.indexes import IndexEntry, IndexState
from docai.errors import IndexMismatch, StoreUnavailable
from docai.protocols import IndexRecords, IndexShelf, PageIndex

KEEP_S = 2.0
"""How long it is taken for granted which indexes there are: so soon a switch by another process is followed."""


class RegisteredIndexes:
    """A `PageIndex` over all indexes on record; what is asked without an encoder is asked of the one in use.

    Indexes are opened when they are first needed, and closed when the records have them no longer. Thread-safe.
    """

    def __init__(
        self, records: IndexRecords, shelf: IndexShelf, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Open nothing yet; `clock` gives seconds."""
        self._records = records
        self._shelf = shelf
        self._clock = clock
        self._lock = threading.Lock()
        self._looked_at: float | None = None
        self._places: dict[str, _Place] = {}
        self._is_closed = False

    def of(self, encoder: str) -> PageIndex:
        """The physical index of an encoder; it stays ours to close.

        Raises:
            IndexMismatch: none is on record, or another version built what stands there.
            StoreUnavailable: records or index do not answer.
        """
        found = self._known().get(encoder) or self._known(anew=True).get(encoder)
        if found is None:
            raise IndexMismatch(
                f"No index is on record for the encoder {encoder}; `docai index status` shows which there are, "
                "`docai index build` makes one.",
                given=encoder,
            )
        return found.opened()

    def upsert(self, tenant_id: TenantId, document_id: DocumentId, page_number: int, embedding: PageEmbedding) -> None:
        """Store or replace a page's vectors in the index of their encoder.

        Raises:
            InvalidEmbedding: vectors are not finite, have no length, or are more than the index can hold.
            IndexMismatch: their encoder has no index.
            StoreUnavailable, StoreFull: nothing was written.
        """
        self.of(embedding.encoder).upsert(tenant_id, document_id, page_number, embedding)

    def delete(self, tenant_id: TenantId, document_id: DocumentId, page_numbers: Sequence[int]) -> None:
        """Forget pages in every index; harmless where there are none.

        Raises:
            StoreUnavailable: an index does not answer; others may have forgotten them.
        """
        for index in self._every():
            index.delete(tenant_id, document_id, page_numbers)

    def search(
        self,
        tenant_id: TenantId,
        query: QueryEmbedding,
        *,
        document_ids: Sequence[DocumentId],
        limit: int,
        candidates: Sequence[tuple[DocumentId, int]] = (),
    ) -> Sequence[tuple[DocumentId, int, float]]:
        """Best pages of the index of the query's encoder: document, page number, score, best first.

        Raises:
            InvalidEmbedding: the query's vectors are not the index's kind.
            IndexMismatch: the query's encoder has no index.
            StoreUnavailable: records or index do not answer.
        """
        index = self.of(query.encoder)
        return index.search(tenant_id, query, document_ids=document_ids, limit=limit, candidates=candidates)

    def vectors(self, tenant_id: TenantId, document_id: DocumentId, page_number: int) -> StoredVectors | None:
        """A page's vectors in the index in use; None where there are none.

        Raises:
            StoreUnavailable: records or index do not answer.
        """
        index = self._active()
        return None if index is None else index.vectors(tenant_id, document_id, page_number)

    def page_numbers(self, tenant_id: TenantId, document_id: DocumentId) -> Sequence[int]:
        """Which pages of a document have vectors in any index, ascending.

        Raises:
            StoreUnavailable: records or an index do not answer.
        """
        return sorted({number for index in self._every() for number in index.page_numbers(tenant_id, document_id)})

    def places(self) -> Iterator[tuple[TenantId, DocumentId, int]]:
        """Every page that has vectors in the index in use, of all tenants, each once.

        Raises:
            StoreUnavailable: records or index do not answer.
        """
        index = self._active()
        return iter(()) if index is None else index.places()

    def count(self) -> int:
        """How many pages are stored in the index in use, of all tenants; 0 before there is one.

        Raises:
            StoreUnavailable: records or index do not answer.
        """
        index = self._active()
        return 0 if index is None else index.count()

    def close(self) -> None:
        """Close every index that was opened."""
        with self._lock:
            self._is_closed = True
            places, self._places = list(self._places.values()), {}
        for place in places:
            place.close()

    def _active(self) -> PageIndex | None:
        active = [place for place in self._known().values() if place.entry.state is IndexState.ACTIVE]
        return active[0].opened() if active else None

    def _every(self) -> list[PageIndex]:
        """All that are on record at this moment: from an index overlooked here, a deleted page would not be deleted."""
        return [place.opened() for place in self._known(anew=True).values()]

    def _known(self, *, anew: bool = False) -> dict[str, _Place]:
        """What is on record, by encoder, as it was within the last `KEEP_S` seconds or is now."""
        gone: list[_Place] = []
        with self._lock:
            if self._is_closed:
                raise StoreUnavailable("The index is closed, since its process is about to end.")
            is_fresh = self._looked_at is not None and self._clock() - self._looked_at < KEEP_S
            if anew or not is_fresh:
                entries = self._records.all()
                self._looked_at = self._clock()
                self._places, gone = self._compared(entries)
            known = dict(self._places)
        for place in gone:
            place.close()
        return known

    def _compared(self, entries: Sequence[IndexEntry]) -> tuple[dict[str, _Place], list[_Place]]:
        """What is on record, what was opened staying open, and what was known and is so no longer."""
        left = dict(self._places)
        known: dict[str, _Place] = {}
        for entry in entries:
            place = left.get(entry.encoder)
            # One that was dropped and built again has another time, and stands elsewhere.
            if place is not None and place.entry.created_at == entry.created_at:
                place.entry = entry
                known[entry.encoder] = left.pop(entry.encoder)
            else:
                known[entry.encoder] = _Place(entry, self._shelf)
        return known, list(left.values())


class _Place:
    """An index on record, opened once it is needed; a slow one keeps only its own callers waiting."""

    def __init__(self, entry: IndexEntry, shelf: IndexShelf) -> None:
        self.entry = entry
        self._shelf = shelf
        self._lock = threading.Lock()
        self._index: PageIndex | None = None
        self._is_closed = False

    def opened(self) -> PageIndex:
        """The index.

        Raises:
            IndexMismatch, HomeInUse, StoreUnavailable: it cannot be opened; it is tried again at the next call.
        """
        with self._lock:
            if self._is_closed:
                raise StoreUnavailable(f"The index of {self.entry.model!r} was just closed or removed; try again.")
            if self._index is None:
                self._index = self._shelf.open(self.entry.encoder, self.entry.dimension)
            return self._index

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            if self._index is not None:
                self._index.close()
