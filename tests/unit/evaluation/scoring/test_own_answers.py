"""Questions and fields of own sets."""

from typing import Any

import pytest

from docai.domain.geometry import Box
from docai.evaluation.own_sets.questions import AnswerFormat
from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.evidence_pages import EvidencePage
from docai.evaluation.scoring.own_answers import OwnAnswers, OwnTruth
from tests.unit.evaluation.scoring.extracted import NOTHING, extracted, sample, scored
from tests.unit.evaluation.scoring.said import abstained, answered, failed

SCORER = OwnAnswers()


def question(*answers: str, form: AnswerFormat = AnswerFormat.TEXT, **more: Any) -> Sample:
    truth = OwnTruth(answers=list(answers), answer_format=form, **more)
    return sample(truth.model_dump(mode="json"), Task.ANSWER)


@pytest.mark.parametrize(
    ("form", "answers", "said", "score"),
    [
        (AnswerFormat.TEXT, ["Coca Cola", "Coke"], "coca-cola", 8 / 9),
        (AnswerFormat.TEXT, ["Coca Cola"], "Pepsi", 0.0),
        (AnswerFormat.NUMBER, ["1,234.50"], "1234.5", 1.0),
        (AnswerFormat.NUMBER, ["1,234.50"], "1234.6", 0.0),
        (AnswerFormat.DATE, ["14 May 2026"], "14 MAY  2026", 1.0),
        (AnswerFormat.DATE, ["14 May 2026"], "15 May 2026", 0.0),
        (AnswerFormat.YES_NO, ["yes"], "Yes, it does.", 1.0),
        (AnswerFormat.YES_NO, ["yes"], "No.", 0.0),
        (AnswerFormat.YES_NO, ["yes"], "perhaps", 0.0),
        (AnswerFormat.LIST, ["Ada", "Bob"], "bob; ada", 1.0),
        (AnswerFormat.LIST, ["Ada", "Bob"], "Ada, Eve, Bob", 0.8),
        (AnswerFormat.LIST, ["Ada", "Bob"], "- Ada\n", 2 / 3),
        (AnswerFormat.LIST, ["Ada", "Bob"], "; ,", 0.0),
    ],
)
def test_each_format_has_its_rule(form: AnswerFormat, answers: list[str], said: str, score: float) -> None:
    assert SCORER.score(question(*answers, form=form), answered(said)).values["score"] == pytest.approx(score)


def test_an_unanswerable_question_is_to_be_declined() -> None:
    asked = scored(
        SCORER,
        (question(), abstained()),
        (question(), answered("7")),
        (question("7"), abstained()),
        (question(), failed()),
    )
    assert [each.score.values["score"] for each in asked] == [1.0, 0.0, 0.0, 0.0]
    found = SCORER.figures(asked)
    assert (found["unanswerable_precision"], found["unanswerable_recall"]) == (0.5, pytest.approx(1 / 3))


def test_citations_are_held_against_page_and_box() -> None:
    here = {"evidence": [EvidencePage(file="file.pdf", page=3)], "box": Box(x0=0.4, y0=0.4, x1=0.5, y1=0.5)}
    right = SCORER.score(question("7", **here), answered("7", (3, 1))).values
    assert (right["evidence_page_recall"], right["citation_precision"], right["evidence_box_found"]) == (1.0, 0.5, 1.0)
    for said in (answered("7", (1,)), answered("7"), abstained((3,)), answered("7", (3,), "other.pdf")):
        assert SCORER.score(question("7", **here), said).values["evidence_box_found"] == 0.0
    corner = here | {"box": Box(x0=0.0, y0=0.0, x1=0.05, y1=0.05)}
    assert SCORER.score(question("7", **corner), answered("7", (3,))).values["evidence_box_found"] == 0.0


def test_fields_are_scored_by_their_leaves_beside_questions() -> None:
    fields = sample(OwnTruth(fields={"a": 1, "b": "x"}).model_dump(mode="json"), Task.EXTRACT)
    pairs = ((fields, extracted({"a": 1}, (1, 2))), (question("7"), answered("7")), (fields, NOTHING))
    found = SCORER.figures(scored(SCORER, *pairs))
    assert found["score"] == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert found["cited"] == 1.0
    assert SCORER.figures(scored(SCORER, (fields, NOTHING))) == {"score": 0.0}
    assert SCORER.truth_text(fields) == '{"a": 1, "b": "x"}'
    assert SCORER.prediction_text(pairs[0][1]) == '{"a": 1}'


@pytest.mark.parametrize("said", [abstained(), failed(), NOTHING])
def test_no_answer_is_worth_0_and_told(said: Prediction) -> None:
    assert set(SCORER.score(question("7"), said).values.values()) == {0.0}
    assert SCORER.prediction_text(said).startswith("(")
    assert SCORER.truth_text(question()) == "(not answerable)"
    with pytest.raises(ValueError, match="values"):
        SCORER.score(sample({"values": []}, Task.ANSWER), said)
