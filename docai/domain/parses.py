"""PageParse: the ordered blocks read from one page, and which engine read them."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from docai.domain.attempts import Attempt, Rung
from docai.domain.charts import Chart
from docai.domain.checks import Check
from docai.domain.evidence import Coverage, Evidence
from docai.domain.geometry import Box
from docai.domain.manifests import Manifest
from docai.domain.tables import Table


class BlockKind(StrEnum):
    """What a block is."""

    TITLE = "title"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE = "table"
    FIGURE = "figure"
    CAPTION = "caption"
    FORMULA = "formula"
    HEADER = "header"
    FOOTER = "footer"
    FOOTNOTE = "footnote"
    FIELD = "field"
    """A form field: `label` names it, `text` is its value."""
    CHART = "chart"
    HANDWRITING = "handwriting"
    STAMP = "stamp"


PICTURES = frozenset({BlockKind.FIGURE, BlockKind.CHART})
"""Kinds whose text is not what is printed in them."""


class Block(BaseModel):
    """A piece of the page in reading order."""

    model_config = ConfigDict(frozen=True)

    kind: BlockKind
    text: str
    """A table's text is its cells, row by row, tab-separated; a formula's that a model read is LaTeX."""
    box: Box
    level: int | None = None
    """1 for the highest heading; None for other kinds."""
    label: str | None = None
    """A form field's name."""
    word_ids: tuple[int, ...] = ()
    """Indices into the page's words, in reading order."""
    table: Table | None = None
    chart: Chart | None = None
    continues_previous: bool = False
    """Whether it goes on from the block before it, or from the last one of the page before."""
    reader: str | None = None
    """What read this block, where that is not the page's own engine."""
    reader_confidence: float | None = None
    """0 to 1: how sure its reader was, which its evidence and that of its cells and chart values repeats; None where it
    does not tell."""
    evidence: Evidence | None = None
    """Set by grounding."""


class PageParse(BaseModel):
    """What a page says."""

    model_config = ConfigDict(frozen=True)

    page_number: int
    """1-based."""
    engine: str
    """Name and version of what read the layout."""
    blocks: tuple[Block, ...]
    coverage: Coverage | None = None
    """Set by grounding."""
    attempts: tuple[Attempt, ...] = ()
    """What was tried with a vision-language model, in order; empty where none is configured."""
    rung: Rung | None = None
    """Which step of the ladder gave this result; None where no model is configured."""
    drawn: tuple[Block, ...] = ()
    """Charts read from the PDF's own drawing, where a model's readings stand among the blocks in their place."""
    checks: tuple[Check, ...] = ()
    """What the reading must satisfy, and whether it does; set with the evidence."""
    manifest: Manifest | None = None
    """What the result depends on; None for results of releases that kept none."""

    @property
    def tables(self) -> tuple[Table, ...]:
        """The page's tables in reading order."""
        return tuple(b.table for b in self.blocks if b.table is not None)
