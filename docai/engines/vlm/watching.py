"""When each row of a batch ends: done, cut off, at a stop string, running in circles, or no longer wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from transformers import StoppingCriteria

from docai.domain.generations import StopReason
from docai.engines.vlm.rows import Row
from docai.protocols.generating import Cancellation

MAX_UNIT_TOKENS = 64
"""Longest piece of text whose repetition counts; a row of a table with 30 empty cells is one of 31 tokens."""

MIN_REPEATS = 16
MIN_SPAN_TOKENS = 512
"""A tail is periodic if it is a piece so many times over, and so long: a form of 15 equal empty rows is neither, and
the run of dots of a table of contents is shorter."""

CHECK_EVERY_TOKENS = 16
"""How often the tail is looked at; a loop costs at most so many tokens more."""


class Watch(StoppingCriteria):  # type: ignore[misc] # transformers is not typed
    """Takes down each row's tokens, and ends it."""

    def __init__(
        self,
        rows: Sequence[Row],
        eos_tokens: frozenset[int],
        decode: Callable[[Sequence[int]], str],
        cancel: Cancellation | None,
    ) -> None:
        """Watch `rows`; `decode` gives the text of tokens."""
        self._rows = rows
        self._eos_tokens = eos_tokens
        self._decode = decode
        self._cancel = cancel

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor, **_: object) -> torch.Tensor:
        """Whether each row is done, (B,); called after every token."""
        del scores
        is_cancelled = self._cancel is not None and self._cancel.is_set()
        for row, token in zip(self._rows, input_ids[:, -1].tolist(), strict=True):
            if row.stop is None:
                self._take(row, int(token), is_cancelled=is_cancelled)
        return torch.tensor([row.stop is not None for row in self._rows], device=input_ids.device)

    def _take(self, row: Row, token: int, *, is_cancelled: bool) -> None:
        row.tokens.append(token)
        if token in self._eos_tokens:
            row.end(StopReason.STOP)
            return
        if row.constraint:
            row.constraint.accept(token)
        if self._is_at_stop(row):
            row.end(StopReason.STOP)
        elif is_cancelled:
            row.end(StopReason.CANCELLED)
        elif len(row.tokens) % CHECK_EVERY_TOKENS == 0 and is_periodic(row.tokens):
            row.end(StopReason.REPETITION)
        elif len(row.tokens) >= row.decoding.max_tokens:
            row.end(StopReason.LENGTH)
        if row.told:
            row.told(token)

    def _is_at_stop(self, row: Row) -> bool:
        if not row.decoding.stop:
            return False
        # A token is a byte or more, so that a stop string that ends here began at most so many tokens ago.
        longest = max(len(stop.encode()) for stop in row.decoding.stop)
        tail = self._decode(row.tokens[-longest - 1 :])
        return any(stop in tail for stop in row.decoding.stop)


def is_periodic(tokens: Sequence[int]) -> bool:
    """Whether the tail is one piece over and over; see MIN_REPEATS and MIN_SPAN_TOKENS."""
    tail = np.asarray(tokens[-MAX_UNIT_TOKENS * MIN_REPEATS :])
    for unit in range(1, MAX_UNIT_TOKENS + 1):
        span = max(MIN_SPAN_TOKENS, unit * MIN_REPEATS)
        if span > len(tail):
            return False
        if np.array_equal(tail[-span:-unit], tail[-span + unit :]):
            return True
    return False
