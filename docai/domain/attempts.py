"""Attempt and Rung: what was tried to read a page, in order, and what came of each try."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from docai.domain.generations import TokenUsage
from docai.domain.geometry import Box
from docai.domain.sights import TokenPlan


class Rung(StrEnum):
    """A step of the ladder; each is tried only when those above it failed."""

    MODEL = "model"
    """The model, as planned."""
    WARMER = "warmer"
    """The model again, at a higher temperature."""
    TURNED = "turned"
    """The model again, with the page turned."""
    REGIONS = "regions"
    """The model again, on smaller pieces."""
    TEXT_LAYER = "text_layer"
    """The layout engine, with the words of the PDF's text layer."""
    OCR = "ocr"
    """The layout engine, with the words of OCR."""


class Outcome(StrEnum):
    """What came of an attempt."""

    READ = "read"
    LENGTH = "length"
    """The model was cut off."""
    REPETITION = "repetition"
    """The model ran in circles."""
    PROMPT_LEAK = "prompt_leak"
    """The model said what it was asked instead of what it sees."""
    UNREADABLE = "unreadable"
    """The text is not in the dialect that was asked for."""
    EMPTY = "empty"
    """The model saw nothing on a page with print."""
    ROTATED = "rotated"
    """The model says that the page must be turned."""
    REFUSED = "refused"
    """The plan does not meet the fidelity rule, or the prompt does not fit."""
    FILTERED = "filtered"
    """The provider withheld the text."""
    ENGINE_ERROR = "engine_error"


class PromptRef(BaseModel):
    """Which prompt was used."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: int
    sha256: str


class Attempt(BaseModel):
    """One try."""

    model_config = ConfigDict(frozen=True)

    rung: Rung
    outcome: Outcome
    message: str = ""
    """What went wrong, in words; empty where nothing did."""
    region: Box | None = None
    """The part of the page that was shown; None for all of it."""
    plan: TokenPlan | None = None
    """What was planned; None where no model was asked."""
    usage: TokenUsage = TokenUsage()
    """What was used."""
    prompt: PromptRef | None = None
    temperature: float = 0.0
    rotation: int = 0
    """Clockwise degrees by which the image was turned before it was shown."""
    reply_sha256: str | None = None
    """Of the model's text, which stands in the blob store."""
    seconds: float = 0.0
