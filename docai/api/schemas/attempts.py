"""What was tried to read a page with a vision-language model, on the wire: tokens planned and used, what came of it."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from docai.api.schemas.evidence import BoxOut, box_out
from docai.api.schemas.wire import WireModel
from docai.domain.attempts import Attempt, Outcome, Rung
from docai.domain.sights import Connector, Purpose, TokenPlan


class ShownOut(WireModel):
    """How an image was planned to be shown to the model."""

    purpose: Purpose
    model: str
    width_px: int
    height_px: int
    n_tiles: int
    merge_factor: float = Field(description="Patches per visual token.")
    connector: Connector
    visual_tokens: int
    prompt_tokens: int = Field(description="Positions that the image takes in the prompt.")
    context_tokens: int = Field(description="Prompt with image and output, at most.")
    dpi: float
    effective_dpi: float = Field(description="Resolution after the model's own resize.")
    floor_dpi: float
    print_em_px: float | None

    @classmethod
    def of(cls, plan: TokenPlan) -> Self:
        """From the domain."""
        sight = plan.sight
        return cls(
            purpose=plan.purpose,
            model=sight.model,
            width_px=sight.image_width_px,
            height_px=sight.image_height_px,
            n_tiles=len(sight.tiles),
            merge_factor=sight.merge_factor,
            connector=sight.connector,
            visual_tokens=sight.visual_tokens,
            prompt_tokens=sight.prompt_tokens,
            context_tokens=plan.context_tokens,
            dpi=round(plan.dpi, 2),
            effective_dpi=round(plan.effective_dpi, 2),
            floor_dpi=round(plan.floor_dpi, 2),
            print_em_px=None if plan.print_em_px is None else round(plan.print_em_px, 2),
        )


class UsageOut(WireModel):
    """Tokens as the engine counted them."""

    prompt_tokens: int
    visual_tokens: int | None
    cached_tokens: int
    output_tokens: int


class PromptOut(WireModel):
    """Which prompt was used."""

    name: str
    version: int
    sha256: str


class AttemptOut(WireModel):
    """One try."""

    rung: Rung
    outcome: Outcome
    message: str
    region: BoxOut | None = Field(description="The part of the page that was shown; null: all of it.")
    planned: ShownOut | None = Field(description="Null where no model was asked.")
    used: UsageOut
    prompt: PromptOut | None
    temperature: float
    rotation: int = Field(description="Clockwise degrees by which the image was turned before it was shown.")
    reply_sha256: str | None
    seconds: float

    @classmethod
    def of(cls, attempt: Attempt) -> Self:
        """From the domain."""
        return cls(
            rung=attempt.rung,
            outcome=attempt.outcome,
            message=attempt.message,
            region=None if attempt.region is None else box_out(attempt.region),
            planned=None if attempt.plan is None else ShownOut.of(attempt.plan),
            used=UsageOut(**attempt.usage.model_dump()),
            prompt=None if attempt.prompt is None else PromptOut(**attempt.prompt.model_dump()),
            temperature=attempt.temperature,
            rotation=attempt.rotation,
            reply_sha256=attempt.reply_sha256,
            seconds=round(attempt.seconds, 3),
        )
