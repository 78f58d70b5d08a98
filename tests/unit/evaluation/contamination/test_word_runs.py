"""Questions are found in texts by runs of 13 words, and short ones whole."""

from __future__ import annotations

from docai.evaluation.contamination.word_runs import QuestionIndex, runs_of, words_of

LONG = "In the table of deliveries by place, how many tonnes of gravel were taken to Tarnelmoor in 1987?"
SHORT = "What is the date of the invoice?"


def found(index: QuestionIndex, text: str) -> list[tuple[str, str, bool]]:
    return list(index.in_text(text))


def test_case_punctuation_and_width_do_not_count() -> None:
    assert words_of("What IS the date,  (of) the \uff29nvoice?") == words_of("what is the date of the invoice")


def test_runs_have_thirteen_words() -> None:
    words = words_of(LONG)
    assert len(words) == 18
    assert [run.split() for run in runs_of(words)] == [words[i : i + 13] for i in range(6)]
    assert list(runs_of(words[:12])) == []


def test_a_question_in_the_middle_of_a_text_is_found_with_all_its_runs() -> None:
    index = QuestionIndex({"a": LONG})
    hits = found(index, f"Question: {LONG.upper()} Answer: 42")
    assert {item for item, _, _ in hits} == {"a"}
    assert index.share("a", len({run for _, run, _ in hits})) == 1.0


def test_a_part_of_a_question_is_a_share() -> None:
    index = QuestionIndex({"a": LONG})
    part = " ".join(LONG.split()[:14])
    hits = found(index, part)
    assert index.share("a", len({run for _, run, _ in hits})) == 2 / 6


def test_twelve_words_in_common_are_none() -> None:
    assert found(QuestionIndex({"a": LONG}), " ".join(LONG.split()[:12])) == []


def test_a_short_question_is_found_only_whole() -> None:
    index = QuestionIndex({"a": SHORT, "b": LONG})
    assert found(index, "what is the date of the invoice") == [("a", "what is the date of the invoice", True)]
    assert found(index, f"{SHORT} It is printed at the top.") == []
    assert index.share("a", 1) == 1.0


def test_questions_that_are_the_same_are_found_together() -> None:
    assert [item for item, _, _ in found(QuestionIndex({"a": SHORT, "b": SHORT}), SHORT)] == ["a", "b"]


def test_the_wording_that_all_questions_share_is_not_looked_for() -> None:
    wording = "Answer with the letter of the option that is right according to the page that is shown."
    index = QuestionIndex({str(i): f"{chr(97 + i)}{i} {wording}" for i in range(20)})
    assert found(index, f"Elsewhere, too: {wording}") == []
    whole = f"d3 {wording}"
    assert {item for item, _, _ in found(index, whole)} == {"3"}


def test_an_empty_question_is_found_nowhere() -> None:
    index = QuestionIndex({"a": "?!"})
    assert found(index, "?!") == []
    assert index.share("a", 0) == 0.0
