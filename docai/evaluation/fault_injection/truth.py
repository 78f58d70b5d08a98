"""A page whose truth is known, as a flawless model would read it, and the words that its witness reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from docai.domain.readings import ReadBlock
from docai.domain.words import PageWords


@dataclass(frozen=True, slots=True)
class TruthPage:
    """What stands on a page."""

    source: str
    """The set that it is of, such as `icdar2013`."""
    path: Path
    """Of its document or picture."""
    name: str
    """Of its document, in the set."""
    page_number: int
    """1-based."""
    words: PageWords
    """What docai's own reader reads on it."""
    blocks: tuple[ReadBlock, ...]
    """In reading order; boxes, also those of cells, where the truth has them."""

    def as_read(self) -> Self:
        """With blocks as a model gives them: with their boxes, and with none on cells."""
        return replace(self, blocks=tuple(_without_cell_boxes(block) for block in self.blocks))

    def as_read_without_boxes(self) -> Self:
        """With blocks as a model gives them that writes no boxes."""
        return replace(self, blocks=tuple(_without_cell_boxes(b).model_copy(update={"box": None}) for b in self.blocks))


def _without_cell_boxes(block: ReadBlock) -> ReadBlock:
    if block.table is None:
        return block
    cells = tuple(cell.model_copy(update={"box": None}) for cell in block.table.cells)
    return block.model_copy(update={"table": block.table.model_copy(update={"cells": cells})})
