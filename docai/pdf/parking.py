"""Keeps the process of a document that was just closed for whoever opens the same document next."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

from docai.domain.documents import DocumentFacts, MediaType
from docai.pdf.nursery import Child

_MAX_MEMORY_SHARE = 0.75
"""A child that has more of its memory limit than this in use is not kept: its next page might fail for want of it."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A file as it was opened; two of the same identity are the same document."""

    device: int
    inode: int
    n_bytes: int
    changed_ns: int
    media_type: MediaType
    password: str | None = field(repr=False)

    @property
    def file(self) -> tuple[int, int, int, int]:
        """What tells the file, without the secret."""
        return self.device, self.inode, self.n_bytes, self.changed_ns

    @classmethod
    def of(cls, path: Path, media_type: MediaType, password: str | None) -> Identity:
        """The identity of the file that is there now.

        Raises:
            OSError: there is none.
        """
        found = path.stat()
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, media_type, password)


@dataclass(slots=True, eq=False)
class Parked:
    """A child that holds its document open, and what opening it told."""

    identity: Identity
    child: Child
    facts: DocumentFacts
    timer: threading.Timer | None = None


class Parking:
    """A few places for children, each for a short time. Thread-safe."""

    def __init__(self, *, keep_s: float, memory_mib: int, n_places: int = 4) -> None:
        """Set the limits.

        Args:
            keep_s: longest time in a place, seconds; 0: nothing is kept.
            memory_mib: a child's memory limit; with less than that free on the machine, nothing is kept.
            n_places: most children kept; the one that waits longest makes room.
        """
        self._keep_s = keep_s
        self._memory_mib = memory_mib
        self._n_places = n_places
        self._lock = threading.Lock()
        self._parked: list[Parked] = []
        self._is_closed = False

    def take(self, identity: Identity) -> Parked | None:
        """The child that holds this very document open, now the caller's; None if there is none."""
        with self._lock:
            for parked in [parked for parked in self._parked if parked.identity == identity]:
                self._freed(parked)
                if parked.child.is_alive:
                    return parked
                parked.child.kill()
        return None

    def leave(self, parked: Parked) -> None:
        """Keep a child that did nothing wrong, or end it where there is no room for it."""
        if not self._has_room_for(parked):
            parked.child.kill()
            return
        with self._lock:
            if self._is_closed:
                parked.child.kill()
                return
            while len(self._parked) >= self._n_places:
                self._freed(self._parked[0]).child.kill()
            parked.timer = threading.Timer(self._keep_s, self._expire, [parked])
            parked.timer.daemon = True
            parked.timer.start()
            self._parked.append(parked)

    def close(self) -> None:
        """End every child, and keep none from now on."""
        with self._lock:
            self._is_closed = True
            while self._parked:
                self._freed(self._parked[0]).child.kill()

    def _has_room_for(self, parked: Parked) -> bool:
        used_mib = parked.child.memory_mib - (parked.identity.n_bytes >> 20)  # the file itself is not counted
        if self._keep_s <= 0 or used_mib > self._memory_mib * _MAX_MEMORY_SHARE:
            return False
        return _free_mib() >= self._memory_mib

    def _expire(self, parked: Parked) -> None:
        with self._lock:
            if parked in self._parked:
                self._freed(parked).child.kill()

    def _freed(self, parked: Parked) -> Parked:
        self._parked.remove(parked)
        if parked.timer is not None:
            parked.timer.cancel()
        return parked


def _free_mib() -> int:
    """Memory that the machine can still give without swapping, MiB; 0 where it does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")) >> 10
    except (OSError, ValueError, IndexError, StopIteration):
        return 0
