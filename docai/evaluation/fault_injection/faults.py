"""Faults that models make: their kinds, and what one has made of a page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from docai.domain.readings import ReadBlock
from docai.evaluation.fault_injection.truth import TruthPage


class FaultKind(StrEnum):
    """What a model gets wrong."""

    NONE = "none"
    """Nothing: whatever is flagged is flagged wrongly, or the truth itself differs from the page."""
    CELL_DIGITS = "cell_digits"
    """A digit of a cell is another one."""
    CELL_LETTERS = "cell_letters"
    """A letter or digit of a cell is one that looks alike."""
    TOTALS = "totals"
    """A total is off by a little, with as many digits."""
    DROPPED_ROW = "dropped_row"
    DROPPED_COLUMN = "dropped_column"
    INVENTED_ROW = "invented_row"
    INVENTED_COLUMN = "invented_column"
    SHIFTED_COLUMNS = "shifted_columns"
    """From some column on, a row's values stand in the next column, or in the one before."""
    MERGED_CELLS = "merged_cells"
    """Two neighbours' texts are in one cell."""
    TEXT_DIGITS = "text_digits"
    """A digit of a block of text is another one."""
    TEXT_LETTERS = "text_letters"
    DROPPED_BLOCK = "dropped_block"
    """A paragraph, or an entry of a form, is left out."""
    INVENTED_SENTENCE = "invented_sentence"
    """A sentence of another document is in a paragraph, or a block of its own."""


Place = tuple[int, int]
"""A cell by row and column."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What a reading leaves out: a block of the truth, or cells of it."""

    block: int
    """Index into the truth's blocks."""
    cells: frozenset[Place] = frozenset()
    """Places in the truth's table; empty: the whole block."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a reading."""

    block: int
    """Index of the block that is wrong, or would be before the one that is missing, into the reading's."""
    was: str
    now: str
    cells: frozenset[Place] = frozenset()
    """Of the reading's table: the cells that are wrong, empty where the block is."""
    missing: Missing | None = None


@dataclass(frozen=True, slots=True)
class Faulted:
    """A reading with faults of one kind."""

    page: TruthPage
    """Its blocks are the reading's."""
    faults: tuple[Fault, ...]

    def wrong_cells(self, block: int) -> set[Place]:
        """Cells of a block that are wrong."""
        return {place for fault in self.faults if fault.block == block for place in fault.cells}

    def is_wrong(self, block: int) -> bool:
        """Whether a block of text is."""
        return any(fault.block == block and not fault.cells and fault.missing is None for fault in self.faults)


def replaced(blocks: tuple[ReadBlock, ...], index: int, block: ReadBlock) -> tuple[ReadBlock, ...]:
    """The blocks with another one in a place."""
    return (*blocks[:index], block, *blocks[index + 1 :])
