from __future__ import annotations

from docai.query.extract_question import take_apart


def even(wanted: list[str]) -> dict[str, float]:
    return dict.fromkeys(wanted, 2.0)


def test_the_terms_share_what_is_asked() -> None:
    asked = take_apart("What is the due date of the invoice?", even)
    assert set(asked.weights) == {"due", "date", "invoic"}
    assert sum(asked.weights.values()) == 1.0


def test_instructions_for_writing_the_answer_down_are_not_asked_for() -> None:
    asked = take_apart("What was net income? Round your answer to two decimals. Please answer in millions.", even)
    assert set(asked.weights) == {"net", "incom"}


def test_names_figures_and_operations_cannot_be_done_without() -> None:
    asked = take_apart("What was the average revenue of Norway in FY19?", even)
    assert asked.essential == {"averag", "norway", "2019"}
    assert asked.operations == {"averag"}


def test_a_question_of_light_words_keeps_them() -> None:
    assert set(take_apart("What is the report called?", even).weights) == {"report", "call"}
