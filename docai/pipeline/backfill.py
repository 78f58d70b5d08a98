"""Fill an index with the pages that the records have and it lacks, from stored words and page images."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from docai.domain.ids import DocumentId, TenantId
from docai.domain.indexes import PagePlace
from docai.errors import BlobMissing, DocaiError, NotFound
from docai.pipeline.index import embedded, sights_of
from docai.pipeline.pace import Pace
from docai.protocols import BlobStore, PageEmbedder, PageIndex, Records
from docai.telemetry import log

_AT_ONCE = 64
"""Pages looked up in one go."""
_MOST_OF_A_TURN = 32
"""Pages embedded at once; so many page images are in memory at a time."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What became of the pages that were missing."""

    n_embedded: int
    n_failed: int
    """Pages that this encoder could not embed; they stay missing."""


class Backfill:
    """Embeds stored pages under one encoder. What is done is recorded page by page, so that a repeat goes on."""

    def __init__(self, records: Records, blobs: BlobStore, index: PageIndex, embedder: PageEmbedder) -> None:
        """Name the parts; the index takes the encoder's vectors."""
        self._records = records
        self._blobs = blobs
        self._index = index
        self._embedder = embedder
        self._pace = Pace(_MOST_OF_A_TURN)

    def fill(
        self, on_done: Callable[[int], None] = lambda n_pages: None, *, may_go_on: Callable[[], bool] = lambda: True
    ) -> Filled:
        """Embed every page that is missing, those that come meanwhile too.

        Args:
            on_done: hears of each turn, how many pages it had.
            may_go_on: asked before each turn, which takes some seconds.

        Raises:
            StoreUnavailable, StoreFull: a store does not answer or has no room; what was done stays.
            IndexMismatch: the index is another encoder's.
            EngineUnavailable: the encoder is lost.
        """
        n_embedded = n_failed = 0
        for tenant_id, document_id, numbers in self._turns():
            if not may_go_on():
                break
            begun = time.monotonic()
            n_done = self._embed(tenant_id, document_id, numbers)
            self._pace.took(len(numbers), time.monotonic() - begun)
            n_embedded, n_failed = n_embedded + n_done, n_failed + len(numbers) - n_done
            on_done(len(numbers))
        return Filled(n_embedded, n_failed)

    def _turns(self) -> Iterator[tuple[TenantId, DocumentId, list[int]]]:
        """Missing pages of one document each, as many as are embedded at once by what was learnt so far."""
        for tenant_id, document_id, numbers in self._missing():
            first = 0
            while first < len(numbers):
                turn = numbers[first : first + self._pace.n_pages]
                yield tenant_id, document_id, turn
                first += len(turn)

    def _missing(self) -> Iterator[tuple[TenantId, DocumentId, list[int]]]:
        """Runs of missing pages of one document each."""
        after: PagePlace | None = None
        encoder = self._embedder.fingerprint
        while places := self._records.indexes.missing(encoder, limit=_AT_ONCE, after=after):
            for (tenant_id, document_id), of_one in groupby(places, key=lambda place: place[:2]):
                yield tenant_id, document_id, [number for _, _, number in of_one]
            after = places[-1]

    def _embed(self, tenant_id: TenantId, document_id: DocumentId, numbers: Sequence[int]) -> int:
        """Embed pages of one document; gives how many are in the index now, or have nothing to embed."""
        place = {"document": str(document_id), "pages": len(numbers)}
        try:
            with self._records.unit_of_work(tenant_id) as unit:
                pages = [unit.documents.page(document_id, number) for number in numbers]
        except NotFound:
            return 0  # deleted meanwhile
        try:
            sights = sights_of(pages, self._blobs, self._embedder)
        except BlobMissing as error:
            log("pages not embedded", level="error", code=error.code, **place)
            return 0
        n_done = 0
        for number, found in zip(numbers, embedded(sights, self._embedder), strict=True):
            if isinstance(found, DocaiError):
                log("page not embedded", level="warning", code=found.code, document=str(document_id), page=number)
                continue
            if found is not None:
                self._index.upsert(tenant_id, document_id, number, found)
            n_vectors = 0 if found is None else len(found.vectors)
            n_done += self._record(tenant_id, document_id, number, n_vectors)
        return n_done

    def _record(self, tenant_id: TenantId, document_id: DocumentId, number: int, n_vectors: int) -> bool:
        """Say that the page is in the index; if its document was deleted meanwhile, take its vectors out again."""
        try:
            with self._records.unit_of_work(tenant_id) as unit:
                unit.embeddings.record(document_id, number, self._embedder.fingerprint, n_vectors)
        except NotFound:
            self._index.delete(tenant_id, document_id, [number])
            return False
        return True
