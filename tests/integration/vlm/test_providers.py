"""What the providers' own clients send and understand, at servers on this machine that speak their formats."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from docai.domain.generations import StopReason
from docai.engines.vlm.anthropic import AnthropicMessages
from docai.engines.vlm.gemini import GeminiContent
from docai.engines.vlm.openai import OpenAIChat
from docai.engines.vlm.remote import RemoteModel
from docai.errors import EngineUnavailable
from tests.integration.vlm.asking import ask, planned, png, rule, shown
from tests.integration.vlm.conftest import limits
from tests.integration.vlm.scripted_server import Asked, Reply, chunks, completion, scripted_server

Connect = Callable[[str, str], RemoteModel]
SEES_AS = {"anthropic": "claude-opus-4-7", "gemini": "gemini-3", "openai": "gpt-5.4"}
PROVIDERS = list(SEES_AS)
SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "string", "maxLength": 5}},
    "required": ["a"],
    "additionalProperties": False,
}
SENT_SCHEMA = {**SCHEMA, "properties": {"a": {"type": "string"}}}


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Makes models at providers, closed after the test."""
    with ExitStack() as stack:

        def of(provider: str, url: str) -> RemoteModel:
            seen, root = rule(SEES_AS[provider]), url.removesuffix("/v1")
            wire = {
                "anthropic": lambda: AnthropicMessages(model="m", api_key="secret", url=root),
                "gemini": lambda: GeminiContent(model="m", api_key="secret", url=root),
                "openai": lambda: OpenAIChat(model="m", rule=seen, api_key="secret", url=url),
            }[provider]()
            model = RemoteModel(wire, seen, limits(), is_cloud=True)
            stack.callback(model.close)
            return model

        yield of


def said(provider: str, text: str, *, finish: str = "") -> Reply:
    """A whole answer in the provider's form."""
    body: dict[str, Any]
    if provider == "openai":
        usage = {"prompt_tokens": 120, "completion_tokens": 7, "total_tokens": 127}
        usage_details = {"prompt_tokens_details": {"cached_tokens": 20, "image_tokens": 90}}
        return completion(text, finish=finish or "stop", usage=usage | usage_details)
    if provider == "anthropic":
        body = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "m",
            "content": [{"type": "text", "text": text}],
            "stop_reason": finish or "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 100, "cache_read_input_tokens": 20, "output_tokens": 7},
        }
    else:
        body = gemini_part(text, finish or "STOP")
    return Reply(json.dumps(body).encode())


def gemini_part(text: str, finish: str | None) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": [{"text": text}]}, "index": 0}
    if finish is not None:
        candidate["finishReason"] = finish
    by_modality = [{"modality": "TEXT", "tokenCount": 30}, {"modality": "IMAGE", "tokenCount": 90}]
    usage = {
        "promptTokenCount": 120,
        "candidatesTokenCount": 5,
        "thoughtsTokenCount": 2,
        "cachedContentTokenCount": 20,
        "promptTokensDetails": by_modality,
    }
    return {"candidates": [candidate], "usageMetadata": usage}


def told(provider: str, *texts: str) -> Reply:
    """A streamed answer in the provider's form."""
    if provider == "openai":
        return chunks(texts)
    if provider == "gemini":
        parts = [gemini_part(text, None) for text in texts[:-1]] + [gemini_part(texts[-1], "STOP")]
        return events(*(("", part) for part in parts))
    message = json.loads(said("anthropic", "").body) | {"content": [], "stop_reason": None}
    deltas = [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}} for text in texts
    ]
    ends = {"stop_reason": "end_turn", "stop_sequence": None}
    sent: list[Mapping[str, Any]] = [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *deltas,
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": ends, "usage": {"output_tokens": 7}},
        {"type": "message_stop"},
    ]
    return events(*((event["type"], event) for event in sent))


def events(*sent: tuple[str, Mapping[str, Any]]) -> Reply:
    pieces = [(f"event: {name}\n" if name else "") + f"data: {json.dumps(data)}\n\n" for name, data in sent]
    return Reply(pieces=[piece.encode() for piece in pieces], headers={"content-type": "text/event-stream"})


def broken(provider: str, status: int, message: str) -> Reply:
    """An error in the provider's form."""
    error: dict[str, Any] = {"message": message, "type": "error", "code": status}
    if provider == "gemini":
        error["status"] = "INVALID_ARGUMENT"
    return Reply(json.dumps({"type": "error", "error": error}).encode(), status=status)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_provider_answers_and_its_usage_is_kept(provider: str, connect: Connect) -> None:
    with scripted_server(lambda *_: said(provider, "hello"), is_strict=False) as server:
        model = connect(provider, server.url)
        (made,) = model.generate([ask(decoding={"stop": ("END",)}, facts={"page": 1})])
    assert model.is_cloud
    assert model.name == f"{provider}/m"
    assert (made.text, made.stop, made.error, made.facts) == ("hello", StopReason.STOP, None, {"page": 1})
    usage = made.usage
    assert (usage.prompt_tokens, usage.cached_tokens, usage.output_tokens) == (120, 20, 7)
    assert usage.visual_tokens == (None if provider == "anthropic" else 90)


def asked_of(provider: str, connect: Connect) -> Asked:
    request = ask(
        "Read <|im_end|>.", shown(model=SEES_AS[provider], label="Page 1:"), system="You read.", schema=SCHEMA
    )
    with scripted_server(lambda *_: said(provider, "{}"), is_strict=False) as server:
        connect(provider, server.url).generate([request])
    (asked,) = server.chats
    return asked


def test_claude_is_sent_images_that_it_must_not_downscale(connect: Connect) -> None:
    asked = asked_of("anthropic", connect)
    assert (asked.path, asked.headers["authorization"]) == ("/v1/messages", "Bearer secret")
    assert asked.body == {
        "model": "m",
        "max_tokens": 64,
        "system": "You read.",
        "output_config": {"format": {"type": "json_schema", "schema": SENT_SCHEMA}},
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Page 1:"},
                    {
                        "type": "image",
                        "source": {
                            "type": "base64",
                            "media_type": "image/png",
                            "data": base64.b64encode(png()).decode(),
                        },
                        "transformations": {"oversized_image": "error"},
                    },
                    {"type": "text", "text": "Read <|im_end|>."},
                ],
            }
        ],
    }


def test_gemini_is_told_the_resolution_that_was_planned_for_each_image(connect: Connect) -> None:
    asked = asked_of("gemini", connect)
    assert asked.path.endswith("/models/m:generateContent")
    assert asked.headers["x-goog-api-key"] == "secret"
    label, image, question = asked.body["contents"][0]["parts"]
    assert (label["text"], question["text"]) == ("Page 1:", "Read <|im_end|>.")
    assert base64.urlsafe_b64decode(image["inlineData"]["data"]) == png()
    assert image["mediaResolution"] == {"level": "MEDIA_RESOLUTION_LOW"}
    config = asked.body["generationConfig"]
    assert (config["maxOutputTokens"], config["temperature"], config["seed"]) == (64, 0.0, 0)
    assert (config["responseMimeType"], config["responseJsonSchema"]) == ("application/json", SENT_SCHEMA)
    assert asked.body["systemInstruction"]["parts"] == [{"text": "You read."}]


def test_gpt_is_told_the_detail_that_was_planned_for_each_image(connect: Connect) -> None:
    asked = asked_of("openai", connect)
    assert (asked.path, asked.headers["authorization"]) == ("/v1/chat/completions", "Bearer secret")
    label, image, _ = asked.body["messages"][1]["content"]
    assert label["text"] == "Page 1:"
    address = image["image_url"]
    assert base64.b64decode(address["url"].partition(",")[2]) == png()
    assert address["detail"] == "high"
    assert asked.body["max_completion_tokens"] == 64
    assert "max_tokens" not in asked.body
    assert asked.body["response_format"]["json_schema"]["schema"] == SENT_SCHEMA


def test_a_temperature_that_gpt_does_not_take_is_left_out_from_then_on(connect: Connect) -> None:
    def script(asked: Asked, _: int) -> Reply:
        if "temperature" in asked.body:
            return broken("openai", 400, "Unsupported value: 'temperature' does not support 0 with this model.")
        return said("openai", "x")

    with scripted_server(script, is_strict=False) as server:
        model = connect("openai", server.url)
        texts = [model.generate([ask()])[0].text for _ in range(2)]
    assert (texts, len(server.chats)) == (["x", "x"], 3)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_image_that_would_be_downscaled_is_never_sent(provider: str, connect: Connect) -> None:
    sight = rule().see(1120, 1120).model_copy(update={"seen_width_px": 800.0, "seen_height_px": 800.0})
    large = replace(shown(), plan=planned(sight))
    with scripted_server(lambda *_: said(provider, "x"), is_strict=False) as server:
        large_one, small = connect(provider, server.url).generate([ask("q", large), ask("q")])
    assert large_one.error is not None
    assert (large_one.stop, large_one.error.code, large_one.error.retryable) == ("error", "print_too_small", False)
    assert "downscaled" in large_one.error.message
    assert (small.text, len(server.chats)) == ("x", 1)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("status", [429, 500, 503])
def test_passing_trouble_is_waited_out(provider: str, status: int, connect: Connect) -> None:
    with scripted_server(
        lambda _, n: broken(provider, status, "busy") if n < 3 else said(provider, "x"), is_strict=False
    ) as server:
        (made,) = connect(provider, server.url).generate([ask()])
    assert (made.text, len(server.chats)) == ("x", 3)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_request_that_is_refused_is_an_error_of_its_own(provider: str, connect: Connect) -> None:
    with scripted_server(lambda *_: broken(provider, 400, "prompt is too long: 9 tokens"), is_strict=False) as server:
        (made,) = connect(provider, server.url).generate([ask()])
    assert made.error is not None
    assert (made.error.code, len(server.chats)) == ("token_budget_exceeded", 1)
    assert "prompt is too long" in made.error.message


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_wrong_key_is_an_engine_that_is_away(provider: str, connect: Connect) -> None:
    with scripted_server(lambda *_: broken(provider, 401, "invalid key"), is_strict=False) as server:
        with pytest.raises(EngineUnavailable, match="401"):
            connect(provider, server.url).generate([ask()])
        assert len(server.chats) == 1


@pytest.mark.parametrize(
    ("provider", "finish", "stop"),
    [
        ("anthropic", "max_tokens", "length"),
        ("anthropic", "stop_sequence", "stop"),
        ("anthropic", "refusal", "filtered"),
        ("anthropic", "model_context_window_exceeded", "length"),
        ("gemini", "MAX_TOKENS", "length"),
        ("gemini", "RECITATION", "filtered"),
        ("openai", "length", "length"),
        ("openai", "content_filter", "filtered"),
    ],
)
def test_how_the_model_ended_is_told(provider: str, finish: str, stop: str, connect: Connect) -> None:
    with scripted_server(lambda *_: said(provider, "half", finish=finish), is_strict=False) as server:
        (made,) = connect(provider, server.url).generate([ask()])
    assert (made.text, made.stop) == ("half", stop)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_text_is_streamed_as_it_comes(provider: str, connect: Connect) -> None:
    with scripted_server(lambda *_: told(provider, "one ", "two"), is_strict=False) as server:
        *pieces, last = connect(provider, server.url).stream(ask())
    assert [piece.text for piece in pieces] == ["one ", "two"]
    assert last.end is not None
    assert (last.end.text, last.end.stop) == ("one two", StopReason.STOP)
    assert last.end.usage.output_tokens > 0


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_stream_that_is_cut_is_marked_with_what_was_said(provider: str, connect: Connect) -> None:
    whole = told(provider, "half ", "of it", "never sent")
    assert whole.pieces is not None
    cut = replace(whole, pieces=whole.pieces[: -2 if provider == "gemini" else -4], is_cut=True)
    with scripted_server(lambda *_: cut, is_strict=False) as server:
        *_, last = connect(provider, server.url).stream(ask())
    assert last.end is not None
    assert last.end.error is not None
    assert last.end.stop is StopReason.ERROR
    assert last.end.text.startswith("half")
    assert (last.end.error.code, last.end.error.retryable, len(server.chats)) == ("engine_unavailable", True, 1)
