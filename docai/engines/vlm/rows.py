"""Row: one request's place in a running batch, and the text that grows there."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from docai.domain.generations import Decoding, StopReason
from docai.engines.vlm.constraints import Constraint


@dataclass(slots=True)
class Row:
    """What one request has got so far."""

    decoding: Decoding
    constraint: Constraint | None = None
    """What the next token may be; None where anything may."""
    told: Callable[[int], None] | None = None
    """Called with each token, for whoever wants them as they come."""
    tokens: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    """Of each token; empty unless asked for."""
    stop: StopReason | None = None
    """Why it ended; None while it runs."""
    ended_at: float = 0.0

    def end(self, reason: StopReason) -> None:
        """End it, now."""
        self.stop = reason
        self.ended_at = time.monotonic()
