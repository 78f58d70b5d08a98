"""GenerationRequest and Generation: what a vision-language model is shown and asked, and what came back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from docai.domain.sights import TokenPlan


class StopReason(StrEnum):
    """Why a model ended; anything but STOP is a failed attempt."""

    STOP = "stop"
    """It said that it is done."""
    LENGTH = "length"
    """It was cut off."""
    REPETITION = "repetition"
    """The engine or server saw it run in circles."""
    FILTERED = "filtered"
    """The provider withheld the text."""
    CANCELLED = "cancelled"
    """We asked it to end."""
    ERROR = "error"
    """The engine could not take this request, or lost it; `Generation.error` says why."""


@dataclass(frozen=True, slots=True)
class ShownImage:
    """An image in a prompt."""

    content: bytes
    """A PNG or JPEG file."""
    plan: TokenPlan
    """How it is to be seen; engines set their processor by it, and refuse an image that would be seen otherwise."""
    label: str | None = None
    """Said before the image, such as `Page 3:`."""
    media_id: str | None = None
    """The same for the same bytes, so that a server may use what it has of them already."""


class Decoding(BaseModel):
    """How text is drawn from a model."""

    model_config = ConfigDict(frozen=True)

    max_tokens: int
    temperature: float = 0.0
    """0: the likeliest token, always."""
    top_p: float = 1.0
    seed: int = 0
    stop: tuple[str, ...] = ()
    wants_logprobs: bool = False


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """Images, then the prompt: in this order, so that prompts on one page share what the model makes of the image."""

    images: tuple[ShownImage, ...]
    prompt: str
    """Text that was taken from documents or questions may hold a model's control tokens; engines take them as text."""
    decoding: Decoding
    system: str | None = None
    schema: Mapping[str, Any] | None = None
    """JSON Schema that the text should satisfy; whoever asks checks it, whatever the engine promises."""
    priority: int = 0
    """Smaller is sooner, where the engine knows priorities."""
    tenant: str = ""
    """Whose request it is, for caches that must not be shared between tenants; never shown to the model."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """For whoever asked; engines hand it back untouched."""


class TokenUsage(BaseModel):
    """Tokens as the engine counted them."""

    model_config = ConfigDict(frozen=True)

    prompt_tokens: int = 0
    """All of the prompt, images included."""
    visual_tokens: int | None = None
    """Of these, those of images; None where the engine does not tell."""
    cached_tokens: int = 0
    """Of the prompt's, those that the engine knew already."""
    output_tokens: int = 0

    def __add__(self, other: TokenUsage) -> TokenUsage:
        """The sum; visual tokens are known only where both tell."""
        known = self.visual_tokens is not None and other.visual_tokens is not None
        return TokenUsage(
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            visual_tokens=(self.visual_tokens or 0) + (other.visual_tokens or 0) if known else None,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
        )


@dataclass(frozen=True, slots=True)
class EngineTrouble:
    """Why an engine gave nothing."""

    code: str
    """The code of one of our errors."""
    message: str
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class Generation:
    """What a model said."""

    text: str
    stop: StopReason
    usage: TokenUsage = field(default_factory=TokenUsage)
    seconds: float = 0.0
    token_logprobs: tuple[float, ...] | None = None
    """Natural logarithm of each output token's probability; None where the engine does not tell."""
    error: EngineTrouble | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    """The request's own."""

    @property
    def probability(self) -> float | None:
        """Geometric mean of the tokens' probabilities, 0 to 1; None where the engine does not tell."""
        given = self.token_logprobs
        mean = sum(given) / len(given) if given else math.nan
        # Servers round, and some send what is no number for a token of no probability.
        return None if math.isnan(mean) else math.exp(min(mean, 0.0))


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of text as it comes; the last one has the whole generation."""

    text: str
    end: Generation | None = None
