"""What each kind of server may be asked beyond OpenAI's interface, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Budgets(StrEnum):
    """How a server is told what its image processor shall do for one request, such as a pixel budget."""

    NONE = "none"
    """Not at all: it does as it was started."""
    MM_PROCESSOR_KWARGS = "mm_processor_kwargs"
    CHAT_TEMPLATE_KWARGS = "chat_template_kwargs"
    """As `processor_kwargs` in these."""
    DETAIL = "detail"
    """With each image, as OpenAI does it."""


class Grammars(StrEnum):
    """How a server is told the schema of its output."""

    NONE = "none"
    STRUCTURED_OUTPUTS = "structured_outputs"
    RESPONSE_FORMAT = "response_format"


@dataclass(frozen=True, slots=True)
class ServerProfile:
    """One kind of server. What it does not know is not sent: some refuse the request, others ignore it silently."""

    name: str
    budgets: Budgets = Budgets.NONE
    grammars: Grammars = Grammars.NONE
    max_tokens_key: str = "max_tokens"
    """OpenAI's models have a new name for it; other servers know the old one, and some that alone."""
    takes_logprobs: bool = True
    takes_stop: bool = True
    takes_stream_options: bool = True
    takes_priority: bool = False
    takes_media_ids: bool = False
    takes_cache_salt: bool = False
    repetition_detection: Mapping[str, Any] | None = None


VLLM_REPETITION = {"min_pattern_size": 16, "max_pattern_size": 64, "min_count": 20}
"""Ends a text whose last 320 tokens or more repeat 16 to 64 tokens. Shorter patterns are multiples within these, but
need as many tokens: rows of dots, rules and empty cells of a form are no loop. The span is that of docling's
`TailRepetitionStopper` (320 characters)."""

SERVERS: Mapping[str, ServerProfile] = {
    profile.name: profile
    for profile in (
        # vllm 0.33: `ChatCompletionRequest` in entrypoints/openai/chat_completion/protocol.py.
        ServerProfile(
            name="vllm",
            budgets=Budgets.MM_PROCESSOR_KWARGS,
            grammars=Grammars.STRUCTURED_OUTPUTS,
            takes_priority=True,
            takes_media_ids=True,
            takes_cache_salt=True,
            repetition_detection=VLLM_REPETITION,
        ),
        # sglang 0.5.23 reads `mm_processor_kwargs` for MiniCPM-V 4.7 only: pixel limits are those of its start.
        ServerProfile(name="sglang", grammars=Grammars.RESPONSE_FORMAT),
        # transformers 5.23, cli/serving: unknown keys are answered with 422, `stop` with 500 where the model sees
        # images, and `response_format`, `logprobs` and `stream_options` are ignored (UNUSED_CHAT_COMPLETION_FIELDS).
        ServerProfile(
            name="transformers",
            budgets=Budgets.CHAT_TEMPLATE_KWARGS,
            takes_logprobs=False,
            takes_stop=False,
            takes_stream_options=False,
        ),
        # Any other server with OpenAI's interface.
        ServerProfile(name="openai", grammars=Grammars.RESPONSE_FORMAT),
    )
}
"""By the name that settings use."""
