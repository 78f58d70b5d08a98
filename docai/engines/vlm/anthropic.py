"""AnthropicMessages: the wire to Claude, by Anthropic's own client."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import anthropic
import httpx2

from docai.domain.generations import Generation, GenerationRequest, ShownImage, StopReason, TokenUsage
from docai.engines.vlm.chat_replies import trouble_of_status
from docai.engines.vlm.images import encoded, media_type
from docai.engines.vlm.limited_rules import must_not_be_downscaled
from docai.engines.vlm.provider import TIMEOUT, Provider, lost
from docai.engines.vlm.sent_schemas import sendable
from docai.engines.vlm.wire import Say, Trouble, away

_STOPS = {
    "end_turn": StopReason.STOP,
    "stop_sequence": StopReason.STOP,
    "max_tokens": StopReason.LENGTH,
    "model_context_window_exceeded": StopReason.LENGTH,
    "refusal": StopReason.FILTERED,
}
"""`anthropic.types.StopReason`; the others belong to tools, which we have none of."""


class AnthropicMessages(Provider):
    """`POST /v1/messages`; a `Wire`. The interface has no temperature, seed or log-probabilities (SDK 2.14)."""

    def __init__(self, *, model: str, api_key: str, url: str | None = None) -> None:
        """Nothing is sent yet."""
        self._model = model
        self._api_key = api_key
        self._url = url
        self._opened: anthropic.AsyncAnthropic | None = None

    @property
    def name(self) -> str:
        """Provider and model."""
        return f"anthropic/{self._model}"

    async def ask(self, request: GenerationRequest, say: Say | None) -> Generation:
        """One request.

        Raises:
            Trouble: there is no answer, or an image would be downscaled.
        """
        must_not_be_downscaled(request)
        body = self._body(request)
        said: list[str] = []
        try:
            if say is None:
                return _generation(await self._client.messages.create(**body))
            async with self._client.messages.stream(**body) as stream:
                async for piece in stream.text_stream:
                    said.append(piece)
                    say(piece)
                return _generation(await stream.get_final_message())
        except anthropic.APIStatusError as error:
            raise _trouble(error).after("".join(said)) from error
        except (anthropic.APIError, httpx2.RequestError, ValueError) as error:
            raise lost(error, "".join(said)) from error

    async def close(self) -> None:
        """Close the connections."""
        if self._opened is not None:
            await self._opened.close()
            self._opened = None

    @property
    def _client(self) -> anthropic.AsyncAnthropic:
        """Made in the loop that uses it; tries once, since we try again ourselves."""
        if self._opened is None:
            self._opened = anthropic.AsyncAnthropic(
                api_key=self._api_key,
                base_url=self._url,
                max_retries=0,
                timeout=TIMEOUT,
            )
        return self._opened

    def _body(self, request: GenerationRequest) -> dict[str, Any]:
        content = [part for image in request.images for part in _shown(image)]
        content.append({"type": "text", "text": request.prompt})
        body: dict[str, Any] = {
            "model": self._model,
            "max_tokens": request.decoding.max_tokens,
            "messages": [{"role": "user", "content": content}],
        }
        if request.system is not None:
            body["system"] = request.system
        if request.decoding.stop:
            body["stop_sequences"] = list(request.decoding.stop)
        if (schema := _closed(request.schema)) is not None:
            body["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
        return body


def _shown(image: ShownImage) -> list[dict[str, Any]]:
    label = [{"type": "text", "text": image.label}] if image.label else []
    source = {"type": "base64", "media_type": media_type(image.content), "data": encoded(image.content)}
    # Should our rule be wrong, the provider refuses the image too: its own default is to make it smaller, silently.
    return [*label, {"type": "image", "source": source, "transformations": {"oversized_image": "error"}}]


def _closed(schema: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The schema as the provider takes it, by the client's own rules; None where it takes none of it."""
    sent = sendable(schema)
    if sent is None:
        return None
    try:
        return anthropic.transform_schema(sent)
    except (ValueError, TypeError, AttributeError, AssertionError):  # a keyword that it does not know
        return None


def _trouble(error: anthropic.APIStatusError) -> Trouble:
    if error.response.is_success:  # it broke off while it wrote
        return away(f"The provider broke off: {error.message}")
    said = json.dumps(error.body) if error.body else error.message
    return trouble_of_status(error.status_code, error.response.headers, said)


def _generation(message: anthropic.types.Message) -> Generation:
    text = "".join(block.text for block in message.content if block.type == "text")
    stop = _STOPS.get(message.stop_reason or "")
    if stop is None:
        raise away(f"The provider ended its answer with {message.stop_reason!r}.")
    cached = message.usage.cache_read_input_tokens or 0
    usage = TokenUsage(
        prompt_tokens=message.usage.input_tokens + cached + (message.usage.cache_creation_input_tokens or 0),
        cached_tokens=cached,
        output_tokens=message.usage.output_tokens,
    )
    return Generation(text=text, stop=stop, usage=usage)
