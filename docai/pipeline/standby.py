"""Whether a worker may embed pages now: only while its encoder's index is the one in use."""

from __future__ import annotations

import time

from docai.errors import StoreError
from docai.protocols import IndexRecords
from docai.telemetry import log

_KEEP_S = 1.0
"""How long an answer is kept: so soon a worker that stood by takes up its work after a switch."""


class StandBy:
    """A worker of another encoder stands by, before a switch or after one; it answers queries all the same."""

    def __init__(self, indexes: IndexRecords, encoder: str) -> None:
        """`encoder` is the fingerprint of the worker's own."""
        self._indexes = indexes
        self._encoder = encoder
        self._looked_at = -_KEEP_S
        self._is_active = False
        self._is_told = False

    def may_embed(self) -> bool:
        """Whether its pages would be found; false while the database does not tell."""
        now = time.monotonic()
        if now - self._looked_at >= _KEEP_S:
            self._looked_at = now
            self._is_active = self._look()
        return self._is_active

    def _look(self) -> bool:
        try:
            active = self._indexes.active()
        except StoreError:
            return False
        is_active = active is not None and active.encoder == self._encoder
        if not is_active and not self._is_told:
            in_use = active.model if active else "none"
            log("worker stands by: another encoder's index is in use", level="warning", in_use=in_use)
        self._is_told = not is_active
        return is_active
