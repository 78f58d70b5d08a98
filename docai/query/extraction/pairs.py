"""Label and value: everything on a document's pages that says what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docai.domain.documents import Page
from docai.domain.evidence import Evidence
from docai.domain.geometry import Box
from docai.domain.ids import DocumentId
from docai.domain.parses import Block
from docai.domain.tables import Cell, Table
from docai.domain.words import PageWords, Word
from docai.query.extract_passages import Passage, line_pieces

A4_ASPECT = 1.414
"""ISO 216: height over width, for a page whose size is unknown."""
_MOST_LABEL_WORDS = 9
_MOST_PREFIX_WORDS = 5
_MOST_PIECE_WORDS = 12
"""A longer run of words is running text, which no label begins."""
_NEXT_LINES = 3.0
"""A value stands at most this many line heights below its label."""
_COLON = re.compile(r"[:\uff1a]$")
_TAIL = re.compile(r"^[\W_]*[:\uff1a]|[:\uff1a]")
_SAME_ROW = 0.95
_BELOW = 0.85
_PREFIX = 0.9
"""What is left of a label's score where the value stands beside it without a colon, below it, or right behind it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A run of print on a page of a document."""

    document_id: DocumentId
    page_number: int
    text: str
    word_ids: tuple[int, ...]
    box: Box
    evidence: Evidence | None = None
    """That of the cell or form field; None for a run of words."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A label with what stands where its value would."""

    label: str
    value: Place
    factor: float
    """0 to 1: how surely the two belong together."""
    behind: str | None = None
    """What stands between the value and the next colon, if it is a label; None where the value is sure to end."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page taken apart into printed rows."""

    page: Page
    rows: tuple[tuple[Passage, ...], ...]

    @classmethod
    def of(cls, page: Page) -> Sheet:
        """The rows of a page; none for a page that was not read."""
        words = _upright(page.words) if page.words else ()
        aspect = page.size.height_pt / page.size.width_pt if page.size else A4_ASPECT
        if page.words and page.words.rotation in {90, 270}:
            aspect = 1 / aspect
        rows = line_pieces(words, range(len(words)), aspect)
        return cls(page, tuple(tuple(row) for row in rows))

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The page's blocks; none for a page that was not read."""
        return self.page.parse.blocks if self.page.parse else ()

    def place(self, passage: Passage) -> Place:
        """A passage of this page."""
        return Place(self.page.document_id, self.page.number, passage.text, passage.word_ids, passage.box)

    def cell(self, cell: Cell, block: Block) -> Place:
        """A cell of one of this page's tables."""
        box = (cell.evidence.box if cell.evidence else None) or cell.box or block.box
        return Place(self.page.document_id, self.page.number, cell.text, cell.word_ids, box, cell.evidence)


def pairs(sheet: Sheet) -> list[Pair]:
    """All pairs of a page."""
    return [*_of_fields(sheet), *_of_tables(sheet), *_of_rows(sheet)]


def _of_fields(sheet: Sheet) -> Iterator[Pair]:
    for block in sheet.blocks:
        if block.label is not None and block.text.strip():
            place = Place(
                sheet.page.document_id, sheet.page.number, block.text, block.word_ids, block.box, block.evidence
            )
            yield Pair(block.label, place, 1.0)


def _of_tables(sheet: Sheet) -> Iterator[Pair]:
    """Cells right of a label or below one, in tables that are forms in truth."""
    for block in sheet.blocks:
        if block.table is not None:
            yield from _of_table(sheet, block, block.table)


def _of_table(sheet: Sheet, block: Block, table: Table) -> Iterator[Pair]:
    at = {(cell.row, cell.col): cell for cell in table.cells}
    for cell in table.cells:
        if not cell.text.strip() or len(cell.text.split()) > _MOST_LABEL_WORDS:
            continue
        label, colon, rest = cell.text.partition(":")
        if colon and rest.strip() and len(label.split()) <= _MOST_LABEL_WORDS:
            # The words of both, since a cell does not say which of its words stand behind the colon.
            place = sheet.cell(cell, block)
            yield Pair(label, Place(place.document_id, place.page_number, rest.strip(), place.word_ids, place.box), 1.0)
            continue
        beside = at.get((cell.row, cell.col + cell.col_span))
        if beside is not None and beside.text.strip():
            yield Pair(cell.text, sheet.cell(beside, block), _SAME_ROW)
        below = at.get((cell.row + cell.row_span, cell.col))
        if below is not None and below.text.strip() and table.n_rows <= 4:
            yield Pair(cell.text, sheet.cell(below, block), _SAME_ROW if cell.row == 0 else _BELOW)


def _of_rows(sheet: Sheet) -> Iterator[Pair]:
    """Values beside, below and right behind printed labels."""
    for r, row in enumerate(sheet.rows):
        for k, piece in enumerate(row):
            yield from _of_piece(sheet, piece)
            label = _as_label(piece)
            if label is None:
                continue
            if k + 1 < len(row):
                is_marked = bool(_COLON.search(piece.text))
                yield Pair(label, sheet.place(row[k + 1]), 1.0 if is_marked else _SAME_ROW)
                if k + 2 < len(row):
                    yield Pair(label, sheet.place(row[-1]), _BELOW)
            below = _below(piece, sheet.rows[r + 1 : r + 4])
            if below is not None:
                yield Pair(label, sheet.place(below), _BELOW)


def _of_piece(sheet: Sheet, piece: Passage) -> Iterator[Pair]:
    """A label with its value in one run of words: parted at a colon, else behind each of its first words."""
    words, ids = piece.words, piece.word_ids
    colons = [n for n, i in enumerate(ids[:-1], start=1) if _COLON.search(words[i].text)]
    if colons:
        starts = [0, *colons[:-1]]
        for start, colon, end in zip(starts, colons, [*colons[1:], len(ids)], strict=True):
            # Where several pairs stand in one run, the last words before a colon are the label of the next value.
            for first in range(max(start + 1, colon - _MOST_PREFIX_WORDS), colon) if start else (0,):
                label = " ".join(words[i].text for i in ids[first:colon])
                if end == len(ids):
                    yield Pair(label, sheet.place(Passage(words, ids[colon:])), 1.0)
                for last in range(max(colon + 1, end - _MOST_PREFIX_WORDS), end) if end < len(ids) else ():
                    behind = " ".join(words[i].text for i in ids[last:end])
                    yield Pair(label, sheet.place(Passage(words, ids[colon:last])), 1.0, behind)
        return
    if len(ids) > _MOST_PIECE_WORDS:
        return
    for n in range(1, min(_MOST_PREFIX_WORDS, len(ids) - 1) + 1):
        label = " ".join(words[i].text for i in ids[:n])
        yield Pair(label, sheet.place(Passage(words, ids[n:])), _PREFIX)


def _as_label(piece: Passage) -> str | None:
    """A run of words that may name what stands beside or below it."""
    if len(piece.word_ids) > _MOST_LABEL_WORDS or not any(c.isalpha() for c in piece.text):
        return None
    inner = [i for i in piece.word_ids[:-1] if _COLON.search(piece.words[i].text)]
    return None if inner else _TAIL.sub("", piece.text)


def _below(label: Passage, rows: Sequence[Sequence[Passage]]) -> Passage | None:
    """The run right below a label that stands in its column."""
    box = label.box
    for row in rows:
        for piece in row:
            other = piece.box
            overlap = min(box.x1, other.x1) - max(box.x0, other.x0)
            if overlap > 0.5 * min(box.width, other.width) and other.y0 - box.y1 < _NEXT_LINES * box.height:
                return piece
    return None


def _upright(words: PageWords) -> Sequence[Word]:
    """The words as they stand on the page when it is turned so that it can be read; their order is kept."""
    if words.rotation not in {90, 180, 270}:
        return words.words
    return [word.model_copy(update={"box": _turned(word.box, words.rotation)}) for word in words.words]


def _turned(box: Box, degrees: int) -> Box:
    """A box on the page turned clockwise."""
    if degrees == 90:
        return Box.clipped(1 - box.y1, box.x0, 1 - box.y0, box.x1)
    if degrees == 180:
        return Box.clipped(1 - box.x1, 1 - box.y1, 1 - box.x0, 1 - box.y0)
    return Box.clipped(box.y0, 1 - box.x1, box.y1, 1 - box.x0)
