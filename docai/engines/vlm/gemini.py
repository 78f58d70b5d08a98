"""GeminiContent: the wire to Gemini, by Google's own client."""

from __future__ import annotations

from typing import Any

import httpx2
from google import genai
from google.genai import errors, types

from docai.domain.generations import Generation, GenerationRequest, ShownImage, StopReason, TokenUsage
from docai.engines.vlm.chat_replies import trouble_of_status
from docai.engines.vlm.images import media_type
from docai.engines.vlm.limited_rules import must_not_be_downscaled
from docai.engines.vlm.provider import TIMEOUT, Provider, lost
from docai.engines.vlm.sent_schemas import sendable
from docai.engines.vlm.wire import Say, away

_FILTERED = frozenset(
    {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "IMAGE_SAFETY", "MODEL_ARMOR"}
    | {"ESCALATION", "PUP_LIMITED_DISABLED"}
)
_STOPS = {
    "STOP": StopReason.STOP,
    "MAX_TOKENS": StopReason.LENGTH,
    **dict.fromkeys(_FILTERED, StopReason.FILTERED),
}
"""`google.genai.types.FinishReason`; the others belong to tools, or say that the answer was lost."""


class GeminiContent(Provider):
    """`models.generateContent`; a `Wire`. Each image carries the resolution that was planned for it."""

    def __init__(self, *, model: str, api_key: str, url: str | None = None) -> None:
        """Nothing is sent yet."""
        self._model = model
        self._api_key = api_key
        self._url = url
        self._http: httpx2.AsyncClient | None = None
        self._opened: genai.Client | None = None

    @property
    def name(self) -> str:
        """Provider and model."""
        return f"gemini/{self._model}"

    async def ask(self, request: GenerationRequest, say: Say | None) -> Generation:
        """One request.

        Raises:
            Trouble: there is no answer, or an image would be downscaled.
        """
        must_not_be_downscaled(request)
        body: dict[str, Any] = {
            "model": self._model,
            "contents": types.Content(role="user", parts=_parts(request)),
            "config": _config(request),
        }
        reply = _Reply(is_streamed=say is not None)
        try:
            if say is None:
                reply.take(await self._client.aio.models.generate_content(**body))
            else:
                async for chunk in await self._client.aio.models.generate_content_stream(**body):
                    if piece := reply.take(chunk):
                        say(piece)
        except errors.APIError as error:
            headers = getattr(error.response, "headers", None) or {}
            raise trouble_of_status(error.code, headers, error.message or str(error)).after(reply.said) from error
        except (httpx2.RequestError, ValueError) as error:
            raise lost(error, reply.said) from error
        return reply.generation()

    async def close(self) -> None:
        """Close the connections."""
        if self._opened is not None and self._http is not None:
            await self._opened.aio.aclose()
            self._opened.close()
            await self._http.aclose()
            self._opened = self._http = None

    @property
    def _client(self) -> genai.Client:
        """Made in the loop that uses it, over httpx2 whatever else is installed; it tries once."""
        if self._opened is None:
            self._http = httpx2.AsyncClient(timeout=TIMEOUT)
            options = types.HttpOptions(base_url=self._url, httpx_async_client=self._http)
            self._opened = genai.Client(api_key=self._api_key, http_options=options, vertexai=False)
        return self._opened


class _Reply:
    """A reply while it comes."""

    def __init__(self, *, is_streamed: bool) -> None:
        self.text = ""
        self._is_streamed = is_streamed
        self._finish: str | None = None
        self._usage = TokenUsage()

    @property
    def said(self) -> str:
        """The text that was handed on already, and cannot be taken back."""
        return self.text if self._is_streamed else ""

    def take(self, part: types.GenerateContentResponse) -> str:
        """Add a whole reply, or a piece of one; gives its text."""
        if part.usage_metadata is not None:
            self._usage = _usage(part.usage_metadata)
        if part.prompt_feedback is not None and part.prompt_feedback.block_reason is not None:
            self._finish = "PROHIBITED_CONTENT"
        if not part.candidates:
            return ""
        first = part.candidates[0]
        if first.finish_reason is not None:
            self._finish = first.finish_reason.value
        parts = (first.content.parts or ()) if first.content is not None else ()
        piece = "".join(piece.text for piece in parts if piece.text and not piece.thought)
        self.text += piece
        return piece

    def generation(self) -> Generation:
        """What was said.

        Raises:
            Trouble: it broke off.
        """
        stop = _STOPS.get(self._finish or "")
        if stop is None:
            raise away(f"The provider ended its answer with {self._finish!r}.", text=self.said)
        return Generation(text=self.text, stop=stop, usage=self._usage)


def _parts(request: GenerationRequest) -> list[types.Part]:
    shown = [part for image in request.images for part in _shown(image)]
    return [*shown, types.Part(text=request.prompt)]


def _shown(image: ShownImage) -> list[types.Part]:
    label = [types.Part(text=image.label)] if image.label else []
    level = image.plan.sight.processor.get("media_resolution")  # such as `MEDIA_RESOLUTION_HIGH`
    resolution = None if level is None else types.PartMediaResolution(level=types.PartMediaResolutionLevel(level))
    blob = types.Blob(data=image.content, mime_type=media_type(image.content))
    return [*label, types.Part(inline_data=blob, media_resolution=resolution)]


def _config(request: GenerationRequest) -> types.GenerateContentConfig:
    schema = sendable(request.schema)
    return types.GenerateContentConfig(
        system_instruction=request.system,
        max_output_tokens=request.decoding.max_tokens,
        temperature=request.decoding.temperature,
        top_p=request.decoding.top_p,
        seed=request.decoding.seed,
        stop_sequences=list(request.decoding.stop) or None,
        response_mime_type=None if schema is None else "application/json",
        response_json_schema=schema,
    )


def _usage(usage: types.GenerateContentResponseUsageMetadata) -> TokenUsage:
    """Tokens; those of images as the provider tells them apart, and thoughts with the output, as it bills them."""
    by_modality = usage.prompt_tokens_details or ()
    images = [count.token_count or 0 for count in by_modality if count.modality is types.MediaModality.IMAGE]
    return TokenUsage(
        prompt_tokens=usage.prompt_token_count or 0,
        visual_tokens=sum(images) if by_modality else None,
        cached_tokens=usage.cached_content_token_count or 0,
        output_tokens=(usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0),
    )
