"""Compare an index with the records, and mend what differs: vectors of pages that are gone, pages without vectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

from docai.domain.indexes import PagePlace
from docai.protocols import IndexRecords, PageIndex, Records
from docai.telemetry import log

_AT_ONCE = 1000
"""Places compared in one go."""


@dataclass(frozen=True, slots=True)
class Differences:
    """What an index and the records do not agree on."""

    orphans: Sequence[PagePlace]
    """Pages with vectors that the records do not have: written after their document was deleted."""
    lost: Sequence[PagePlace]
    """Pages that the records say stand in the index, and that do not."""
    n_missing: int
    """Pages that were read and never came into the index; not counted where it is only being built."""

    @property
    def is_clean(self) -> bool:
        """Whether both agree."""
        return not (self.orphans or self.lost or self.n_missing)


def compare(index: PageIndex, records: IndexRecords, encoder: str) -> Differences:
    """What differs at this moment; reads every place of the index and of the records once.

    A page that is being embedded meanwhile may be named as lost or missing; mending it again is harmless.

    Args:
        index: the physical index of `encoder`.
        records: what should stand in it.
        encoder: fingerprint of the encoder.

    Raises:
        StoreUnavailable: index or records do not answer.
    """
    # The records first: a page is recorded after it was written, so what is recorded by now must be in the index.
    recorded = set(_recorded(records, encoder))
    standing: set[PagePlace] = set()
    orphans: list[PagePlace] = []
    for part in _parts(index.places()):
        standing.update(part)
        known = records.known(part)
        orphans += [place for place in part if place not in known]
    lost = sorted(recorded - standing)
    return Differences(orphans, lost, records.n_missing(encoder))


def mend(differences: Differences, index: PageIndex, records: Records, encoder: str) -> None:
    """Remove the orphans, and have what is lost count as missing, for `Backfill` to embed.

    Raises:
        StoreUnavailable: index or records do not answer.
    """
    for (tenant_id, document_id), of_one in groupby(sorted(differences.orphans), key=lambda place: place[:2]):
        index.delete(tenant_id, document_id, [number for _, _, number in of_one])
    for (tenant_id, document_id), of_one in groupby(sorted(differences.lost), key=lambda place: place[:2]):
        numbers = [number for _, _, number in of_one]
        with records.unit_of_work(tenant_id) as unit:
            unit.embeddings.forget(document_id, numbers, encoder)
    if differences.orphans or differences.lost:
        log("index mended", level="warning", orphans=len(differences.orphans), lost=len(differences.lost))


def _recorded(records: IndexRecords, encoder: str) -> Iterator[PagePlace]:
    after: PagePlace | None = None
    while part := records.embedded_pages(encoder, limit=_AT_ONCE, after=after):
        yield from part
        after = part[-1]


def _parts(places: Iterable[PagePlace]) -> Iterator[list[PagePlace]]:
    rest = iter(places)
    while part := list(islice(rest, _AT_ONCE)):
        yield part
