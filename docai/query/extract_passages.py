"""Runs of a page's words as text in which every character knows its word: sentences, and pieces of printed lines."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from docai.domain.geometry import Box
from docai.domain.words import Word
from docai.terms import terms

_ABBREVIATION = re.compile(
    r"^\(?(?:[A-Z]|mr|mrs|ms|dr|prof|st|no|nos|fig|figs|eq|sec|vs|e\.g|i\.e|cf|al|inc|ltd|co|corp|approx|u\.s|jr|sr|"
    r"vol|pp|art|ref|attn)\.$",
    re.IGNORECASE,
)
_END = re.compile(r"[.!?\u3002][\"'\u201d\u2019)\]]*$")
_WIDE_GAP = 1.2
"""A blank wider than this many line heights parts a printed line: spaces in justified print stay below one."""


@dataclass(frozen=True)
class Passage:
    """Words that are read together."""

    words: Sequence[Word]
    """All words of the page."""
    word_ids: tuple[int, ...]

    @cached_property
    def _parts(self) -> tuple[str, list[int]]:
        text, starts = "", []
        last: Word | None = None
        for word in (self.words[i] for i in self.word_ids):
            if last is not None and _is_broken(last, word):
                text = text[:-1]
            elif last is not None:
                text += " "
            starts.append(len(text))
            text += word.text
            last = word
        return text, starts

    @property
    def text(self) -> str:
        """The words with blanks between them, hyphens at line ends undone."""
        return self._parts[0]

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """The text's terms in order."""
        return tuple(terms(self.text))

    @property
    def box(self) -> Box:
        """Around all words."""
        box = Box.around(self.words[i].box for i in self.word_ids)
        assert box is not None
        return box

    def ids_between(self, start: int, end: int) -> tuple[int, ...]:
        """The words that a range of characters touches."""
        starts = self._parts[1]
        first = max(0, bisect_right(starts, start) - 1)
        return self.word_ids[first : max(first + 1, bisect_right(starts, end - 1))]


def _is_broken(last: Word, word: Word) -> bool:
    """Whether a hyphen at a line's end parts one word in two."""
    return (
        word.line != last.line
        and len(last.text) > 1
        and last.text[-1] in "-\u2010\u00ad"
        and last.text[-2].islower()
        and word.text[:1].islower()
    )


def sentences(words: Sequence[Word], word_ids: Sequence[int]) -> list[Passage]:
    """Words in reading order, parted after each full stop, question or exclamation mark that ends a sentence."""
    found: list[Passage] = []
    start = 0
    for k, i in enumerate(word_ids):
        is_last = k + 1 == len(word_ids)
        if is_last or _ends_sentence(words[i].text, words[word_ids[k + 1]].text):
            found.append(Passage(words, tuple(word_ids[start : k + 1])))
            start = k + 1
    return found


def _ends_sentence(text: str, following: str) -> bool:
    if not _END.search(text) or _ABBREVIATION.match(text):
        return False
    first = following.lstrip("\"'\u201c\u2018([")[:1]
    return not first.islower()


def line_pieces(words: Sequence[Word], word_ids: Iterable[int], aspect: float) -> list[list[Passage]]:
    """Printed rows from top to bottom, each parted at its wide gaps, pieces from left to right.

    Args:
        words: all words of the page.
        word_ids: those to part, in any order.
        aspect: the page's height over its width; boxes are in fractions of either.
    """
    rows: list[list[int]] = []
    for i in sorted(word_ids, key=lambda i: words[i].box.centre[1]):
        is_level = bool(rows) and _on_one_row(words[rows[-1][-1]].box, words[i].box)
        if is_level and not any(_is_below(words[other], words[i]) for other in rows[-1]):
            rows[-1].append(i)
        else:
            rows.append([i])
    return [_pieces(words, sorted(row, key=lambda i: words[i].box.x0), aspect) for row in rows]


def _on_one_row(a: Box, b: Box) -> bool:
    return min(a.y1, b.y1) - max(a.y0, b.y0) > min(a.height, b.height) / 2


def _is_below(upper: Word, word: Word) -> bool:
    """Whether a word stands under one of another line, however much of their heights they share, as in tight print."""
    a, b = upper.box, word.box
    shared = min(a.x1, b.x1) - max(a.x0, b.x0)
    is_lower = b.centre[1] - a.centre[1] > min(a.height, b.height) / 4
    return upper.line != word.line and is_lower and shared > min(a.width, b.width) / 2


def _pieces(words: Sequence[Word], row: list[int], aspect: float) -> list[Passage]:
    pieces: list[list[int]] = []
    for i in row:
        if pieces and _gap(words[pieces[-1][-1]].box, words[i].box, aspect) <= _WIDE_GAP:
            pieces[-1].append(i)
        else:
            pieces.append([i])
    return [Passage(words, tuple(piece)) for piece in pieces]


def _gap(left: Box, right: Box, aspect: float) -> float:
    """The blank between two boxes of a row, in heights of the lower one."""
    height = min(left.height, right.height) * aspect
    return (right.x0 - left.x1) / height if height > 0 else 0.0
