"""Watcher: who hears how far an evaluation is."""

from __future__ import annotations

from typing import Protocol


class Watcher(Protocol):
    """Told of each step; by threads, one at a time."""

    def begin(self, what: str, n: int) -> None:
        """Something of so many steps begins."""

    def advance(self) -> None:
        """A step of it is done."""
