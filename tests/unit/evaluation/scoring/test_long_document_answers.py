"""MMLongBench-Doc: accuracies, F1, their parts, evidence pages and abstention."""

import pytest

from docai.domain.answers import AnswerForm
from docai.evaluation.metrics.mmlongbench import AnswerFormat
from docai.evaluation.scoring.evidence_pages import EvidencePage
from docai.evaluation.scoring.long_document_answers import LongDocumentAnswers, LongDocumentTruth
from tests.unit.evaluation.scoring.answered import FILE, answered, failed, sample, score, values

SCORER = LongDocumentAnswers()
UNANSWERABLE = LongDocumentTruth(answer="Not answerable", answer_format=AnswerFormat.NONE)


def truth(answer: str, answer_format: str, *pages: int, sources: tuple[str, ...] = ()) -> LongDocumentTruth:
    return LongDocumentTruth(
        answer=answer,
        answer_format=AnswerFormat(answer_format),
        evidence=tuple(EvidencePage(file=FILE, page=page) for page in pages),
        sources=sources,
    )


@pytest.mark.parametrize(
    ("answer", "answer_format"),
    [("18", "Int"), ("18.29%", "Float"), ("Los Angeles", "Str"), ("['a b', 'c d']", "List"), ("None", "Str")],
)
def test_truth_as_answer_scores_one_by_every_variant(answer: str, answer_format: str) -> None:
    found = values(SCORER, truth(answer, answer_format), answered(answer))
    assert [found[name] for name in ("accuracy", "accuracy_intended", "accuracy_extracted")] == [1.0, 1.0, 1.0]


def test_a_misread_text_scores_less_and_another_nothing() -> None:
    right = truth("Los Angeles", "Str")
    assert values(SCORER, right, answered("Los Angelos"))["accuracy"] == pytest.approx(10 / 11)
    assert values(SCORER, right, answered("Chicago"))["accuracy"] == 0.0


def test_variants_differ_where_the_script_slips_and_where_an_answer_must_be_extracted() -> None:
    found = values(SCORER, truth("1577", "Int"), answered("$1577"))
    assert (found["accuracy"], found["accuracy_intended"]) == (0.0, 1.0)
    found = values(SCORER, truth("1577", "Int"), answered("1,577."))
    assert (found["accuracy_intended"], found["accuracy_extracted"]) == (0.0, 1.0)
    found = values(SCORER, truth("['red', 'blue']", "List"), answered("red, blue"))
    assert (found["accuracy"], found["accuracy_extracted"]) == (0.0, 1.0)


def test_an_answer_of_the_form_list_is_a_list() -> None:
    right = truth("['red', 'blue, or navy']", "List")
    assert values(SCORER, right, answered("red; blue, or navy", form=AnswerForm.LIST))["accuracy"] == 1.0
    assert values(SCORER, right, answered("red; blue, or navy"))["accuracy"] == 0.0


def test_abstention_is_right_only_where_nothing_answers_and_a_failure_never() -> None:
    assert values(SCORER, UNANSWERABLE, answered(None))["accuracy"] == 1.0
    assert values(SCORER, UNANSWERABLE, answered("not answerable."))["accuracy"] == 1.0
    assert values(SCORER, truth("7", "Int", 3), answered(None))["accuracy"] == 0.0
    for right in (UNANSWERABLE, truth("7", "Int", 3)):
        assert values(SCORER, right, failed())["accuracy"] == 0.0


def test_words_like_not_answerable_are_an_abstention_to_the_script_alone() -> None:
    found = values(SCORER, UNANSWERABLE, answered("Not answerably"))
    assert found["accuracy"] == pytest.approx(13 / 14)
    assert found["accuracy_intended"] == 0.0


def test_a_question_counts_for_each_of_its_sources_and_for_its_pages() -> None:
    right = truth("7", "Int", 3, sources=("Pure-text (Plain-text)", "Generalized-text (Layout)"))
    found = values(SCORER, right, answered("7"))
    assert found["accuracy_pure_text"] == found["accuracy_generalized_text"] == found["accuracy_single_page"] == 1.0
    assert values(SCORER, truth("7", "Int", 3, 4), answered("8"))["accuracy_cross_page"] == 0.0
    marked = UNANSWERABLE.model_copy(update={"evidence": (EvidencePage(file=FILE, page=2),)})
    found = values(SCORER, marked, answered(None))
    assert found["accuracy_unanswerable"] == found["accuracy_single_page"] == 1.0  # as the script counts it


def test_citations_are_held_against_the_pages_of_the_evidence() -> None:
    right = truth("7", "Int", 3, 4)
    found = values(SCORER, right, answered("7", (FILE, 3), (FILE, 3), (FILE, 9), ("other.pdf", 4)))
    assert (found["evidence_page_recall"], found["citation_precision"]) == (1 / 2, 1 / 3)
    assert values(SCORER, right, answered(None))["evidence_page_recall"] == 0.0
    assert "citation_precision" not in values(SCORER, right, answered(None))
    assert "evidence_page_recall" not in values(SCORER, truth("7", "Int"), answered("7", (FILE, 3)))
    assert "evidence_page_recall" not in values(SCORER, truth("7", "Int", 0), answered("7", (FILE, 3)))


def test_figures_are_those_of_the_paper() -> None:
    asked = [
        (truth("7", "Int", 1), answered("7")),
        (truth("9", "Int", 1), answered("8")),
        (truth("5", "Int", 1), answered(None)),
        (UNANSWERABLE, answered(None)),
        (UNANSWERABLE, answered("3")),
    ]
    figures = SCORER.figures([score(SCORER, sample(right), said) for right, said in asked])
    assert figures["accuracy"] == 2 / 5
    assert figures["f1"] == pytest.approx(
        2 * (1 / 3) * (1 / 3) / (1 / 3 + 1 / 3)
    )  # one of 3 answerable, one of 3 answered
    assert figures["unanswerable_precision"] == figures["unanswerable_recall"] == figures["unanswerable_f1"] == 1 / 2
    assert figures["accuracy_unanswerable"] == 1 / 2
    assert "confidence_ece" not in figures


def test_texts_for_people() -> None:
    assert SCORER.truth_text(sample(truth("7", "Int"))) == "7"
    assert SCORER.prediction_text(answered("a; b", form=AnswerForm.LIST)) == "['a', 'b']"
    assert SCORER.prediction_text(answered(None)) == "(abstained)"
    assert SCORER.prediction_text(failed()) == "(failed: pdf_damaged)"


def test_another_truth_is_refused() -> None:
    with pytest.raises(ValueError, match="answer_format"):
        SCORER.score(sample(EvidencePage(file=FILE, page=1)), answered("7"))
