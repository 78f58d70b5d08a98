"""Omissions: the words of a page that no value covers, grouped into regions, page furniture told from content."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from statistics import median

import numpy as np

from docai.domain.evidence import Omission
from docai.domain.geometry import Box
from docai.domain.parses import PICTURES, Block
from docai.domain.words import PageWords, Word
from docai.grounding.omission_roles import Furniture
from docai.grounding.printed_page import PrintedPage
from docai.grounding.spelling import is_ornament

_WORD_SPACE = 3.0
"""Words of a line stand nearer than so many of its characters: justified lines have wide spaces, gutters are wider."""
_SAME_LINE = 0.5
"""Pieces of a row share so much of the lower one's height."""
_FEW_WORDS = 4
"""Pieces of a line with at most so many words each may be cells of one row; lines of columns of text have more."""
_ROW_GAP = 0.3
"""Cells of a row outside a table that was read stand nearer than this, as a share of the page's width."""
_LEADING = 0.8
_USUAL_GAPS = 1.6
"""Lines of one text stand nearer than so many line heights, or so many times as far as lines of the page usually do."""
_ROW_LEADING = 1.4
"""Rows of a table stand nearer than so many line heights."""
_MIDDLE = 0.25
"""A word stands between two of a row if its middle is within this part of their height from theirs."""
_NOWHERE = -1
WHOLE_PAGE = 0.9
"""Share of the page: what is as large or larger tells nothing apart. Blocks without a place have all of it."""


def omissions_of(blocks: Sequence[Block], words: PageWords, omitted: Sequence[int]) -> tuple[Omission, ...]:
    """Regions of words that belong together: of a line, of a row of a table, of neighbouring lines.

    Leaders, rules, bullets, and punctuation that stands alone are no omissions.

    Args:
        blocks: what was read, with the words that each names.
        words: the page's words, which ids index.
        omitted: ids of the words that no value covers.
    """
    told = [i for i in omitted if not is_ornament(words.words[i].text)]
    if not told:
        return ()
    page = PrintedPage(words.words, omitted)
    furniture = Furniture(blocks, page)
    found = []
    for ids in _regions(_pieces(told, words.words), page, blocks):
        text = " ".join(words.words[i].text for i in ids)
        if any(character.isalnum() for character in text):
            box = Box.clipped(*page.around(ids))
            found.append(Omission(role=furniture.role(ids, box), box=box, word_ids=ids, text=text))
    return tuple(found)


def _pieces(ids: Sequence[int], words: Sequence[Word]) -> list[list[int]]:
    """Words of one printed line that stand side by side, in the witness's order."""
    pieces: list[list[int]] = []
    for _, line in groupby(sorted(ids, key=lambda i: (words[i].line, i)), key=lambda i: words[i].line):
        last: int | None = None
        for i in line:
            if last is None or i - last > 1 or _is_apart(words[last], words[i]):
                pieces.append([])
            pieces[-1].append(i)
            last = i
    return pieces


def _is_apart(left: Word, right: Word) -> bool:
    return right.box.x0 - left.box.x1 > _WORD_SPACE * min(_space(left), _space(right))


def _space(word: Word) -> float:
    """A character's width, as a share of the page's width."""
    return word.box.width / max(1, len(word.text))


def _regions(pieces: Sequence[Sequence[int]], page: PrintedPage, blocks: Sequence[Block]) -> Iterator[tuple[int, ...]]:
    """The words of pieces that belong together, by transitive closure, in the witness's order."""
    layout = _Layout(pieces, page, blocks)
    group = list(range(len(pieces)))
    for first, second in layout.candidates():
        kept, gone = sorted((group[first], group[second]))
        if kept != gone and not layout.is_parted(first, second):
            group = [kept if each == gone else each for each in group]
    ordered = sorted(range(len(pieces)), key=group.__getitem__)
    for _, members in groupby(ordered, key=group.__getitem__):
        yield tuple(i for n in members for i in pieces[n])


class _Layout:
    """How pieces of omitted words stand to each other; arrays are (pieces,) or (pieces, pieces)."""

    def __init__(self, pieces: Sequence[Sequence[int]], page: PrintedPage, blocks: Sequence[Block]) -> None:
        edges = np.array([page.around(piece) for piece in pieces])
        self._edges = edges
        self._read = page.middles[page.is_read]
        self._leading = max(_LEADING, _USUAL_GAPS * page.usual_gap)
        self._height = np.minimum.outer(edges[:, 3] - edges[:, 1], edges[:, 3] - edges[:, 1])
        self._across = np.minimum.outer(edges[:, 2], edges[:, 2]) - np.maximum.outer(edges[:, 0], edges[:, 0])
        self._down = np.minimum.outer(edges[:, 3], edges[:, 3]) - np.maximum.outer(edges[:, 1], edges[:, 1])
        spaces = np.array([median(_space(page.words[i]) for i in piece) for piece in pieces])
        self._space = np.minimum.outer(spaces, spaces)
        few = np.array([len(piece) <= _FEW_WORDS for piece in pieces])
        self._are_few = np.logical_and.outer(few, few)
        self._first = np.array([piece[0] for piece in pieces])
        self._last = np.array([piece[-1] for piece in pieces])
        zones = [_zone(middle, blocks) for middle in zip(*((edges[:, :2] + edges[:, 2:]) / 2).T, strict=True)]
        self._zones = np.array(zones)
        self._is_table = np.array([zone != _NOWHERE and blocks[zone].table is not None for zone in zones])
        self._is_row = (self._across <= self._space) & (self._down > _SAME_LINE * self._height)

    def candidates(self) -> Iterator[tuple[int, int]]:
        """Pairs of pieces that belong together unless a word that was read stands between them."""
        gap = -self._across
        is_table = self._is_table[:, None]
        is_near_across = (gap <= _WORD_SPACE * self._space) | (self._are_few & (gap <= _ROW_GAP)) | is_table
        leading = np.where(self._are_few, max(self._leading, _ROW_LEADING), self._leading)
        is_near_down = -self._down <= leading * self._height
        goes_on = self._first[None, :] - self._last[:, None] == 1  # a text, from a line's end to the next one's start
        is_above = (self._across > 0) & (is_near_down | is_table)
        belong = np.where(self._is_row, is_near_across, is_above | (goes_on & is_near_down))
        belong &= self._zones[:, None] == self._zones[None, :]
        for first, second in zip(*np.nonzero(np.triu(belong, 1)), strict=True):
            yield int(first), int(second)

    def is_parted(self, first: int, second: int) -> bool:
        """Whether a word that was read stands between two pieces."""
        one, other = self._edges[first], self._edges[second]
        if self._is_row[first, second]:
            middle = (max(one[1], other[1]) + min(one[3], other[3])) / 2
            slack = _MIDDLE * self._height[first, second]
            left, right = min(one[2], other[2]), max(one[0], other[0])
            top, bottom = middle - slack, middle + slack
        elif self._across[first, second] > 0:
            left, right = max(one[0], other[0]), min(one[2], other[2])
            top, bottom = sorted(((one[1] + one[3]) / 2, (other[1] + other[3]) / 2))
        else:
            return False
        x, y = self._read[:, 0], self._read[:, 1]
        inside = (x >= left) & (x <= right) & (y >= top) & (y <= bottom)
        return bool(inside.any())


def _zone(middle: tuple[float, float], blocks: Sequence[Block]) -> int:
    """The index of the table or picture that a piece stands in; others do not belong with it."""
    for index, block in enumerate(blocks):
        is_apart = block.table is not None or block.kind in PICTURES
        if is_apart and block.box.area < WHOLE_PAGE and block.box.holds(middle):
            return index
    return _NOWHERE
