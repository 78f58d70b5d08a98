"""A short text of which no word was found as it is: where on the page something near it stands."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import process
from rapidfuzz.distance import Indel

from docai.grounding.word_matching import Print, Token

_LONGEST = 8
"""Tokens of a text that is looked for so; of a longer one some word is found as it is."""
_NEAR = 0.72
"""Characters in common from which on a stretch of words is taken for a text; below, other words are as near."""


def nearest(tokens: Sequence[Token], free: Sequence[int], printed: Print) -> list[int]:
    """The stretch of free words that reads most like a text, however either is cut into words; empty for none near.

    Args:
        tokens: of the text.
        free: ids of the words to look among, in their order.
        printed: the page's words.
    """
    if not 0 < len(tokens) <= _LONGEST or not free:
        return []
    said = "".join(token.key for token in tokens)
    keys = [printed.keys[i] for i in free]
    lengths = range(max(1, len(tokens) - 2), len(tokens) + 3)
    stretches = [(n, length) for length in lengths for n in range(len(keys) - length + 1)]
    texts = ["".join(keys[n : n + length]) for n, length in stretches]
    found = process.extractOne(said, texts, scorer=Indel.normalized_similarity, score_cutoff=_NEAR)
    if found is None:
        return []
    start, length = stretches[found[2]]
    return list(free[start : start + length])
