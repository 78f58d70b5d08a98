from collections.abc import Sequence
from dataclasses import replace

import pytest

from docai.evaluation.metrics.mmmu_choice import ChoiceRule
from docai.evaluation.scoring.mmmu import STANDARD, VISION, MmmuScorer, MmmuTruth
from docai.evaluation.scoring.scorer import Scored
from tests.unit.evaluation.scoring.answered import answered, failed, sample, score, values

_SCORER = MmmuScorer(ChoiceRule.MMMU)
_OPTIONS = {"A": "a dome", "B": "a vault", "C": "a flat roof of wood", "D": "none"}
_CHOICE = MmmuTruth(answers=("B",), options=_OPTIONS)
_OPEN = MmmuTruth(answers=("24/7", "3.429"))


def _many(scorer: MmmuScorer, truth: MmmuTruth, replies: Sequence[str | None], setting: str = "") -> list[Scored]:
    asked = sample(truth, {"setting": setting} if setting else {})
    return [
        score(scorer, replace(asked, id=f"{setting}{n}"), answered(reply)) for n, reply in enumerate(replies, start=1)
    ]


@pytest.mark.parametrize(
    ("truth", "reply", "strict"),
    [
        (_CHOICE, "B", 1.0),
        (_CHOICE, "(B) a vault", 1.0),
        (_CHOICE, "A", 0.0),
        (_CHOICE, "As far as I can see it is a vault", 1.0),
        (_CHOICE, "it depends", 0.0),
        (_OPEN, "It is 3.43", 1.0),
        (_OPEN, "24/7", 1.0),
        (_OPEN, "3.5", 0.0),
    ],
)
def test_replies(truth: MmmuTruth, reply: str, strict: float) -> None:
    assert values(_SCORER, truth, answered(reply))["accuracy_strict"] == strict


def test_a_reply_that_names_no_letter_gets_one_drawn() -> None:
    many = _many(_SCORER, _CHOICE, ["it depends"] * 400)
    figures = _SCORER.figures(many)
    assert figures["accuracy_strict"] == 0.0
    assert 0.15 < figures["accuracy"] < 0.35
    assert 0.15 < figures["accuracy_seed_42"] < 0.35
    again = _many(_SCORER, _CHOICE, ["it depends"] * 400)
    assert [each.score for each in again] == [each.score for each in many]


def test_the_scripts_own_draws() -> None:
    # random.seed(42); [random.choice("ABCD") for _ in range(4)] gives A, A, C, B.
    figures = _SCORER.figures(_many(_SCORER, _CHOICE, ["hm", "hm", "hm", "hm"]))
    assert figures["accuracy_seed_42"] == 0.25


@pytest.mark.parametrize("truth", [_CHOICE, _OPEN])
def test_nothing_is_drawn_where_docai_declines_or_fails(truth: MmmuTruth) -> None:
    for prediction in (answered(None), failed()):
        one = score(_SCORER, sample(truth), prediction)
        assert set(one.score.values.values()) == {0.0}
        assert set(_SCORER.figures([one]).values()) == {0.0}


def test_pro_is_the_mean_of_its_two_settings() -> None:
    scorer = MmmuScorer(ChoiceRule.MMMU_PRO)
    standard = _many(scorer, _CHOICE, ["B", "Answer: B", "A"], STANDARD)
    figures = scorer.figures([*standard, *_many(scorer, _CHOICE, ["A"], VISION)])
    assert figures["accuracy"] == 0.5
    assert figures["accuracy_standard_10"] == pytest.approx(2 / 3)
    assert figures["accuracy_vision"] == 0.0
    assert figures["mmmu_pro"] == pytest.approx(1 / 3)
    assert "mmmu_pro" not in scorer.figures(standard)


def test_what_people_see() -> None:
    assert _SCORER.truth_text(sample(_CHOICE)) == "B. a vault"
    assert _SCORER.truth_text(sample(_OPEN)) == "24/7 or 3.429"
    assert _SCORER.prediction_text(answered("B")) == "B"
    assert "pdf_damaged" in _SCORER.prediction_text(failed())


def test_another_truth_is_an_error() -> None:
    with pytest.raises(ValueError, match="answers"):
        _SCORER.score(replace(sample(_CHOICE), truth={"letter": "B"}), answered("B"))
