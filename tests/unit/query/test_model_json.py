"""JSON from a model: read leniently, asked for once more, and given up with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.domain.generations import Decoding, EngineTrouble, Generation, GenerationRequest, StopReason, TokenUsage
from docai.errors import ReplyUnreadable
from docai.query.model_json import Reply, ask, fill, json_in
from tests.unit.query.scripted import Script, ScriptedModel

REQUEST = GenerationRequest(images=(), prompt="Say it.", decoding=Decoding(max_tokens=10))


def number(said: object) -> int:
    if not isinstance(said, dict) or not isinstance(said.get("n"), int):
        raise ReplyUnreadable("n: not a number")
    return int(said["n"])


def asked(*script: Script) -> tuple[ScriptedModel, list[str], Reply[int]]:
    model = ScriptedModel(script)
    *pieces, reply = ask(model, REQUEST, number)
    assert isinstance(reply, Reply)
    return model, [str(piece) for piece in pieces], reply


@pytest.mark.parametrize(
    "text",
    ['{"n": 1}', '```json\n{"n": 1}\n```', 'Here it is: {"n": 1} I hope it helps.', '{"n": 1, "s": "two\nlines"}'],
)
def test_an_object_is_found_in_whatever_stands_around_it(text: str) -> None:
    found = json_in(text)
    assert isinstance(found, dict)
    assert found["n"] == 1


@pytest.mark.parametrize("text", ["", "no", '{"n": 1', "[1]", "{" * 100_000])
def test_what_holds_no_object_is_refused(text: str) -> None:
    with pytest.raises(ReplyUnreadable):
        json_in(text)


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(ReplyUnreadable):
        json_in(text)


def test_the_text_comes_piece_by_piece_and_then_the_reply() -> None:
    _, pieces, reply = asked('{"n": 12345678}')
    assert "".join(pieces) == '{"n": 12345678}'
    assert len(pieces) > 1
    assert (reply.content, reply.problem) == (12345678, None)


def test_a_reply_that_cannot_be_used_is_asked_for_once_more_with_the_reason() -> None:
    model, _, reply = asked('{"n": "one"}', '{"n": 1}')
    assert reply.content == 1
    assert len(model.asked) == 2
    again = model.asked[1].prompt
    assert again.startswith("Say it.")
    assert '{"n": "one"}' in again
    assert "n: not a number" in again
    assert reply.usage == TokenUsage(prompt_tokens=200, output_tokens=20)


def test_a_reply_that_was_cut_off_is_asked_for_once_more_and_then_given_up() -> None:
    cut = Generation('{"n": 1', StopReason.LENGTH)
    model, _, reply = asked(cut)
    assert len(model.asked) == 2
    assert reply.content is None
    assert reply.problem == "The model ended by `length`."


@pytest.mark.parametrize("stop", [StopReason.ERROR, StopReason.FILTERED, StopReason.CANCELLED])
def test_what_would_end_in_the_same_way_is_not_asked_for_again(stop: StopReason) -> None:
    lost = Generation("", stop, error=EngineTrouble("engine_failed", "out of memory"))
    model, _, reply = asked(lost)
    assert len(model.asked) == 1
    assert reply.problem is not None
    assert "out of memory" in reply.problem


def test_the_probability_is_the_mean_of_the_tokens() -> None:
    _, _, reply = asked(Generation('{"n": 1}', StopReason.STOP, token_logprobs=(-0.5, -1.5)))
    assert reply.probability == pytest.approx(0.3679, abs=1e-4)


def test_what_is_filled_into_a_prompt_is_not_filled_again() -> None:
    assert fill("{{a}} and {{b}}", {"a": "{{b}}", "b": r"\1"}) == r"{{b}} and \1"


def test_a_stream_that_never_ends_well_is_told() -> None:
    class Mute(ScriptedModel):
        def stream(self, *args: object, **kwargs: object) -> Iterator[object]:  # type: ignore[override]
            return iter(())

    *_, reply = ask(Mute(["{}"]), REQUEST, number)  # type: ignore[arg-type]
    assert isinstance(reply, Reply)
    assert reply.problem == "The model ended by `error`."
