"""Adjacency relations of two tables as in the ICDAR 2013 table competition: which texts stand side by side.

M. Goebel, T. Hassan, E. Oro, G. Orsi, "A methodology for evaluating algorithms for table understanding in PDF
documents" (DocEng 2012), used by their "ICDAR 2013 Table Competition". A relation joins a cell that is not
blank to its nearest such neighbour on the right, in each of its rows, and below, in each of its columns. Relations are
compared as multisets, so that tables of different sizes need no alignment.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum

from docai.domain.tables import Cell, Table, positions
from docai.evaluation.metrics.precision_recall import PrecisionRecall

_BLANKS = re.compile(r"\s+")
_Relation = tuple[str, str, str, int]


class AdjacencyVariant(StrEnum):
    """What two relations must share beside both texts and the direction."""

    BLANKS_SKIPPED = "blanks_skipped"
    """Nothing: how many blank positions lie between does not matter."""
    BLANKS_COUNTED = "blanks_counted"
    """The number of blank positions between, which the methodology's tuples hold and `src/grits.py` of
    microsoft/table-transformer compares too. It is the stricter one: an empty column too many costs every relation
    across it."""


def adjacency_relations(
    prediction: Table, truth: Table, *, variant: AdjacencyVariant = AdjacencyVariant.BLANKS_SKIPPED
) -> PrecisionRecall:
    """How many relations of the two tables agree.

    Texts are compared without white space, in upper case, NFKC, every other sign than a letter or a digit as `_`, as
    in the competition.

    Args:
        prediction: A table.
        truth: A table.
        variant: What relations must share.

    Returns:
        Relations that agree, of those of both tables; pool them for the competition's figures per document.
    """
    said, true = (Counter(_relations(table, variant)) for table in (prediction, truth))
    return PrecisionRecall(float((said & true).total()), said.total(), true.total())


def _relations(table: Table, variant: AdjacencyVariant) -> Iterator[_Relation]:
    written = [cell for cell in table.cells if cell.text.strip()]
    at = {position: cell for cell in written for position in positions(cell)}
    for cell in written:
        found: dict[tuple[int, int, str], _Relation] = {}
        for direction, other, n_blank in _neighbours(cell, table, at):
            counted = n_blank if variant is AdjacencyVariant.BLANKS_COUNTED else 0
            relation = (_key(cell.text), _key(other.text), direction, counted)
            found.setdefault((other.row, other.col, direction), relation)
        yield from found.values()


def _neighbours(cell: Cell, table: Table, at: dict[tuple[int, int], Cell]) -> Iterator[tuple[str, Cell, int]]:
    """Direction, nearest neighbour and blank positions before it, for each row and column that a cell covers."""
    right, below = cell.col + cell.col_span, cell.row + cell.row_span
    for row in range(cell.row, below):
        along = ((column - right, at.get((row, column))) for column in range(right, table.n_cols))
        yield from (("right", other, n) for n, other in _first(along))
    for column in range(cell.col, right):
        along = ((row - below, at.get((row, column))) for row in range(below, table.n_rows))
        yield from (("below", other, n) for n, other in _first(along))


def _first(along: Iterator[tuple[int, Cell | None]]) -> Iterator[tuple[int, Cell]]:
    for n, cell in along:
        if cell is not None:
            yield n, cell
            return


def _key(text: str) -> str:
    bare = _BLANKS.sub("", unicodedata.normalize("NFKC", text)).upper()
    return "".join(c if c.isalnum() else "_" for c in bare)
