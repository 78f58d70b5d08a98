"""FUNSD's keys and values."""

import pytest

from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.form_answers import FormAnswerScorer, FormAnswerTruth
from tests.unit.evaluation.scoring.extracted import NOTHING, sample, scored
from tests.unit.evaluation.scoring.said import abstained, answered, failed

SCORER = FormAnswerScorer()


def key(*values: str, form: str = "a") -> Sample:
    return sample(FormAnswerTruth(values=list(values)).model_dump(mode="json"), Task.ANSWER, group=form)


def test_each_value_and_all_of_them_are_answers() -> None:
    both = key("Randy Spell", "Fred")
    for said in ("randy  spell", "FRED", "Randy Spell Fred"):
        assert SCORER.score(both, answered(said)).values == {"anls": 1.0, "anls_paper": 1.0, "exact": 1.0}
    near = SCORER.score(both, answered("Randy Spel")).values
    assert near == {"anls": pytest.approx(10 / 11), "anls_paper": pytest.approx(10 / 11), "exact": 0.0}


def test_pairs_are_counted_form_by_form() -> None:
    asked = (
        (key("May 1"), answered("May 1")),
        (key("4", "5"), answered("4")),
        (key("xyz"), answered("nothing like it")),
        (key("b", form="b"), abstained()),
    )
    found = SCORER.figures(scored(SCORER, *asked))
    # Form a: 2 of 3 answers right, 4 values wanted; form b: none.
    assert found["key_value_f1"] == found["key_value_exact_f1"] == pytest.approx((4 / 7 + 0) / 2)
    assert found[SCORER.primary] == 0.5


@pytest.mark.parametrize("said", [abstained(), failed(), NOTHING, answered(" ")])
def test_no_answer_is_worth_0(said: Prediction) -> None:
    assert set(SCORER.score(key("a"), said).values.values()) == {0.0}


def test_a_key_without_a_value_is_refused() -> None:
    with pytest.raises(ValueError, match="has no value"):
        SCORER.score(key(), answered("a"))
    assert SCORER.truth_text(key("a", "b")) == "a | b"
    assert SCORER.prediction_text(answered("a")) == "a"
