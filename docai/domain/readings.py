"""Reading and ReadBlock: what a model's text says of an image, before anything on the page has confirmed it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from docai.domain.charts import Chart
from docai.domain.geometry import Box
from docai.domain.parses import BlockKind
from docai.domain.tables import Table


class ReadBlock(BaseModel):
    """A piece of the image in reading order."""

    model_config = ConfigDict(frozen=True)

    kind: BlockKind
    text: str
    """Plain text; LaTeX for a formula; a table's cells, row by row, tab-separated."""
    box: Box | None = None
    """In fractions of the image shown; None where the dialect has no boxes."""
    level: int | None = None
    """1 for the highest heading; None for other kinds."""
    table: Table | None = None
    chart: Chart | None = None
    rotation: int = 0
    """Clockwise degrees (0, 90, 180, 270) by which the block must be turned to be upright."""
    continues_previous: bool = False
    """Whether it goes on from the block before it."""
    confidence: float | None = None
    """0 to 1: geometric mean of the probabilities of the tokens of the reply that it stands in; None where the engine
    does not tell."""


class Reading(BaseModel):
    """What was read."""

    model_config = ConfigDict(frozen=True)

    blocks: tuple[ReadBlock, ...]
    is_truncated: bool = False
    """Whether the text broke off; what was complete is here."""
    rotation: int | None = None
    """Clockwise degrees by which the model says the whole page must be turned; None where it does not say."""
    language: str | None = None
    """Of the page, as the model gives it."""
    problems: tuple[str, ...] = ()
    """What had to be left out or mended, in words."""
