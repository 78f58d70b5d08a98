"""What omitted words are: content, a header, a footer or a watermark, by where and how they stand on one page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from statistics import median

from docai.domain.evidence import OmissionRole
from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind
from docai.domain.words import Word
from docai.grounding.printed_page import PrintedPage

MARGIN = 0.09
"""Running headers and footers stand within this share of the page's height from its edge: some 27 mm of A4."""
_NUMBER_MARGIN = 0.13
"""A page number may stand a little further in."""
_SIDE = 0.06
"""What stands across the page within this share of its width is a stamp, such as arXiv's."""
_MOST_LINES = 2
"""A header has no more lines."""
_CLEAR = 0.8
_USUAL_GAPS = 1.5
"""So many line heights, and so many times the usual gap between lines, lie between a header and the text."""
_TITLE = 1.3
"""Print so many times as big as the page's usual print is a title, also at the top of the page."""
_BIG = 2.0
"""A watermark's print is so many times as big as the body's."""
_CROSSED = 3
"""A watermark lies over so many other words."""
_UPRIGHT = 1.5
"""Boxes of words that are so many times as high as wide, and longer than two characters, are turned."""
_MANY = 0.25
"""Where so many of a page's words are turned, its text is."""
_COUNT = r"(?:\d{1,4}|[ivxlc]{1,7}|[A-Z]{1,2}-\d{1,3})"
_PAGE_NUMBER = re.compile(
    rf"(?:page|seite|p[.a\u00e1]g(?:ina|\.)?|p\.|s\.|strona|sida|side)?\s*[-\u2013\u2014|(\[]?\s*{_COUNT}"
    rf"\s*(?:(?:of|von|de|di|sur|/|z|av|van)\s*{_COUNT})?\s*[-\u2013\u2014|)\]]?",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"(?:tab(?:le|elle|leau|la|ella|el)?|fig(?:ure|ura|uur)?|abb(?:ildung)?|chart|graph|exhibit|box)\.?\s*[A-Z]?\d",
    re.IGNORECASE,
)
"""How the caption of a table or figure begins, which may stand at the very top of a page."""
_FURNITURE = frozenset({BlockKind.HEADER, BlockKind.FOOTER})


class Furniture:
    """A page's print, as far as it tells furniture from content."""

    def __init__(self, blocks: Sequence[Block], page: PrintedPage) -> None:
        self._page = page
        self._words = page.words
        self._tables = [block.box for block in blocks if block.table is not None]
        furniture = [i for block in blocks if block.kind in _FURNITURE for i in block.word_ids]
        self._is_body = page.is_read.copy()
        self._is_body[furniture] = False

    def role(self, ids: Sequence[int], box: Box) -> OmissionRole:
        """What a region of omitted words is.

        Args:
            ids: of its words.
            box: around them.
        """
        if self._is_watermark(ids, box):
            return OmissionRole.WATERMARK
        is_caption = _CAPTION.match(self._text(ids)) is not None
        if is_caption or self._is_big(ids, _TITLE) or any(table.holds(box.centre) for table in self._tables):
            return OmissionRole.CONTENT
        margin = _NUMBER_MARGIN if self._is_page_number(ids) else MARGIN
        is_top, is_bottom = box.y1 <= margin, box.y0 >= 1 - margin
        if (is_top or is_bottom) and self._n_lines(ids) <= _MOST_LINES and self._is_clear(ids, box, is_top=is_top):
            return OmissionRole.HEADER if is_top else OmissionRole.FOOTER
        return OmissionRole.CONTENT

    def _is_clear(self, ids: Sequence[int], box: Box, *, is_top: bool) -> bool:
        """Whether a region stands apart from all text that was read, other words of its own lines aside."""
        clear = self._gap * median(self._words[i].box.height for i in ids)
        middles = self._page.middles[:, 1]
        others = self._page.edges[self._is_body & ((middles < box.y0) | (middles > box.y1))]
        if is_top:
            return bool(others[:, 1].min(initial=1.0) - box.y1 >= clear)
        return bool(box.y0 - others[:, 3].max(initial=0.0) >= clear)

    def _is_watermark(self, ids: Sequence[int], box: Box) -> bool:
        """Print in the side margin that stands across the page, or big or slanting print over other words."""
        is_turned = all(_is_turned(self._words[i]) for i in ids) and not self._is_landscape
        if is_turned and (box.x1 <= _SIDE or box.x0 >= 1 - _SIDE):
            return True
        return (is_turned or self._is_big(ids, _BIG)) and self._n_crossed(box) >= _CROSSED

    def _n_crossed(self, box: Box) -> int:
        """Words that were read and that a region lies over."""
        read = self._page.edges[self._page.is_read]
        is_crossed = (read[:, 0] < box.x1) & (read[:, 2] > box.x0) & (read[:, 1] < box.y1) & (read[:, 3] > box.y0)
        return int(is_crossed.sum())

    def _is_big(self, ids: Sequence[int], times: float) -> bool:
        """Whether print is so many times as big as the page's usual: by font size where it is known, else by height."""
        sizes = [size for i in ids if (size := self._words[i].font_size_pt)]
        if sizes and self._font_size:
            return min(sizes) >= times * self._font_size
        return min(self._words[i].box.height for i in ids) >= times * self._height

    @cached_property
    def _gap(self) -> float:
        """In line heights."""
        return max(_CLEAR, _USUAL_GAPS * self._page.usual_gap)

    @cached_property
    def _is_landscape(self) -> bool:
        """Whether the page's own text stands across it."""
        return sum(map(_is_turned, self._words)) > _MANY * len(self._words)

    @cached_property
    def _font_size(self) -> float | None:
        sizes = [word.font_size_pt for word in self._words if word.font_size_pt]
        return median(sizes) if sizes else None

    @cached_property
    def _height(self) -> float:
        return median(word.box.height for word in self._words)

    def _is_page_number(self, ids: Sequence[int]) -> bool:
        return _PAGE_NUMBER.fullmatch(self._text(ids)) is not None

    def _text(self, ids: Sequence[int]) -> str:
        return " ".join(self._words[i].text for i in ids)

    def _n_lines(self, ids: Sequence[int]) -> int:
        """Lines of a region, by the middles of its words."""
        middles = sorted(self._words[i].box.centre[1] for i in ids)
        height = median(self._words[i].box.height for i in ids)
        return 1 + sum(lower - upper > height / 2 for upper, lower in pairwise(middles))


def _is_turned(word: Word) -> bool:
    return len(word.text) > 2 and word.box.height > _UPRIGHT * word.box.width
