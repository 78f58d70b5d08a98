"""RequestKey's life: a POST with an Idempotency-Key that is being answered, or was, and with what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

_ID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a request was answered with."""

    fingerprint: str
    """Of the request: a hash of its method, path, options and body."""
    status: int
    headers: dict[str, str]
    body: bytes
    mentions: tuple[UUID, ...] = ()
    """Every id in the body, which may rest sealed: what says something of a deleted document goes with it."""


def ids_in(body: bytes) -> tuple[UUID, ...]:
    """Every id that stands in an answer's body."""
    return tuple(UUID(found.decode("ascii")) for found in dict.fromkeys(_ID.findall(body)))


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
