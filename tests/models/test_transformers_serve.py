"""The served engine at a real `transformers serve`, which refuses what it does not know and ignores much else."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from docai.domain.generations import StopReason
from docai.engines.vlm.remote import Limits, RemoteModel
from docai.engines.vlm.retrying import Backoff
from docai.engines.vlm.served import ChatCompletions
from docai.engines.vlm.server_profiles import SERVERS
from tests.integration.vlm.asking import ask, rule, shown
from tests.models import vlm_checkpoints


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return vlm_checkpoints.save("qwen2_5_vl", tmp_path_factory.mktemp("served") / "qwen")


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    """A server of the checkpoint, in a thread of this process."""
    from transformers.cli.serve import Serve

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Serve(
        force_model=str(folder), device="cpu", dtype="float32", host="127.0.0.1", port=port, non_blocking=True
    )
    yield f"http://127.0.0.1:{port}/v1"
    server.kill_server()


@pytest.fixture
def model(folder: Path, url: str) -> Iterator[RemoteModel]:
    wire = ChatCompletions(SERVERS["transformers"], model=str(folder), url=url, rule=rule())
    model = RemoteModel(wire, rule(), Limits(timeout_s=60, backoff=Backoff(0.01)), is_cloud=False)
    yield model
    model.close()


def test_it_answers_whatever_it_would_refuse_elsewhere_and_the_pixel_budget_reaches_the_model(
    model: RemoteModel,
) -> None:
    decoding = {"wants_logprobs": True, "stop": ("END",), "seed": 3}
    large = ask("What?", shown(280, 280), max_tokens=3, decoding=decoding, schema={"type": "object"}, priority=2)
    small = ask("What?", shown(280, 280, tokens=36), max_tokens=3, system="You read.", tenant="t")
    made = model.generate([large, small])
    assert [generation.error for generation in made] == [None, None]
    assert [generation.stop for generation in made] == [StopReason.LENGTH, StopReason.LENGTH]
    assert [generation.usage.output_tokens for generation in made] == [3, 3]
    planned = [request.images[0].plan.sight.visual_tokens for request in (large, small)]
    assert planned == [100, 36]
    text_tokens = [made.usage.prompt_tokens - tokens for made, tokens in zip(made, planned, strict=True)]
    assert 0 < text_tokens[0] < text_tokens[1] < 150


def test_several_images_with_labels_go_into_one_prompt(model: RemoteModel) -> None:
    (made,) = model.generate([ask("Which?", shown(label="Page 1:"), shown(label="Page 2:"), max_tokens=2)])
    assert made.error is None
    assert made.usage.prompt_tokens > 200


def test_text_is_streamed_to_its_end(model: RemoteModel) -> None:
    *pieces, last = model.stream(ask("What?", max_tokens=4))
    assert last.end is not None
    assert (last.end.error, last.end.stop, last.end.usage.output_tokens) == (None, StopReason.LENGTH, 4)
    assert "".join(piece.text for piece in pieces) == last.end.text


def test_control_tokens_in_a_question_are_words(model: RemoteModel) -> None:
    """As they are, they make the server look for an image that is not there, and fail."""
    (made,) = model.generate([ask("Is <|image_pad|> or <|vision_start|> on it?", max_tokens=2)])
    assert (made.error, made.stop) == (None, StopReason.LENGTH)


def test_a_server_that_tells_no_context_leaves_it_to_the_model(model: RemoteModel) -> None:
    assert model.context_tokens == rule().context_tokens
