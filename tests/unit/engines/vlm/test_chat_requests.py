from __future__ import annotations

from typing import Any

import pytest

from docai.engines.vlm.chat_requests import chat_body
from docai.engines.vlm.images import data_url
from docai.engines.vlm.server_profiles import SERVERS
from docai.engines.vlm.wire import Trouble
from tests.integration.vlm.asking import ask, rule, shown

EVERYTHING: dict[str, Any] = {
    "schema": {"type": "object"},
    "priority": 3,
    "tenant": "t",
    "decoding": {"stop": ("END",), "wants_logprobs": True},
}
PLAIN = {"model", "messages", "max_tokens", "temperature", "top_p", "seed"}


def body(server: str, *, is_streamed: bool = False, processor: bool = True) -> dict[str, Any]:
    image = shown(media_id="x")
    if not processor:
        image.plan.sight.processor.clear()
    request = ask("q", image, **EVERYTHING)
    return chat_body(request, SERVERS[server], model="m", rule=rule(), is_streamed=is_streamed)


@pytest.mark.parametrize(
    ("server", "extra"),
    [
        (
            "vllm",
            {"stop", "logprobs", "mm_processor_kwargs", "structured_outputs", "repetition_detection", "priority"}
            | {"cache_salt", "stream", "stream_options"},
        ),
        ("sglang", {"stop", "logprobs", "response_format", "stream", "stream_options"}),
        ("transformers", {"chat_template_kwargs", "stream"}),
        ("openai", {"stop", "logprobs", "response_format", "stream", "stream_options"}),
    ],
)
def test_a_server_is_sent_what_it_knows_and_nothing_else(server: str, extra: set[str]) -> None:
    made = body(server, is_streamed=True, processor=server in {"vllm", "transformers"})
    assert set(made) == PLAIN | extra
    assert ("uuid" in made["messages"][0]["content"][0]) == (server == "vllm")


def test_transformers_serve_takes_image_settings_within_those_of_its_template() -> None:
    size = {"shortest_edge": 3136, "longest_edge": 12_845_056}
    assert body("transformers")["chat_template_kwargs"] == {"processor_kwargs": {"size": size}}


def test_a_server_that_takes_no_image_settings_refuses_a_plan_that_needs_some() -> None:
    with pytest.raises(Trouble) as raised:
        body("sglang")
    assert raised.value.error.code == "print_too_small"
    assert not raised.value.is_worth_retrying


def test_a_schema_that_refers_to_itself_is_not_sent() -> None:
    request = ask(schema={"$ref": "#"})
    assert "structured_outputs" not in chat_body(request, SERVERS["vllm"], model="m", rule=rule(), is_streamed=False)


def test_images_are_png_or_jpeg() -> None:
    assert data_url(b"\xff\xd8\xff\xe0").startswith("data:image/jpeg;base64,")
    with pytest.raises(Trouble) as raised:
        data_url(b"%PDF-1.7")
    assert not raised.value.error.retryable
