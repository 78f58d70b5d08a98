"""JSON from a vision-language model: asked for by a schema, read leniently, and asked for once more where it fails."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from docai import prompts
from docai.domain.generations import Chunk, Generation, GenerationRequest, StopReason, TokenUsage
from docai.errors import ReplyUnreadable
from docai.protocols import Cancellation, VisionLanguageModel

T = TypeVar("T")
_FENCE = re.compile(r"^\s*```(?:json)?\s*|\s*```\s*$")
_HOPELESS = frozenset({StopReason.ERROR, StopReason.FILTERED, StopReason.CANCELLED})
"""Asking again gives the same."""
_QUOTED_CHARACTERS = 4000
"""So much of a reply that cannot be used is shown to the model again."""


@dataclass(frozen=True, slots=True)
class Reply(Generic[T]):
    """What a model said, once it could be used; or why it never could."""

    content: T | None
    usage: TokenUsage
    problem: str | None = None
    probability: float | None = None
    """Geometric mean of the tokens' probabilities, 0 to 1; None where the engine does not tell."""


def ask(
    model: VisionLanguageModel,
    request: GenerationRequest,
    read: Callable[[object], T],
    *,
    cancel: Cancellation | None = None,
) -> Iterator[str | Reply[T]]:
    """The text as it comes, piece by piece, then the reply. A reply that cannot be used is asked for once more.

    Args:
        model: what is asked.
        request: images, prompt and schema.
        read: what the JSON says; raises `ReplyUnreadable` where it is not what was asked for.
        cancel: whether the caller still wants it.

    Raises:
        EngineUnavailable: the engine does not answer.
    """
    generation = yield from _streamed(model, request, cancel)
    reply = _read(generation, read)
    if reply.problem is not None and generation.stop not in _HOPELESS:
        again = replace(request, prompt=_repair(request.prompt, generation.text, reply.problem))
        second = model.generate([again], cancel=cancel)[0]
        other = _read(second, read)
        reply = replace(other, usage=reply.usage + other.usage)
    yield reply


def json_in(text: str) -> object:
    """The JSON object in a model's text, with or without a fence of Markdown or words around it.

    Control characters in strings are let through: grammars of constrained decoding do so too.

    Raises:
        ReplyUnreadable: there is none, or it broke off.
    """
    trimmed = _FENCE.sub("", text).strip()
    start = trimmed.find("{")
    if start < 0:
        raise ReplyUnreadable("The reply holds no JSON object.")
    try:
        found, _ = json.JSONDecoder(strict=False).raw_decode(trimmed[start:])
    except (ValueError, RecursionError) as error:
        raise ReplyUnreadable(f"The reply is no JSON: {str(error)[:200]}") from error
    return found


def _streamed(
    model: VisionLanguageModel, request: GenerationRequest, cancel: Cancellation | None
) -> Generator[str, None, Generation]:
    end: Generation | None = None
    chunks: Iterator[Chunk] = model.stream(request, cancel=cancel)
    for chunk in chunks:
        if chunk.text:
            yield chunk.text
        end = chunk.end or end
    if end is None:
        return Generation("", StopReason.ERROR)
    return end


def _read(generation: Generation, read: Callable[[object], T]) -> Reply[T]:
    usage = generation.usage
    if generation.stop is not StopReason.STOP:
        said = f": {generation.error.message}" if generation.error else ""
        return Reply(None, usage, f"The model ended by `{generation.stop.value}`{said}.")
    try:
        content = read(json_in(generation.text))
    except ReplyUnreadable as error:
        return Reply(None, usage, error.message)
    return Reply(content, usage, None, generation.probability)


def _repair(prompt: str, said: str, problem: str) -> str:
    text = prompts.load("repair").text
    filled = {"prompt": prompt, "reply": said[:_QUOTED_CHARACTERS], "problem": problem}
    return fill(text, filled)


def fill(text: str, values: dict[str, str]) -> str:
    """A prompt with its `{{places}}` filled; what is filled in is not looked at again."""
    return re.sub(r"\{\{(\w+)\}\}", lambda match: values[match[1]], text)
