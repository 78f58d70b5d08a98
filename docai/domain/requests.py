"""RequestKey's life: a POST with an Idempotency-Key that is being answered, or was, and with what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a request was answered with."""

    fingerprint: str
    """Of the request: a hash of its method, path, options and body."""
    status: int
    headers: dict[str, str]
    body: bytes


class ClaimState(StrEnum):
    """What a request with a key may do."""

    MINE = "mine"
    """It is the first one, or the one before died: it is to be answered."""
    BUSY = "busy"
    """Another one with the same key is being answered."""
    ANSWERED = "answered"
    """It was answered before."""


@dataclass(frozen=True, slots=True)
class KeyClaim:
    """What became of asking for a key."""

    state: ClaimState
    answer: KeptAnswer | None = None
    """What it was answered with before."""
