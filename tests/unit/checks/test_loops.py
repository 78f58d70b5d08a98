"""Texts that run in circles or repeat the prompt are told from readings."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.checks.loops import MAX_UNIT, MIN_REPEATS, MIN_SPAN, leaks_prompt, runs_in_circles
from docai.prompts import load

PIECE = st.text(alphabet=string.ascii_letters + string.digits + " ,\u00e9\u4e2d", min_size=1, max_size=MAX_UNIT)
ROWS = [f"row {n}: {n * 7919 % 1009} and {n * 104729 % 9973}" for n in range(400)]


@settings(max_examples=60, deadline=None)
@given(before=st.text(max_size=200), piece=PIECE, closing=st.sampled_from(["", "\n", '"}]}', "</table>", "</doctag>"]))
def test_a_piece_that_is_repeated_to_the_end_is_noticed_whatever_stands_before(
    before: str, piece: str, closing: str
) -> None:
    text = before + f"{piece}x y z" * max(MIN_REPEATS + 1, MIN_SPAN // len(piece) + 2) + closing
    assert runs_in_circles(text)


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=MIN_SPAN - 1))
def test_a_short_text_never_runs_in_circles(text: str) -> None:
    assert not runs_in_circles(text)


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(ROWS),
        "Contents\nIntroduction " + "." * 200 + " 1\nMethods " + "." * 200 + " 7",
        "Name: " + "_" * 300,
        "<otsl>" + "<fcel>Total<ecel><ecel><ecel><nl>" + "<ecel><ecel><ecel><ecel><nl>" * 60 + "</otsl>",
        "la la la la la la la la",
    ],
    ids=["many rows", "leaders", "a line to write on", "empty cells", "a song"],
)
def test_print_that_repeats_itself_is_no_circle(text: str) -> None:
    assert not runs_in_circles(text)


@pytest.mark.parametrize(
    "text",
    [
        "Seen: " + "the same sentence again. " * 40,
        "<otsl>" + "<fcel>1,234<fcel>5,678<nl>" * 60 + "</otsl>",
        '{"blocks": [' + '{"kind": "paragraph", "text": "Total"}, ' * 30,
        "dots " + "." * 5000,
    ],
    ids=["sentences", "rows", "blocks", "dots"],
)
def test_loops_of_models_are_noticed(text: str) -> None:
    assert runs_in_circles(text)


@pytest.mark.parametrize("name", ["page", "layout", "text", "table", "chart", "olmocr", "nanonets"])
def test_a_prompt_that_comes_back_is_noticed_unless_it_is_printed_on_the_page(name: str) -> None:
    prompt = load(name).text
    half = prompt[: len(prompt) * 2 // 3]
    assert leaks_prompt(prompt, prompt)
    assert leaks_prompt(prompt, f"Sure. {half}")
    assert not leaks_prompt(prompt, f"Sure. {half}", on_page=prompt)
    assert not leaks_prompt(prompt, "\n".join(ROWS))


def test_a_prompt_of_two_words_is_a_leak_only_when_it_is_all_that_comes() -> None:
    assert leaks_prompt("Table Recognition:", " Table Recognition:\n")
    assert not leaks_prompt("Table Recognition:", "Table Recognition: a survey")
    assert not leaks_prompt("OCR:", "OCR:", on_page="About OCR: what it is")
    assert not leaks_prompt("", "")


@settings(max_examples=60, deadline=None)
@given(prompt=st.text(max_size=300), text=st.text(max_size=300), printed=st.text(max_size=300))
def test_any_texts_can_be_compared(prompt: str, text: str, printed: str) -> None:
    assert leaks_prompt(prompt, text, printed) in {True, False}
