"""What an OpenAI-compatible server answers, to a Generation or to Trouble."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from docai.domain.generations import Generation, GenerationRequest, StopReason, TokenUsage
from docai.domain.sights import Connector
from docai.engines.vlm.retrying import BUSY_STATUSES, RETRIED_STATUSES, retry_after_s
from docai.engines.vlm.wire import REFUSED, TOO_LONG, TOO_SMALL, Trouble, away, refused

_STOPS = {
    "stop": StopReason.STOP,
    "length": StopReason.LENGTH,
    "repetition": StopReason.REPETITION,
    "content_filter": StopReason.FILTERED,
}
"""`finish_reason` of OpenAI, and `repetition` of vLLM (`FINISH_REASON_STRINGS` in v1/engine)."""
_NOT_FOR_US = {401: "does not know our key", 403: "does not let us in", 404: "does not know this address or model"}
_TOO_LONG = re.compile(
    r"maximum context length|maximum model length|longer than the maximum|encoder cache size|context window"
    r"|context_length|max_model_len|prompt is too long|exceeds? the (model'?s )?(maximum|context)"
    r"|exceed_context_size|input token count",
    re.IGNORECASE,
)
"""vLLM (renderers/params.py, v1/engine/input_processor.py), SGLang, llama.cpp, OpenAI, Anthropic, Gemini."""
_SHOWN_CHARACTERS = 300
_OUTSIDE_THE_PROMPT = frozenset({Connector.CROSS_ATTENTION, Connector.ENCODER_DECODER})


def trouble_of_status(status: int, headers: Mapping[str, str], body: str) -> Trouble:
    """Why a server answers with a status that is no success."""
    said = said_in(body)
    if status in RETRIED_STATUSES:
        trouble = away(f"The server answered with {status}: {said}")
        trouble.is_busy = status in BUSY_STATUSES
        trouble.after_s = retry_after_s(headers)
        return trouble
    if status in _NOT_FOR_US:
        return away(f"The server {_NOT_FOR_US[status]} ({status}): {said}", is_worth_retrying=False)
    return refused(TOO_LONG if _TOO_LONG.search(body) else REFUSED, f"The server refused it with {status}: {said}")


def said_in(body: str) -> str:
    """The message of an error's body: OpenAI's form, FastAPI's, or the text itself, cut."""
    try:
        found = json.loads(body)
    except ValueError:
        found = body
    if isinstance(found, dict):
        found = found.get("error", found.get("detail", found.get("message", found)))
    if isinstance(found, dict):
        found = found.get("message", found)
    return " ".join(str(found).split())[:_SHOWN_CHARACTERS]


@dataclass
class Gathered:
    """A reply while it comes, in one piece or in many."""

    is_streamed: bool
    """Whether its text is handed on as it comes, and can thus not be taken back."""
    text: str = ""
    finish: str | None = None
    usage: TokenUsage = field(default_factory=TokenUsage)
    logprobs: list[float] = field(default_factory=list)

    @property
    def said(self) -> str:
        """The text that was handed on already."""
        return self.text if self.is_streamed else ""

    def take(self, body: Any) -> str:  # noqa: ANN401 - whatever the server sent
        """Add a whole completion, or a chunk of one; gives its text.

        Raises:
            Trouble: it is an error, or no completion at all.
        """
        if not isinstance(body, dict):
            raise away("The server's answer is no chat completion.", text=self.said)
        if body.get("error"):
            raise self._broken(body)
        try:
            return self._take(body)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            raise away("The server's answer is no chat completion.", text=self.said) from None

    def generation(self) -> Generation:
        """What was said.

        Raises:
            Trouble: it broke off.
        """
        if self.finish is None:
            raise away("The server closed the connection in the middle of its answer.", text=self.said)
        stop = _STOPS.get(self.finish)
        if stop is None:
            raise away(f"The server ended its answer with {self.finish!r}.", text=self.said)
        logprobs = tuple(self.logprobs) or None
        return Generation(text=self.text, stop=stop, usage=self.usage, token_logprobs=logprobs)

    def _take(self, body: Mapping[str, Any]) -> str:
        if body.get("usage"):
            self.usage = usage_of(body["usage"])
        choices = body["choices"]
        if not choices:  # the chunk that has the usage alone
            return ""
        choice = choices[0]
        message = choice.get("message") or choice.get("delta") or {}
        piece = message.get("content") or ""
        if not isinstance(piece, str):
            raise TypeError("content that is no text")
        self.text += piece
        self.finish = choice.get("finish_reason") or self.finish
        self.logprobs += [token["logprob"] for token in (choice.get("logprobs") or {}).get("content") or ()]
        return piece

    def _broken(self, body: Mapping[str, Any]) -> Trouble:
        error = body["error"]
        code = error.get("code") if isinstance(error, dict) else None
        said = json.dumps(body)
        if isinstance(code, int) and 400 <= code <= 599:
            return trouble_of_status(code, {}, said).after(self.said)
        return away(f"The server broke off: {said_in(said)}", text=self.said)


def usage_of(usage: Mapping[str, Any]) -> TokenUsage:
    """Tokens as OpenAI's `usage` has them; vLLM and OpenAI tell image tokens apart."""
    details = usage.get("prompt_tokens_details") or {}
    by_modality = details.get("multimodal_tokens") or {}
    return TokenUsage(
        prompt_tokens=usage.get("prompt_tokens") or 0,
        visual_tokens=by_modality.get("image", details.get("image_tokens")),
        cached_tokens=details.get("cached_tokens") or 0,
        output_tokens=usage.get("completion_tokens") or 0,
    )


def must_be_seen_as_planned(request: GenerationRequest, usage: TokenUsage) -> None:
    """That a server, by its own count, gave the images no fewer tokens than planned.

    A server may have been started with a smaller pixel budget than a request asks for, and says nothing of it. Where
    it does not tell image tokens apart, a whole prompt shorter than its images gives that away.

    Raises:
        Trouble: they were seen smaller.
    """
    planned = sum(
        0 if sight.connector in _OUTSIDE_THE_PROMPT else min(sight.visual_tokens, sight.prompt_tokens)
        for sight in (image.plan.sight for image in request.images)
    )
    counted = usage.prompt_tokens if usage.visual_tokens is None else usage.visual_tokens
    if 0 < counted < planned:
        raise refused(
            TOO_SMALL,
            f"The server saw the images with {counted} tokens where {planned} were planned: it was started with a "
            "smaller limit.",
        )
