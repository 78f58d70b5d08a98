"""MMMU's multiple choice."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.mmmu_choice import ChoiceRule, parse_choice

_FEW = settings(max_examples=25, deadline=None)
_OPTIONS = {"A": "red wine", "B": "white wine", "C": "beer", "D": "water"}
_PRO = ChoiceRule.MMMU_PRO


@pytest.mark.parametrize(
    ("response", "letter"),
    [
        ("B", "B"),
        ("B.", "B"),
        ("(C) beer", "C"),
        ("Not (A), I think (B)", "B"),
        ("Either A or D", "D"),
        ("I would say it is white wine of course", "B"),
        ("white wine", None),
        ("I have no idea what this shows", None),
        ("", None),
    ],
)
def test_letters_of_replies(response: str, letter: str | None) -> None:
    assert parse_choice(response, _OPTIONS) == letter


@pytest.mark.parametrize(
    ("response", "letter"),
    [
        ("A is wrong. Answer: C", "C"),
        ("Answer: A or B, so (B)", "B"),
        ("**B.** because", "B"),
        ("The best is D.", "D"),
        ("nothing", None),
    ],
)
def test_letters_of_replies_to_the_pro_version(response: str, letter: str | None) -> None:
    assert parse_choice(response, _OPTIONS, _PRO) == letter


def test_the_pro_script_takes_the_first_of_letters_with_full_stops() -> None:
    response = "x:A.-not.x:B.-yes"
    assert parse_choice(response, _OPTIONS, _PRO, Random(42)) == "A"
    assert parse_choice(response, _OPTIONS, _PRO) == "B"


def test_a_seeded_guess_is_the_official_one() -> None:
    drawn = Random(42)
    fallback = Random(42)
    guesses = [parse_choice("?", _OPTIONS, fallback=fallback) for _ in range(8)]
    assert guesses == [drawn.choice(["A", "B", "C", "D"]) for _ in range(8)]


def test_a_question_without_options_is_an_error() -> None:
    with pytest.raises(ValueError, match="options"):
        parse_choice("A", {})


@_FEW
@given(st.text("AB() .x", max_size=10), st.sampled_from(ChoiceRule))
def test_a_found_letter_is_an_option_and_guessing_changes_none_of_mmmu(response: str, rule: ChoiceRule) -> None:
    strict = parse_choice(response, _OPTIONS, rule)
    guessed = parse_choice(response, _OPTIONS, rule, Random(0))
    assert strict is None or strict in _OPTIONS
    assert guessed in _OPTIONS
    if rule is ChoiceRule.MMMU and strict is not None:
        assert guessed == strict


@_FEW
@given(st.sampled_from("ABCD"), st.sampled_from(ChoiceRule), st.sampled_from(["{}", "({})", "It is {}.", "{}. so"]))
def test_a_named_letter_is_found(letter: str, rule: ChoiceRule, form: str) -> None:
    if rule is ChoiceRule.MMMU_PRO or form != "{}. so":
        assert parse_choice(form.format(letter), _OPTIONS, rule) == letter
