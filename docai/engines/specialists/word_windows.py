"""Windows over a page's words for models that take few tokens at once, overlapping so that no answer is cut by all."""

from __future__ import annotations

from collections.abc import Sequence

STRIDE_TOKENS = 128
"""Tokens that neighbouring windows share: what extractive question answering has used since BERT (Devlin et al. 2019,
the document stride of its SQuAD runs)."""


def windows(lengths: Sequence[int], room: int, *, stride: int = STRIDE_TOKENS) -> list[slice]:
    """The words of each window, in order; every word is in one of them.

    Args:
        lengths: Tokens of each word.
        room: Most tokens of a window, at least 1. A word that is longer has a window of its own, in which it is cut.
        stride: Tokens that a window shares with the one before it, at most half of `room`.
    """
    stride = min(stride, room // 2)
    found: list[slice] = []
    start = 0
    while start < len(lengths):
        end = _end(lengths, start, room)
        found.append(slice(start, end))
        if end == len(lengths):
            break
        # What is shared must leave room for the next word, so that every window has words of its own.
        start = max(start + 1, _back(lengths, end, min(stride, room - lengths[end])))
    return found


def _end(lengths: Sequence[int], start: int, room: int) -> int:
    """Where a window that starts at `start` ends, exclusive."""
    end, taken = start + 1, lengths[start]
    while end < len(lengths) and taken + lengths[end] <= room:
        taken += lengths[end]
        end += 1
    return end


def _back(lengths: Sequence[int], end: int, stride: int) -> int:
    """The first word of the next window, at most `stride` tokens before `end`."""
    start, shared = end, 0
    while start > 0 and shared + lengths[start - 1] <= stride:
        start -= 1
        shared += lengths[start]
    return start
