"""A table as its checks see it: cells by place, where they stand in print, their numbers, and where headings end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from docai.domain.checks import CellPlace
from docai.domain.geometry import Box
from docai.domain.tables import Cell, CellRole, Table, positions
from docai.domain.words import Word
from docai.grounding.numbers import Quantity, quantity_of

_YEAR = re.compile(r"\W*(?:fy)?\s?(?:1[89]|20)\d{2}(?:\s?[-/\u2013]\s?\d{2,4})?\W*", re.IGNORECASE)
_NIL = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212_. \t\n\u00a0"
_ABSENT = re.compile(
    r"(?:n\.?\s?[/.]?\s?[adsrm]\.?|na|nil|none|\.{1,3}|\u2026|:|[*xX\u00d7?#\u2020\u2021]+|\([a-zA-Z]\)|[cdpDNSX])"
    r"(?:\s?[*\u2020\u2021]|\s?\([a-z\d]\))*",
    re.IGNORECASE,
)

_MARKED = re.compile(r"(?<![\d.,])(?P<before>\d{1,3})(?P<mark>[.,])(?P<behind>\d+)(?P<more>(?:[.,]\d+)*)")
_GROUPED = {mark: re.compile(rf"(?<![\d.,])[1-9]\d{{0,2}}(?:{re.escape(mark)}\d{{3}})+(?![\d.,])") for mark in ".,"}
_PLAIN = re.compile(
    r"(?P<sign>-)?(?P<whole>[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,14}|0)(?:\.(?P<part>\d{1,9}))?(?P<percent>%)?", re.ASCII
)
"""The commonest way of writing numbers, which need not be looked at in all ways, since that takes longer."""
_FEWEST_MARKED = 3
"""Numbers with a mark from which a table's use of it is known."""


class Extent(NamedTuple):
    """From where to where something stands, in page fractions."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def box(self) -> Box:
        """As a box of the page."""
        return Box.clipped(self.x0, self.y0, self.x1, self.y1)


class CellGrid:
    """A table with what its checks ask of it; each is worked out once."""

    def __init__(self, table: Table, words: Sequence[Word]) -> None:
        """Take a table whose cells name their words among `words`."""
        self.table = table
        self.words = words
        self.n_rows, self.n_cols = table.n_rows, table.n_cols
        self.at: list[list[Cell]] = [[_NOTHING] * table.n_cols for _ in range(table.n_rows)]
        for cell in table.cells:
            if cell.row_span == cell.col_span == 1:
                self.at[cell.row][cell.col] = cell
                continue
            for row, col in positions(cell):
                self.at[row][col] = cell

    @cached_property
    def extents(self) -> dict[tuple[int, int], Extent]:
        """Where the print of a cell stands, by the cell's own row and column; without cells that have no words."""
        words = self.words
        return {
            (cell.row, cell.col): around(words[i].box for i in cell.word_ids)
            for cell in self.table.cells
            if cell.word_ids
        }

    @cached_property
    def own_words(self) -> frozenset[int]:
        """Ids of the words of all cells."""
        return frozenset(i for cell in self.table.cells for i in cell.word_ids)

    @cached_property
    def is_nil(self) -> list[list[bool]]:
        """Of each position: whether it says nothing, or nought by a dash."""
        return [[not cell.text.strip(_NIL) for cell in row] for row in self.at]

    @cached_property
    def quantities(self) -> list[list[Quantity | None]]:
        """The number of each position; None where there is none, and in cells that span others."""
        single = {(c.row, c.col): c.text for c in self.table.cells if c.text and c.row_span == c.col_span == 1}
        swapped = _swapped_mark(single.values())
        found: list[list[Quantity | None]] = [[None] * self.n_cols for _ in range(self.n_rows)]
        for (row, col), text in single.items():
            found[row][col] = _quantity(text, swapped)
        return found

    @cached_property
    def n_head_rows(self) -> int:
        """Rows at the top that name columns: those marked as such, else those above the first figures."""
        marked = 0
        while marked < self.n_rows and any(c.role is CellRole.COLUMN_HEADER for c in self.at[marked]):
            marked += 1
        if marked:
            return marked
        for row in range(self.n_rows):
            if any(
                quantity is not None and not _YEAR.fullmatch(self.at[row][col].text)
                for col, quantity in enumerate(self.quantities[row])
                if col or self.n_cols == 1
            ):
                return row
        return min(1, self.n_rows)

    @property
    def body(self) -> range:
        """The rows below the headings."""
        return range(self.n_head_rows, self.n_rows)

    def label(self, row: int) -> str:
        """What names a row: its first cell with letters before its first figure."""
        for col, cell in enumerate(self.at[row]):
            if self.quantities[row][col] is not None:
                return ""
            if any(map(str.isalpha, cell.text)):
                return cell.text
        return ""

    def heading(self, col: int) -> str:
        """What names a column: its headings from the top, each once."""
        return " ".join(dict.fromkeys(self.at[row][col].text for row in range(self.n_head_rows)))

    def column(self, col: int) -> Iterator[tuple[int, Cell]]:
        """The cells of a column below the headings, each once, without those that span columns."""
        for row in self.body:
            cell = self.at[row][col]
            if cell.row == row and cell.col_span == 1:
                yield row, cell


_NOTHING = Cell(row=0, col=0)


def _quantity(text: str, swapped: str) -> Quantity | None:
    if not any(map(str.isdigit, text)):
        return None
    if not swapped and (plain := _PLAIN.fullmatch(text)):
        decimals = plain["part"] or ""
        value = Fraction(int(plain["whole"].replace(",", "") + decimals), 10 ** len(decimals))
        is_percent = plain["percent"] is not None
        return Quantity(-value if plain["sign"] else value, len(decimals), "%" if is_percent else "", is_percent)
    if swapped and _GROUPED[swapped].search(text):
        other = "." if swapped == "," else ""
        return quantity_of(text.replace(swapped, other))
    return quantity_of(text)


def _swapped_mark(texts: Iterable[str]) -> str:
    """The mark that a table uses the other way than a number by itself would tell; empty where there is none.

    Such as `1.234` for thousands, or `1,234` for a decimal. A mark that always has three digits behind it parts
    thousands; one that has other numbers of them, decimals.
    """
    n_points = 0
    has_other, has_comma_decimals, has_comma_groups = False, False, False
    for text in texts:
        if "." not in text and "," not in text:
            continue
        for match in _MARKED.finditer(text):
            mark, behind = match["mark"], len(match["behind"])
            if mark == ".":
                n_points += 1
                has_other |= behind != 3 or match["before"] == "0"
            elif behind != 3 or match["before"] == "0":
                has_comma_decimals = True
            has_comma_groups |= mark == "," and bool(match["more"])
    if n_points >= _FEWEST_MARKED and not has_other:
        return "."
    return "," if has_comma_decimals and not has_comma_groups and not n_points else ""


def around(boxes: Iterable[Box]) -> Extent:
    """From where to where boxes stand together; one at least."""
    found = iter(boxes)
    first = next(found)
    x0, y0, x1, y1 = first.x0, first.y0, first.x1, first.y1
    for box in found:
        x0, y0, x1, y1 = min(x0, box.x0), min(y0, box.y0), max(x1, box.x1), max(y1, box.y1)
    return Extent(x0, y0, x1, y1)


def is_absent(text: str) -> bool:
    """Whether a cell says in a usual way that there is no figure: `n/a`, `..`, `*`, Eurostat's `:`."""
    return _ABSENT.fullmatch(text.strip()) is not None


def place(cell: Cell) -> CellPlace:
    """A cell by its place."""
    return CellPlace(row=cell.row, col=cell.col)
