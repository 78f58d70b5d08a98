"""The chores of the index in use: embed what is missing from it, and mend what differs from the records."""

from __future__ import annotations

import time

from docai.pipeline.backfill import Backfill
from docai.pipeline.reconcile import compare, mend
from docai.pipeline.standby import StandBy
from docai.protocols import BlobStore, PageEmbedder, PageIndex, Records
from docai.telemetry import log

_TURN_S = 20.0
"""Of one turn at filling: the lock that keeps others from the same pages is a transaction, and these must not be long;
nor may it keep a process from leaving."""


class IndexTender:
    """Of all processes that have the encoder, one tends the index at a time; the others find nothing to do."""

    def __init__(self, records: Records, blobs: BlobStore, index: PageIndex, embedder: PageEmbedder) -> None:
        """Do nothing yet. What `index` tells of its places must be of the index in use."""
        self._records = records
        self._index = index
        self._embedder = embedder
        self._backfill = Backfill(records, blobs, index, embedder)
        self._standby = StandBy(records.indexes, embedder.fingerprint)

    def fill(self) -> int:
        """Embed pages that were read and are not in the index, such as those read just before a switch.

        Returns:
            How many were embedded.

        Raises:
            StoreUnavailable, EngineUnavailable: it goes on at the next turn.
        """
        with self._records.indexes.tending() as is_mine:
            if not is_mine or not self._standby.may_embed():
                return 0
            until = time.monotonic() + _TURN_S
            filled = self._backfill.fill(may_go_on=lambda: time.monotonic() < until)
        if filled.n_embedded or filled.n_failed:
            log("index filled", level="info", embedded=filled.n_embedded, failed=filled.n_failed)
        return filled.n_embedded

    def mend(self) -> None:
        """Remove vectors of pages that are gone, and have pages that lost theirs embedded at the next `fill`.

        Raises:
            StoreUnavailable: it is done at the next turn.
        """
        with self._records.indexes.tending() as is_mine:
            if not is_mine or not self._standby.may_embed():
                return
            encoder = self._embedder.fingerprint
            found = compare(self._index, self._records.indexes, encoder)
            mend(found, self._index, self._records, encoder)
