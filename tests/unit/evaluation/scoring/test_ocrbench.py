import pytest

from docai.evaluation.scoring.ocrbench import OcrBenchScorer, OcrBenchTruth
from tests.unit.evaluation.scoring.answered import answered, failed, sample, score, values

_SCORER = OcrBenchScorer()
_WORD = OcrBenchTruth(answers=("CENTRE", "CENTER"), question_type="Regular Text Recognition", dataset="IIIT5K")
_PAGE = OcrBenchTruth(answers=("7",), question_type="Doc-oriented VQA", dataset="docVQA")
_FORMULA = OcrBenchTruth(
    answers=("x ^ { 2 }",), question_type="Handwritten Mathematical Expression Recognition", dataset="HME100k"
)


@pytest.mark.parametrize(
    ("truth", "reply", "right"),
    [
        (_WORD, "It says centre.", 1.0),
        (_WORD, "CENTRAL", 0.0),
        (_FORMULA, "$x^{2}$", 1.0),
        (_FORMULA, "X^{2}", 0.0),
        (_PAGE, "17", 1.0),
    ],
)
def test_an_answer_must_stand_in_the_reply(truth: OcrBenchTruth, reply: str, right: float) -> None:
    assert values(_SCORER, truth, answered(reply)) == {"accuracy": right}


def test_points_by_component() -> None:
    replies = [(_WORD, "centre"), (_WORD, "no"), (_PAGE, "7"), (_FORMULA, "x^{2}")]
    figures = _SCORER.figures([score(_SCORER, sample(truth), answered(reply)) for truth, reply in replies])
    assert figures == {
        "accuracy": 0.75,
        "final_score": 3,
        "final_score_norm": pytest.approx(0.3),
        "points_text_recognition": 1,
        "points_scene_text_vqa": 0,
        "points_document_vqa": 1,
        "points_key_information_extraction": 0,
        "points_handwritten_formulas": 1,
    }


def test_there_are_no_points_beyond_a_thousand_questions() -> None:
    one = score(_SCORER, sample(_WORD), answered("centre"))
    assert _SCORER.figures([one] * 1001) == {"accuracy": 1.0}
    assert _SCORER.figures([one] * 1000)["final_score"] == 1000


def test_declined_and_failed() -> None:
    empty = OcrBenchTruth(answers=("",), question_type="Doc-oriented VQA", dataset="docVQA")
    for prediction in (answered(None), failed()):
        assert values(_SCORER, empty, prediction) == {"accuracy": 0.0}


def test_what_people_see() -> None:
    assert _SCORER.truth_text(sample(_WORD)) == "CENTRE or CENTER"
    assert _SCORER.prediction_text(answered("centre")) == "centre"
