"""Parts of the local model: what a schema becomes, how text grows, when a tail is periodic, how a token is drawn."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.domain.generations import Decoding
from docai.engines.vlm.constraints import Constraints
from docai.engines.vlm.detokenizing import Detokenizer, Growing, until_stop
from docai.engines.vlm.drawing import Drawing
from docai.engines.vlm.rows import Row
from docai.engines.vlm.watching import MIN_REPEATS, MIN_SPAN_TOKENS, is_periodic
from tests.models.byte_tokenizers import byte_tokenizer

TOKENIZER = byte_tokenizer({"image_token": "<image>"}, ["<row>"])
EOS = frozenset({TOKENIZER.eos_token_id})
DETOKENIZER = Detokenizer(TOKENIZER, EOS)


def ids(text: str) -> list[int]:
    return [int(token) for token in TOKENIZER.encode(text, add_special_tokens=False)]


@given(st.text(max_size=40), st.lists(st.text(min_size=1, max_size=4), max_size=2))
@settings(max_examples=60, deadline=None)
def test_pieces_of_a_text_make_the_whole(text: str, stops: list[str]) -> None:
    growing = Growing(DETOKENIZER, stops)
    whole = until_stop(DETOKENIZER.text(ids(text)), stops)
    told = "".join(growing.add(token) for token in ids(text))
    assert whole.startswith(told)
    assert told + growing.rest(whole) == whole


def test_what_ends_or_fills_up_a_text_is_not_part_of_it() -> None:
    tokens = [*ids("<row>a"), TOKENIZER.eos_token_id, TOKENIZER.pad_token_id]
    assert DETOKENIZER.text(tokens) == "<row>a"


@pytest.mark.parametrize(("unit", "repeats", "expected"), [(1, 600, True), (31, 20, True), (64, 16, True)])
def test_a_long_run_of_one_piece_is_periodic(unit: int, repeats: int, expected: bool) -> None:
    piece = list(range(100, 100 + unit))
    assert is_periodic([1, 2, 3, *piece * repeats, *piece[: unit // 2]]) is expected


@pytest.mark.parametrize(
    "tokens",
    [
        [],
        [7] * (MIN_SPAN_TOKENS - 1),
        list(range(60)) * (MIN_REPEATS - 1),
        [7] * 900 + [8],
        list(range(2000)),
        list(range(65)) * 40,
    ],
    ids=["nothing", "a short run", "few repeats", "a run that ended", "no repeats", "a longer piece"],
)
def test_other_tails_are_not(tokens: list[int]) -> None:
    assert not is_periodic(tokens)


def draw(rows: list[Row], scores: torch.Tensor) -> list[int]:
    return [int(token) for token in Drawing(rows, frozenset({0}))(torch.zeros(1), scores.clone()).argmax(dim=-1)]


def test_tokens_are_drawn_as_often_as_they_are_likely() -> None:
    """A thousand draws with seeds of their own; 3 standard deviations of a share of one half are 0.047."""
    scores = torch.log(torch.tensor([[0.5, 0.4, 0.2, 0.2]]))  # token 0 stands for an image: half of the rest is token 1
    drawn = [draw([Row(Decoding(max_tokens=1, temperature=1.0, seed=seed))], scores)[0] for seed in range(1000)]
    assert 0 not in drawn
    assert drawn.count(1) / 1000 == pytest.approx(0.5, abs=0.048)
    assert drawn.count(2) / 1000 == pytest.approx(0.25, abs=0.042)


def test_unlikely_tokens_beyond_top_p_are_never_drawn() -> None:
    scores = torch.log(torch.tensor([[1e-9, 0.5, 0.3, 0.2]]))
    drawn = {
        draw([Row(Decoding(max_tokens=1, temperature=1.0, top_p=0.7, seed=seed))], scores)[0] for seed in range(100)
    }
    assert drawn == {1, 2}


def test_rows_without_temperature_take_the_likeliest() -> None:
    scores = torch.tensor([[9.0, 1.0, 2.0, 0.0], [9.0, 3.0, 2.0, 0.0]])
    assert draw([Row(Decoding(max_tokens=1)), Row(Decoding(max_tokens=1))], scores) == [2, 1]


SCHEMAS: dict[str, dict[str, Any]] = {
    "string bounds": {"type": "string", "minLength": 5, "maxLength": 6, "pattern": "^x"},
    "a field called pattern": {
        "type": "object",
        "properties": {"pattern": {"type": "boolean"}},
        "required": ["pattern"],
    },
}


@pytest.mark.parametrize(
    ("schema", "text", "is_allowed"),
    [
        ("string bounds", '"a\\"b\\n"', True),
        ("string bounds", '"a\n"', False),
        ("a field called pattern", '{"pattern": true}', True),
        ("a field called pattern", '{"other": true}', False),
        ("a field called pattern", '{ "pattern": true}', False),
    ],
)
def test_a_schema_allows_what_satisfies_it(schema: str, text: str, is_allowed: bool) -> None:
    constraint = Constraints(TOKENIZER, len(TOKENIZER), EOS).of(SCHEMAS[schema])
    assert constraint is not None
    allowed = []
    for token in [*ids(text), TOKENIZER.eos_token_id]:
        scores = torch.zeros(1, len(TOKENIZER))
        constraint.restrict(scores)
        allowed.append(bool(torch.isfinite(scores[0, token])))
        if not allowed[-1]:
            break
        constraint.accept(token)
    assert all(allowed) is is_allowed


def test_a_schema_too_large_to_compile_is_not_enforced() -> None:
    large = {"enum": [f"a value with a long name, number {i}" for i in range(6000)]}
    assert Constraints(TOKENIZER, len(TOKENIZER), EOS).of(large) is None
