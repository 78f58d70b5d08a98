"""A page to draw on that remembers where every word was put."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache

import pymupdf

from docai.domain.geometry import Box, PageSize
from docai.domain.tables import Table

Colour = tuple[float, float, float]

INK: Colour = (0.13, 0.15, 0.19)
MUTED: Colour = (0.42, 0.45, 0.50)
ACCENT: Colour = (0.04, 0.34, 0.40)
ACCENT_LIGHT: Colour = (0.91, 0.95, 0.95)
WARM: Colour = (0.85, 0.47, 0.20)
HAIRLINE: Colour = (0.80, 0.82, 0.85)
WHITE: Colour = (1.0, 1.0, 1.0)

A4 = PageSize(width_pt=595.0, height_pt=842.0)

_ASCENT = 0.75
_DESCENT = 0.22
"""Heights of an ascender and depth of a descender over the font size: the metrics of Helvetica and Times, Adobe's
AFM files, rounded outwards."""


class Align(StrEnum):
    """On which side of its anchor a line of text stands."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Style:
    """How text looks: one of the 14 fonts that every PDF reader has, by PyMuPDF's short name."""

    size_pt: float = 10.0
    font: str = "helv"
    colour: Colour = INK


@dataclass(frozen=True, slots=True)
class DrawnWord:
    """A word as drawn, and where: from its ascenders to its descenders."""

    text: str
    page_number: int
    box: Box
    line: int
    """Words drawn as one line share this number; lines of a page are numbered in the order drawn."""


@cache
def _font(name: str) -> pymupdf.Font:
    return pymupdf.Font(name)


@cache
def _advance(font: str, character: str) -> float:
    """Width of a character over the font size; kept, since asking the font takes longer than drawing."""
    return float(_font(font).text_length(character, fontsize=1))


def text_width(text: str, style: Style) -> float:
    """Width of a line of text in points."""
    return sum(_advance(style.font, character) for character in text) * style.size_pt


def wrap(text: str, width: float, style: Style) -> list[str]:
    """Lines of whole words, none wider than `width` points unless a single word is."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, style) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


@dataclass(slots=True)
class Sheet:
    """A page under the pen; positions are points from the top left, text stands on its baseline."""

    page: pymupdf.Page
    number: int
    words: list[DrawnWord] = field(default_factory=list)

    @property
    def size(self) -> PageSize:
        """The page as it is shown."""
        return PageSize(width_pt=self.page.rect.width, height_pt=self.page.rect.height)

    @property
    def next_line(self) -> int:
        """The number of the line that is drawn next."""
        return self.words[-1].line + 1 if self.words else 0

    def text(self, x: float, y: float, text: str, style: Style, align: Align = Align.LEFT) -> Box:
        """Draw one line with its baseline at `y`; gives the box around it."""
        shift = {Align.LEFT: 0.0, Align.CENTRE: 0.5, Align.RIGHT: 1.0}[align]
        left = x - shift * text_width(text, style)
        self.page.insert_text((left, y), text, fontsize=style.size_pt, fontname=style.font, color=style.colour)
        boxes = []
        offset, line = 0, self.next_line
        for word in text.split():
            offset = text.index(word, offset)
            x0 = left + text_width(text[:offset], style)
            box = self.box(x0, y - _ASCENT * style.size_pt, x0 + text_width(word, style), y + _DESCENT * style.size_pt)
            boxes.append(box)
            self.words.append(DrawnWord(text=word, page_number=self.number, box=box, line=line))
            offset += len(word)
        return Box.around(boxes) or self.box(left, y, left, y)

    def paragraph(self, x: float, y: float, width: float, text: str, style: Style, leading: float = 1.4) -> float:
        """Draw ragged-right lines from baseline `y` down; gives the baseline for a next line below them."""
        for line in wrap(text, width, style):
            self.text(x, y, line, style)
            y += leading * style.size_pt
        return y

    def rule(self, x0: float, y0: float, x1: float, y1: float, colour: Colour = HAIRLINE, width: float = 0.6) -> None:
        """Draw a straight line."""
        self.page.draw_line((x0, y0), (x1, y1), color=colour, width=width)

    def fill(self, x0: float, y0: float, x1: float, y1: float, colour: Colour, radius: float | None = None) -> None:
        """Draw a filled rectangle; `radius` rounds its corners, as a share (0 to 0.5) of the shorter side."""
        self.page.draw_rect((x0, y0, x1, y1), color=None, fill=colour, width=0, radius=radius)

    def frame(self, x0: float, y0: float, x1: float, y1: float, colour: Colour = HAIRLINE, width: float = 0.8) -> None:
        """Draw the outline of a rectangle."""
        self.page.draw_rect((x0, y0, x1, y1), color=colour, width=width)

    def turn(self, degrees: int) -> None:
        """Have the finished page shown turned clockwise by 90, 180 or 270 degrees; boxes are on the page as shown."""
        self.page.set_rotation(degrees)
        self.words = [replace(word, box=turned(word.box, degrees)) for word in self.words]

    def box(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        """A rectangle in points as a box."""
        return Box.from_points((x0, y0, x1, y1), self.size)

    def box_of(self, phrase: str) -> Box:
        """Around a phrase drawn before, punctuation around its words aside.

        Raises:
            ValueError: the phrase was not drawn exactly once, or not on one line.
        """
        wanted = phrase.split()
        found = []
        for start in range(len(self.words) - len(wanted) + 1):
            run = self.words[start : start + len(wanted)]
            if [w.text.strip(".,;:()") for w in run] == [w.strip(".,;:()") for w in wanted]:
                found.append(run)
        if len(found) != 1:
            raise ValueError(f"{phrase!r} was drawn {len(found)} times")
        if len({word.box.y1 for word in found[0]}) > 1:
            raise ValueError(f"{phrase!r} runs over a line's end")
        return Box.around(word.box for word in found[0]) or self.box(0, 0, 0, 0)


def turned(box: Box, degrees: int) -> Box:
    """Where a box of the upright page stands once the page is turned clockwise."""
    x0, y0, x1, y1 = box.x0, box.y0, box.x1, box.y1
    for _ in range(degrees // 90 % 4):
        x0, y0, x1, y1 = 1 - y1, x0, 1 - y0, x1
    return Box.clipped(x0, y0, x1, y1)


@dataclass(frozen=True, slots=True)
class DrawnFact:
    """A question about a drawn document with its one right answer, and where that stands."""

    question: str
    answer: str
    page_number: int
    box: Box


@dataclass(frozen=True, slots=True)
class DrawnDocument:
    """A small PDF and its truth."""

    name: str
    """A file name for it."""
    pdf: bytes
    n_pages: int
    words: tuple[DrawnWord, ...] = ()
    """Every word, in the order drawn; form values included."""
    facts: tuple[DrawnFact, ...] = ()
    tables: tuple[tuple[int, Table], ...] = ()
    """Every table with the number of its page."""


def new_pdf(n_pages: int = 1, size: PageSize = A4, title: str | None = None) -> pymupdf.Document:
    """An empty PDF with empty pages."""
    pdf = pymupdf.open()
    for _ in range(n_pages):
        pdf.new_page(width=size.width_pt, height=size.height_pt)
    if title:
        pdf.set_metadata({"title": title, "producer": "docai"})
    return pdf


def finished(
    pdf: pymupdf.Document,
    name: str,
    sheets: Sequence[Sheet] = (),
    *,
    facts: Sequence[DrawnFact] = (),
    tables: Sequence[tuple[int, Table]] = (),
) -> DrawnDocument:
    """Write a drawn PDF, always to the same bytes, and close it."""
    content = bytes(pdf.tobytes(garbage=3, deflate=True, no_new_id=True))
    n_pages = pdf.page_count
    pdf.close()
    words = tuple(word for sheet in sheets for word in sheet.words)
    return DrawnDocument(name=name, pdf=content, n_pages=n_pages, words=words, facts=tuple(facts), tables=tuple(tables))
