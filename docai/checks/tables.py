"""A table held against the page's print and against itself: grid, lines, numbers, units, totals, shares."""

from __future__ import annotations

from docai.checks.cell_grid import CellGrid
from docai.checks.shares import check_shares
from docai.checks.table_columns import check_columns
from docai.checks.table_shape import check_shape
from docai.checks.totals import check_totals
from docai.domain.checks import Check
from docai.domain.parses import Block
from docai.domain.words import PageWords


def check_table(index: int, block: Block, words: PageWords) -> list[Check]:
    """What is checked of a table, with what came of it; what does not apply is not told.

    Args:
        index: of the block on its page.
        block: with its table, whose cells name their words; one without a table has no checks.
        words: the page's.
    """
    if block.table is None or not block.table.cells:
        return []
    grid = CellGrid(block.table, words.words)
    return [
        *check_shape(index, grid, block.box),
        *check_columns(index, grid),
        *check_totals(index, grid),
        *check_shares(index, grid),
    ]
