"""A request as the body of an OpenAI-compatible chat completion, in the words of the server it goes to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from docai.domain.generations import Decoding, GenerationRequest, ShownImage
from docai.engines.vlm.control_tokens import broken_up
from docai.engines.vlm.images import common_processor, data_url
from docai.engines.vlm.sent_schemas import sendable
from docai.engines.vlm.server_profiles import Budgets, Grammars, ServerProfile
from docai.engines.vlm.wire import TOO_SMALL, refused
from docai.protocols import ImageRule


def chat_body(
    request: GenerationRequest, profile: ServerProfile, *, model: str, rule: ImageRule, is_streamed: bool
) -> dict[str, Any]:
    """The body of `POST /v1/chat/completions`.

    Raises:
        Trouble: the server cannot be made to see the images as planned.
    """
    body: dict[str, Any] = {"model": model, "messages": _messages(request, profile)}
    body |= _decoding(request.decoding, profile)
    body |= _image_settings(request, profile, rule)
    body |= _grammar(request.schema, profile)
    if profile.repetition_detection is not None:
        body["repetition_detection"] = dict(profile.repetition_detection)
    if profile.takes_priority and request.priority:
        body["priority"] = request.priority
    if profile.takes_cache_salt and request.tenant:
        body["cache_salt"] = _hashed(request.tenant)
    if is_streamed:
        body["stream"] = True
        if profile.takes_stream_options:
            body["stream_options"] = {"include_usage": True}
    return body


def _messages(request: GenerationRequest, profile: ServerProfile) -> list[dict[str, Any]]:
    """System first, then the images, then the prompt: what is asked of one page shares all before the question."""
    parts: list[dict[str, Any]] = []
    for image in request.images:
        if image.label:
            parts.append({"type": "text", "text": broken_up(image.label)})
        parts.append(_image_part(image, request.tenant, profile))
    parts.append({"type": "text", "text": broken_up(request.prompt)})
    user: dict[str, Any] = {"role": "user", "content": parts}
    if request.system is None:
        return [user]
    return [{"role": "system", "content": broken_up(request.system)}, user]


def _image_part(image: ShownImage, tenant: str, profile: ServerProfile) -> dict[str, Any]:
    address: dict[str, Any] = {"url": data_url(image.content)}
    if profile.budgets is Budgets.DETAIL:
        address |= image.plan.sight.processor
    part: dict[str, Any] = {"type": "image_url", "image_url": address}
    if profile.takes_media_ids and image.media_id:
        # With the tenant: how fast an answer comes must not tell one tenant what another one has shown.
        part["uuid"] = _hashed(f"{tenant}\n{image.media_id}")
    return part


def _decoding(decoding: Decoding, profile: ServerProfile) -> dict[str, Any]:
    body: dict[str, Any] = {
        profile.max_tokens_key: decoding.max_tokens,
        "temperature": decoding.temperature,
        "top_p": decoding.top_p,
        "seed": decoding.seed,
    }
    if decoding.stop and profile.takes_stop:
        body["stop"] = list(decoding.stop)
    if decoding.wants_logprobs and profile.takes_logprobs:
        body["logprobs"] = True
    return body


def _image_settings(request: GenerationRequest, profile: ServerProfile, rule: ImageRule) -> dict[str, Any]:
    told = {} if profile.budgets is Budgets.DETAIL else common_processor(request.images, rule)
    if not told:
        return {}
    match profile.budgets:
        case Budgets.MM_PROCESSOR_KWARGS:
            return {"mm_processor_kwargs": told}
        case Budgets.CHAT_TEMPLATE_KWARGS:
            return {"chat_template_kwargs": {"processor_kwargs": told}}
        case _:
            raise refused(
                TOO_SMALL,
                f"The plan needs the image settings {told}, and {profile.name} takes none with a request: start the "
                "server with them.",
            )


def _grammar(schema: Mapping[str, Any] | None, profile: ServerProfile) -> dict[str, Any]:
    sent = sendable(schema)
    if sent is None:
        return {}
    match profile.grammars:
        case Grammars.STRUCTURED_OUTPUTS:
            # Models fill a page with spaces where the grammar lets them (vLLM issue 38696).
            return {"structured_outputs": {"json": sent, "disable_any_whitespace": True}}
        case Grammars.RESPONSE_FORMAT:
            return {"response_format": {"type": "json_schema", "json_schema": {"name": "reply", "schema": sent}}}
        case Grammars.NONE:
            return {}


def _hashed(text: str) -> str:
    return hashlib.sha256(f"docai\n{text}".encode()).hexdigest()
