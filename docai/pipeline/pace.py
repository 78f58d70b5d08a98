"""How many pages are embedded at once: as many as take some seconds, since what was begun cannot be broken off."""

from __future__ import annotations

TURN_S = 5.0
"""How long a turn is to take: long enough to keep a GPU busy, short beside a lease and a worker's time to leave."""

_GROWTH = 4
"""Most times that the next turn may be larger: the first pages may have been quick ones."""


class Pace:
    """Learns from each turn how many pages the next one is to have; the first one has a single page.

    Threads may share it: that one misses what another one learnt does no harm.
    """

    def __init__(self, most: int) -> None:
        """`most` is the most pages of a turn."""
        self._most = most
        self._n_pages = 1

    @property
    def n_pages(self) -> int:
        """Pages of the next turn, 1 or more."""
        return self._n_pages

    def took(self, n_pages: int, seconds: float) -> None:
        """A turn of so many pages took so long."""
        fitting = n_pages * min(_GROWTH, TURN_S / max(seconds, 1e-9))
        # A last turn with the few pages that were left does not make the next one small.
        self._n_pages = max(1, min(self._most, max(int(fitting), self._n_pages if seconds < TURN_S else 1)))
