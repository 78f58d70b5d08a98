"""Table cells: what stands where the row and the column that a question names meet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Self

from docai.domain.answers import AnswerKind
from docai.domain.parses import Block
from docai.domain.tables import Cell, CellRole, Table, positions
from docai.query.extract_candidates import Candidate, Surroundings, agreement, precision
from docai.query.extract_question import Asked
from docai.query.extract_types import AnswerType, is_of_type
from docai.terms import terms

_VALUE = re.compile(r"^\W*\d[\d.,'\u2019 ]*\W*$")
_OFTEN = 3
"""A text that fills this many cells, such as `supported`, does not tell one thing from another."""
_OFTEN_FACTOR = 0.6
_OPEN = frozenset({AnswerType.TEXT, AnswerType.NAME})
_WORDS = re.compile(r"[^\W\d_]{2}")
_YEAR = re.compile(r"(?:fy)?\s?(?:1[89]|20)\d{2}\W*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Grid:
    """A table with its headers told apart."""

    at: Mapping[tuple[int, int], Cell]
    """The cell at every position."""
    n_cols: int
    header_rows: int
    """Rows at the top that name columns."""
    header_cols: int
    """Columns at the left that name rows."""

    @classmethod
    def of(cls, table: Table) -> Self:
        """The grid of a table."""
        at = {position: cell for cell in table.cells for position in positions(cell)}
        return cls(at, table.n_cols, _header_rows(table), _header_cols(table))

    def column_path(self, cell: Cell) -> list[Cell]:
        """The headers above a cell, spanning ones first."""
        return _distinct(self._header(row, cell) for row in range(min(self.header_rows, cell.row)))

    def _header(self, row: int, cell: Cell) -> Cell:
        """The header of a cell in a row: the one above it, or the nearest where an upper row is blank there.

        A header that spans columns is printed over their middle; not every reader of tables sees how far it reaches.
        """
        above = self.at[row, cell.col]
        if above.text.strip() or row + 1 >= self.header_rows or cell.col < self.header_cols:
            return above
        others = {
            id(c): c for c in (self.at[row, col] for col in range(self.header_cols, self.n_cols)) if c.text.strip()
        }
        return min(others.values(), key=lambda other: abs(_middle(other) - _middle(cell)), default=above)

    def row_path(self, cell: Cell) -> list[Cell]:
        """The headers left of a cell, spanning ones first; where they are blank, the nearest words to the left."""
        path = _distinct(self.at[cell.row, col] for col in range(min(self.header_cols, cell.col)))
        if any(header.text.strip() for header in path):
            return path
        left = (self.at[cell.row, col] for col in range(cell.col - 1, -1, -1))
        return [c for c in left if _WORDS.search(c.text)][:1]

    def row_mates(self, cell: Cell) -> list[Cell]:
        """The other cells of a cell's row."""
        return [c for c in _distinct(self.at[cell.row, col] for col in range(self.n_cols)) if c is not cell]


def cell_candidates(asked: Asked, blocks: Sequence[Block], page: Surroundings) -> Iterator[Candidate]:
    """The cells of the page's tables whose headers the question names."""
    heading: Set[str] = set()
    for block in blocks:
        if block.level is not None:
            heading = set(terms(block.text))
        if block.table is not None and block.table.cells:
            near = heading | set(terms(block.table.caption or ""))
            yield from _of_table(asked, block, block.table, near, page)


def _of_table(asked: Asked, block: Block, table: Table, near: Set[str], page: Surroundings) -> Iterator[Candidate]:
    grid = _Grid.of(table)
    found = {id(cell): frozenset(terms(cell.text)) for cell in table.cells}
    sections = _sections(table, grid)
    labels = {id(cell) for cell in sections.values()}
    repeated = {text for text, n in Counter(cell.text for cell in table.cells).items() if n >= _OFTEN}
    if not grid.header_rows:
        near = near | _union(found, [cell for cell in table.cells if cell.row == 0])
    for cell in table.cells:
        if cell.row < grid.header_rows or id(cell) in labels or not any(map(str.isalnum, cell.text)):
            continue
        section = [sections[cell.row]] if cell.row in sections else []
        columns, rows = grid.column_path(cell), grid.row_path(cell)
        here = _union(found, [*columns, *rows, *(c for c in section if c.role is CellRole.SECTION)])
        mates = _union(found, [*grid.row_mates(cell), *section])
        own, wanted = found[id(cell)] & asked.weights.keys(), (here | mates) & asked.weights.keys()
        if not wanted or own >= wanted:
            continue
        score = agreement(
            asked, page.closer(here=here, near=near | mates), is_right_type=is_of_type(cell.text, asked.answer_type)
        )
        score *= 0.7 + 0.15 * precision(_union(found, columns), asked) + 0.15 * precision(_union(found, rows), asked)
        score *= 1 - sum(asked.weights[term] for term in own)
        if cell.text in repeated and asked.answer_type in _OPEN:
            score *= _OFTEN_FACTOR
        yield _candidate(cell, block, [*section, *rows, *columns], score)


def _candidate(cell: Cell, block: Block, headers: Sequence[Cell], score: float) -> Candidate:
    return Candidate(
        kind=AnswerKind.CELL,
        text=cell.text,
        word_ids=cell.word_ids,
        box=cell.box or block.box,
        quote_ids=(*(i for header in headers for i in header.word_ids), *cell.word_ids),
        evidence=cell.evidence,
        score=score,
    )


def _sections(table: Table, grid: _Grid) -> dict[int, Cell]:
    """For each row, the label over the rows around it: a cell marked as such, or one that stands alone in its row."""
    filled: dict[int, list[Cell]] = {}
    for cell in table.cells:
        if cell.row >= grid.header_rows and cell.text.strip():
            filled.setdefault(cell.row, []).append(cell)
    found: dict[int, Cell] = {}
    section: Cell | None = None
    for row in range(grid.header_rows, table.n_rows):
        cells = filled.get(row, [])
        if any(c.role is CellRole.SECTION for c in cells) or (len(cells) == 1 and cells[0].col == 0 < table.n_cols - 1):
            section = cells[0]
        if section is not None:
            found[row] = section
    return found


def _middle(cell: Cell) -> float:
    """Where a cell's words stand across the page; its column, where that is unknown."""
    box = cell.evidence.box if cell.evidence and cell.evidence.box else cell.box
    return box.centre[0] if box else float(cell.col)


def _header_rows(table: Table) -> int:
    """How many rows at the top name columns: those marked as such, else those above the first figures.

    A table of two columns without marks is taken for a list of labels and values.
    """
    marked = [c.row + c.row_span for c in table.cells if c.role is CellRole.COLUMN_HEADER]
    if marked:
        return max(marked)
    if table.n_cols < 3 or table.n_rows < 2:
        return 0
    values = [c.row for c in table.cells if c.col > 0 and _VALUE.search(c.text) and not _YEAR.fullmatch(c.text.strip())]
    return min(values, default=1)


def _header_cols(table: Table) -> int:
    """How many columns at the left name rows: those marked as such, else the first."""
    marked = [c.col + c.col_span for c in table.cells if c.role is CellRole.ROW_HEADER]
    return max(marked) if marked else int(table.n_cols > 1)


def _union(found: dict[int, frozenset[str]], cells: Sequence[Cell]) -> frozenset[str]:
    return frozenset().union(*(found[id(cell)] for cell in cells))


def _distinct(cells: Iterator[Cell]) -> list[Cell]:
    return list({id(cell): cell for cell in cells}.values())
