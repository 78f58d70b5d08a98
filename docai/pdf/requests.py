"""What the sandbox asks of a confined reader, and the shape of its answers."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, TypeAdapter

from docai.domain.documents import MediaType
from docai.domain.parses import Block

BLOCKS: TypeAdapter[tuple[Block, ...]] = TypeAdapter(tuple[Block, ...])


class Step(StrEnum):
    """What a confined reader can be asked to do."""

    OPEN = "open"
    MEASURE = "measure"
    RENDER = "render"
    LAYOUT = "layout"


class Request(BaseModel):
    """The head of a request; which fields matter depends on the step."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: Step
    cpu_s: float
    """CPU seconds after which the kernel stops the process if the parent has not."""
    page_number: int = 0
    dpi: float = 0.0
    max_pixels: int = 0
    media_type: MediaType = MediaType.PDF
    password: str | None = None
