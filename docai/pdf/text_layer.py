"""Judges whether a page's text layer may be believed."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import pymupdf

from docai.domain.geometry import PageSize
from docai.domain.words import PageWords, TextLayerFlaw, Witness, Word

_MAX_BAD_SHARE = 0.1
"""Of the characters: symbol fonts put a bullet or two per paragraph into the private use area."""
_BAD_CATEGORIES = {"Cc", "Cn", "Co", "Cs"}
"""Control, unassigned, private use, surrogate (Unicode 16, table 4-4)."""
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_MAX_BESIDE_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class TextLayer:
    """What a file says stands on a page."""

    words: tuple[Word, ...]
    is_painted: tuple[bool, ...]
    """Whether the page shows the word; one per word."""
    n_beside: int
    """Words that lie beside the page."""


def judge(layer: TextLayer, page: pymupdf.Page, size: PageSize, *, engine: str) -> PageWords:
    """The layer's words with the flaws found; without a witness when it is not believed."""
    if not layer.words and not layer.n_beside:
        return PageWords(witness=None, text_layer_flaws=(TextLayerFlaw.MISSING,), engine=engine)
    flaws = []
    if layer.n_beside > _MAX_BESIDE_SHARE * (len(layer.words) + layer.n_beside):
        flaws.append(TextLayerFlaw.MISPLACED)
    if is_garbage(layer.words):
        flaws.append(TextLayerFlaw.WRONG_ENCODING)
    return PageWords(
        witness=None if flaws else Witness.TEXT_LAYER, words=layer.words, text_layer_flaws=tuple(flaws), engine=engine
    )


def is_garbage(words: Sequence[Word]) -> bool:
    """Whether too many characters are no characters."""
    text = "".join(word.text for word in words)
    bad = sum(c == _REPLACEMENT or unicodedata.category(c) in _BAD_CATEGORIES for c in text)
    return bad > _MAX_BAD_SHARE * len(text)
