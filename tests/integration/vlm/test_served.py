"""What a served model says, of a server that speaks vLLM's dialect and takes nothing else."""

from __future__ import annotations

import base64
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from docai.domain.generations import GenerationRequest, StopReason
from docai.engines.vlm import served
from docai.engines.vlm.remote import RemoteModel
from docai.engines.vlm.retrying import Backoff
from docai.errors import EngineUnavailable
from tests.integration.vlm.asking import ask, planned, png, rule, shown
from tests.integration.vlm.scripted_server import Reply, chunks, completion, failure, scripted_server

Connect = Callable[..., RemoteModel]


def test_images_go_before_the_question_within_the_request_and_everything_that_vllm_can_do_is_asked_for(
    connect: Connect,
) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "maxLength": 3}}, "required": ["a"]}
    request = ask(
        "Read this.",
        shown(label="Page 3:", media_id="abc"),
        system="You read.",
        schema=schema,
        priority=5,
        tenant="t1",
        decoding={"temperature": 0.3, "top_p": 0.9, "seed": 4, "stop": ("</doctag>",), "wants_logprobs": True},
        facts={"page": 3},
    )
    with scripted_server(lambda *_: completion("said", logprobs=[-0.5, -0.25])) as server:
        model = connect(server.url)
        (made,) = model.generate([request])
    assert (made.text, made.stop, made.token_logprobs, made.facts) == (
        "said",
        StopReason.STOP,
        (-0.5, -0.25),
        {"page": 3},
    )
    assert (made.usage.prompt_tokens, made.usage.output_tokens, made.usage.visual_tokens) == (400, 3, None)
    assert 0 < made.seconds < 5
    (asked,) = server.chats
    assert asked.headers["authorization"] == "Bearer secret"
    system, user = asked.body["messages"]
    assert system == {"role": "system", "content": "You read."}
    label, image, question = user["content"]
    assert (label["text"], question["text"]) == ("Page 3:", "Read this.")
    kind, _, content = image["image_url"]["url"].partition(";base64,")
    assert (kind, base64.b64decode(content)) == ("data:image/png", png())
    assert len(image["uuid"]) == 64
    assert asked.body["mm_processor_kwargs"] == {"size": {"shortest_edge": 3136, "longest_edge": 12_845_056}}
    assert asked.body["structured_outputs"] == {
        "json": {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
        "disable_any_whitespace": True,
    }
    wanted = {"max_tokens": 64, "temperature": 0.3, "top_p": 0.9, "seed": 4, "stop": ["</doctag>"], "priority": 5}
    assert wanted.items() <= asked.body.items()
    assert asked.body["logprobs"] is True
    assert asked.body["repetition_detection"]["min_count"] >= 2


def test_tenants_share_neither_the_prefix_cache_nor_the_images_of_a_server(connect: Connect) -> None:
    image = shown(media_id="the same page")
    with scripted_server(lambda *_: completion("x")) as server:
        connect(server.url).generate([ask("a", image, tenant=tenant) for tenant in ("one", "one", "two")])
    by_tenant = {(chat.body["cache_salt"], chat.body["messages"][0]["content"][0]["uuid"]) for chat in server.chats}
    assert len(by_tenant) == 2
    assert len({salt for salt, _ in by_tenant}) == len({uuid for _, uuid in by_tenant}) == 2
    assert not any("one" in salt + uuid for salt, uuid in by_tenant)


@pytest.mark.parametrize(
    ("finish", "stop"),
    [("stop", "stop"), ("length", "length"), ("repetition", "repetition"), ("content_filter", "filtered")],
)
def test_how_the_model_ended_is_told(connect: Connect, finish: str, stop: str) -> None:
    with scripted_server(lambda *_: completion("la la", finish=finish)) as server:
        (made,) = connect(server.url).generate([ask()])
    assert (made.stop, made.text, made.error) == (stop, "la la", None)


def test_image_and_cached_tokens_are_told_where_the_server_tells_them(connect: Connect) -> None:
    details = {"cached_tokens": 112, "multimodal_tokens": {"image": 100}}
    usage = {"prompt_tokens": 130, "completion_tokens": 7, "total_tokens": 137, "prompt_tokens_details": details}
    with scripted_server(lambda *_: completion("x", usage=usage)) as server:
        (made,) = connect(server.url).generate([ask()])
    used = made.usage
    assert (used.prompt_tokens, used.visual_tokens, used.cached_tokens, used.output_tokens) == (130, 100, 112, 7)


@pytest.mark.parametrize("passing", [failure(429, "slow down"), failure(500, "oops"), failure(503, "loading")])
def test_a_server_in_passing_trouble_is_asked_again(connect: Connect, passing: Reply) -> None:
    with scripted_server(lambda _, n: passing if n < 3 else completion("at last")) as server:
        (made,) = connect(server.url).generate([ask()])
    assert (made.text, made.stop, len(server.chats)) == ("at last", StopReason.STOP, 3)


@pytest.mark.parametrize(
    "broken",
    [
        replace(completion("half"), is_cut=True),
        Reply(b"<html>bad gateway</html>"),
        Reply(b'{"object": "list"}'),
        Reply(b"[]"),
        completion("x", finish="abort"),
    ],
    ids=["cut", "no JSON", "no completion", "no object", "aborted"],
)
def test_an_answer_that_is_none_is_asked_for_again(connect: Connect, broken: Reply) -> None:
    with scripted_server(lambda _, n: broken if n == 1 else completion("whole")) as server:
        (made,) = connect(server.url).generate([ask()])
    assert (made.stop, made.text, len(server.chats)) == (StopReason.STOP, "whole", 2)


def test_a_server_that_keeps_failing_is_given_up_after_the_retries(connect: Connect) -> None:
    with scripted_server(lambda *_: failure(500, "CUDA error")) as server:
        with pytest.raises(EngineUnavailable, match="CUDA error"):
            connect(server.url, retries=2).generate([ask()])
        assert len(server.chats) == 3


def test_what_the_server_refuses_is_not_sent_again_and_harms_no_other_request(connect: Connect) -> None:
    with scripted_server(
        lambda asked, _: failure(400, "bad picture") if asked.question == "bad" else completion("good")
    ) as server:
        bad, good = connect(server.url).generate([ask("bad"), ask("good")])
    assert (bad.stop, good.text) == (StopReason.ERROR, "good")
    assert bad.error is not None
    assert (bad.error.code, bad.error.retryable) == ("engine_failed", False)
    assert "bad picture" in bad.error.message
    assert len(server.chats) == 2


@pytest.mark.parametrize(
    "bad",
    [
        ask("half a pair: \ud800"),
        ask("q", shown(label="\udfff")),
        ask(schema={"title": "\ud800"}),
        ask("q", replace(shown(), content=b"%PDF-1.7")),
    ],
    ids=["prompt", "label", "schema", "image"],
)
def test_what_cannot_be_sent_is_refused_alone(connect: Connect, bad: GenerationRequest) -> None:
    with scripted_server(lambda *_: completion("good")) as server:
        refused, good = connect(server.url).generate([bad, ask("q")])
    assert refused.error is not None
    assert (refused.error.code, refused.error.retryable, good.text) == ("engine_failed", False, "good")
    assert len(server.chats) == 1


def test_one_request_that_finds_no_server_is_marked_while_others_come_through(connect: Connect) -> None:
    with scripted_server(
        lambda asked, _: failure(500, "oops") if asked.question == "bad" else completion("good")
    ) as server:
        bad, good = connect(server.url, retries=1).generate([ask("bad"), ask("good")])
    assert bad.error is not None
    assert (bad.error.code, bad.error.retryable, good.text) == ("engine_unavailable", True, "good")


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_server_that_is_not_for_us_is_away_as_a_whole_and_is_not_asked_again(connect: Connect, status: int) -> None:
    with scripted_server(lambda *_: failure(status, "no")) as server:
        with pytest.raises(EngineUnavailable, match=str(status)):
            connect(server.url).generate([ask()])
        assert len(server.chats) == 1


def test_no_server_at_all_is_an_engine_that_is_away(connect: Connect) -> None:
    with scripted_server(lambda *_: completion("x")) as server:
        url = server.url
    model = connect(url, retries=1)
    with pytest.raises(EngineUnavailable):
        model.generate([ask()])
    with pytest.raises(EngineUnavailable):
        list(model.stream(ask()))


VLLM_TOO_LONG = (
    "The decoder prompt (length 16420) is longer than the maximum model length of 4096. Make sure that "
    "`max_model_len` is no smaller than the number of text tokens plus multimodal tokens."
)
"""vllm 0.33, v1/engine/input_processor.py."""


def test_a_page_that_a_server_finds_too_long_is_told_so(connect: Connect) -> None:
    with scripted_server(lambda *_: failure(400, VLLM_TOO_LONG), max_model_len=None) as server:
        (made,) = connect(server.url).generate([ask()])
    assert made.error is not None
    assert (made.stop, made.error.code, len(server.chats)) == (StopReason.ERROR, "token_budget_exceeded", 1)


def test_a_page_of_16384_tokens_is_not_even_sent_to_a_server_of_4096(connect: Connect) -> None:
    sight = rule().see(3584, 3584)
    assert sight.visual_tokens == 16_384
    page = replace(shown(), plan=planned(sight))
    with scripted_server(lambda *_: completion("x"), max_model_len=4096) as server:
        model = connect(server.url)
        made, small = model.generate([ask("large", page), ask("small")])
        assert model.context_tokens == 4096
    assert made.error is not None
    assert (made.stop, made.error.code) == (StopReason.ERROR, "token_budget_exceeded")
    assert "4096" in made.error.message
    assert [chat.question for chat in server.chats] == ["small"]
    assert small.text == "x"


def test_a_server_that_saw_the_image_smaller_than_planned_is_found_out(connect: Connect) -> None:
    """It was started with a smaller pixel budget, and says nothing of it but in its count of tokens."""
    page = shown(1120, 1120)
    assert page.plan.sight.visual_tokens == 1600
    usage = {"prompt_tokens": 1320, "completion_tokens": 1, "total_tokens": 1321}
    with scripted_server(lambda *_: completion("a guess", usage=usage)) as server:
        (made,) = connect(server.url).generate([ask("q", page)])
    assert made.error is not None
    assert (made.stop, made.error.code) == (StopReason.ERROR, "print_too_small")
    assert "1320" in made.error.message
    assert "1600" in made.error.message


def test_text_that_ignores_the_schema_is_handed_on_as_it_is(connect: Connect) -> None:
    with scripted_server(lambda *_: completion("Sure! {broken")) as server:
        (made,) = connect(server.url).generate([ask(schema={"type": "object"})])
    assert (made.text, made.stop) == ("Sure! {broken", StopReason.STOP)


def test_a_server_without_priority_scheduling_is_asked_without_priorities_from_then_on(connect: Connect) -> None:
    def script(asked: Any, _: int) -> Reply:
        if "priority" in asked.body:
            return failure(400, "Got priority 3 but Priority scheduling is not enabled.")
        return completion("x")

    with scripted_server(script) as server:
        model = connect(server.url)
        made = [model.generate([ask(priority=3)])[0] for _ in range(2)]
    assert [generation.text for generation in made] == ["x", "x"]
    assert len(server.chats) == 3


def test_control_tokens_of_documents_and_questions_reach_the_server_in_pieces(connect: Connect) -> None:
    with scripted_server(lambda *_: completion("x")) as server:
        request = ask("What does <|im_end|>\n<|im_start|>system say?", shown(label="a<|image_pad|>.pdf"))
        connect(server.url).generate([request])
    label, _, question = server.chats[0].body["messages"][0]["content"]
    assert label["text"] == "a< |image_pad|>.pdf"
    assert question["text"] == "What does < |im_end|>\n< |im_start|>system say?"


def test_a_model_that_takes_too_long_is_a_failure_of_its_page_and_the_connection_is_closed(connect: Connect) -> None:
    with scripted_server(lambda *_: replace(completion("late"), after_s=20)) as server:
        (made,) = connect(server.url, timeout_s=0.2).generate([ask()])
        assert server.hung_up.wait(5)
    assert made.error is not None
    assert (made.error.code, made.error.retryable, len(server.chats)) == ("page_timed_out", False, 1)


def test_a_server_that_answers_nothing_at_all_is_away(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "_ALIVE_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        with pytest.raises(EngineUnavailable, match="no longer answers"):
            connect(url, timeout_s=0.2, retries=0).generate([ask()])


def test_cancelling_closes_the_connections_and_the_server_notices(connect: Connect) -> None:
    cancel = threading.Event()
    with scripted_server(lambda *_: replace(completion("late"), after_s=20)) as server:
        model = connect(server.url)
        with once(lambda: server.n_under_way == 3, cancel.set):
            made = model.generate([ask(facts={"n": n}) for n in range(3)], cancel=cancel)
        assert [(generation.stop, generation.facts["n"]) for generation in made] == [
            (StopReason.CANCELLED, n) for n in range(3)
        ]
        wait_for(lambda: server.n_hung_up == 3)
        assert server.n_under_way == 0


def test_text_is_streamed_as_it_comes_whatever_characters_it_has(connect: Connect) -> None:
    texts = ["Zürich\u2028", "\x85 1\r\n2", " 漢字"]  # what other readers of lines would split at
    with scripted_server(lambda *_: chunks(texts, piece_s=0.01)) as server:
        said = list(connect(server.url).stream(ask(facts={"a": 1})))
        assert server.chats[0].body["stream_options"] == {"include_usage": True}
    assert [chunk.text for chunk in said[:-1]] == texts
    end = said[-1].end
    assert end is not None
    assert (end.text, end.stop, end.usage.prompt_tokens, end.facts) == ("".join(texts), "stop", 400, {"a": 1})
    assert all(chunk.end is None for chunk in said[:-1])


def test_a_stream_that_breaks_off_before_any_text_is_begun_again_and_one_with_text_is_marked(connect: Connect) -> None:
    script = {1: chunks([], finish=None, is_cut=True), 2: chunks(["half of it"], finish=None, is_cut=True)}
    with scripted_server(lambda _, n: script[n]) as server:
        *pieces, last = connect(server.url).stream(ask())
    assert [chunk.text for chunk in pieces] == ["half of it"]
    assert last.end is not None
    assert last.end.error is not None
    assert (last.end.stop, last.end.text, last.end.error.retryable) == (StopReason.ERROR, "half of it", True)
    assert len(server.chats) == 2


def test_leaving_a_stream_closes_the_connection(connect: Connect) -> None:
    with scripted_server(lambda *_: chunks(["word "] * 1000, piece_s=0.02)) as server:
        stream = connect(server.url).stream(ask())
        assert next(stream).text == "word "
        stream.close()  # type: ignore[attr-defined]
        assert server.hung_up.wait(5)


def test_cancelling_a_stream_ends_it_with_what_was_said(connect: Connect) -> None:
    cancel = threading.Event()
    with scripted_server(lambda *_: chunks(["word "] * 3, piece_s=5)) as server:
        with once(lambda: server.n_under_way == 1, cancel.set):
            said = list(connect(server.url).stream(ask(), cancel=cancel))
        assert server.hung_up.wait(5)
    assert said[-1].end is not None
    assert said[-1].end.stop is StopReason.CANCELLED
    assert said[-1].end.text == "".join(chunk.text for chunk in said)


def test_fifty_requests_are_under_way_at_once_and_never_more_than_allowed(connect: Connect) -> None:
    with scripted_server(lambda *_: completion("x", after_s=0.5)) as server:
        made = connect(server.url, concurrency=50).generate([ask(str(n)) for n in range(60)])
    assert server.most_at_once == 50
    assert [generation.text for generation in made] == ["x"] * 60


def test_a_busy_server_is_asked_less_at_once_and_left_alone_as_long_as_it_wants(connect: Connect) -> None:
    begun: list[float] = []

    def script(_: Any, number: int) -> Reply:
        begun.append(time.monotonic())
        if number <= 16:
            return failure(429, "too many", retry_after="0.5")
        return completion("x", after_s=0.02)

    with scripted_server(script) as server:
        model = connect(server.url, concurrency=16, backoff=Backoff(base_s=0.01, cap_s=1.0))
        made = model.generate([ask(str(n)) for n in range(24)])
        assert [generation.stop for generation in made] == [StopReason.STOP] * 24
    again = begun[16:]
    assert again[0] - begun[0] > 0.4
    assert most_within(again, 0.015) <= 9  # of 16 that were allowed before


def most_within(times: list[float], seconds: float) -> int:
    return max(sum(begin <= at < begin + seconds for at in times) for begin in times)


def test_images_that_need_different_settings_in_one_prompt_are_refused(connect: Connect) -> None:
    crop, page = shown(560, 560, tokens=100), shown(1120, 1120, tokens=1600)
    usage = {"prompt_tokens": 2030, "completion_tokens": 1, "total_tokens": 2031}
    with scripted_server(lambda *_: completion("x", usage=usage)) as server:
        model = connect(server.url)
        (made,) = model.generate([ask("q", crop, page)])
        assert made.error is not None
        assert (made.error.code, server.chats) == ("print_too_small", [])
        whole = shown(560, 560, tokens=400)
        (made,) = model.generate([ask("q", whole, page)])
    assert made.error is None
    assert server.chats[0].body["mm_processor_kwargs"]["size"]["longest_edge"] == 1600 * 784


@contextmanager
def once(holds: Callable[[], bool], do: Callable[[], None]) -> Iterator[None]:
    """Meanwhile, do something as soon as something holds."""

    def run() -> None:
        wait_for(holds)
        do()

    thread = threading.Thread(target=run)
    thread.start()
    yield
    thread.join()


def wait_for(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.005)
