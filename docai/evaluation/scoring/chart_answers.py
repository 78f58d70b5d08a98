"""Answers about charts: ChartQA's relaxed accuracy, and ChartQAPro's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from docai.evaluation.metrics.chartqapro import ChartQaProRule, chartqapro_score
from docai.evaluation.metrics.relaxed_accuracy import RelaxedRule, relaxed_correct
from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.scorer import ItemScore, Scored, mean_figures

UNANSWERABLE = "unanswerable"
"""What ChartQAPro's prompts ask for where a chart does not say."""


class QuestionAuthor(StrEnum):
    """Who wrote a question of ChartQA."""

    HUMAN = "human"
    AUGMENTED = "augmented"
    """A model, from a summary of the chart that a person wrote."""


class ChartAnswerTruth(BaseModel):
    """A question's answer in ChartQA."""

    model_config = ConfigDict(frozen=True)

    answer: str
    author: QuestionAuthor


@dataclass(frozen=True, slots=True)
class ChartAnswers:
    """ChartQA: `relaxed` as its authors' script has it, `relaxed_exact_years` and `relaxed_printed`; see `RelaxedRule`.

    `relaxed_human` and `relaxed_augmented` are of the halves of the set, `relaxed_average` is the mean of the two: what
    papers quote, and on the whole test split, whose halves are equally large, the same as `relaxed`.
    """

    primary: str = "relaxed"

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        """See `Scorer`."""
        truth = ChartAnswerTruth.model_validate(sample.truth)
        text = prediction.answer_text
        names = {
            "relaxed": RelaxedRule.OFFICIAL,
            "relaxed_exact_years": RelaxedRule.EXACT_YEARS,
            "relaxed_printed": RelaxedRule.PRINTED,
        }
        values = {
            name: float(text is not None and relaxed_correct(truth.answer, text, rule)) for name, rule in names.items()
        }
        return ItemScore(values | {f"relaxed_{truth.author.value}": values["relaxed"]})

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        """Means over questions, and the mean of both halves where there are both."""
        found = mean_figures(scored)
        halves = [found[name] for name in ("relaxed_human", "relaxed_augmented") if name in found]
        return found | {"relaxed_average": sum(halves) / 2} if len(halves) == 2 else found

    def truth_text(self, sample: Sample) -> str:
        """The answer."""
        return ChartAnswerTruth.model_validate(sample.truth).answer

    def prediction_text(self, prediction: Prediction) -> str:
        """The answer."""
        return prediction.answer_text or "no answer"


class ChartProTruth(BaseModel):
    """A question's answer in ChartQAPro."""

    model_config = ConfigDict(frozen=True)

    answer: str
    """The last one of a conversation; a list stands in square brackets."""
    question_type: str
    """`Factoid`, `Multi Choice`, `Conversational`, `Fact Checking` or `Hypothetical`."""
    year_flags: tuple[bool, ...] = Field(min_length=1)
    """Whether each entry of the answer is a year."""


@dataclass(frozen=True, slots=True)
class ChartProAnswers:
    """ChartQAPro: `relaxed_chartqapro` as its script and VLMEvalKit run, `relaxed_chartqapro_paper` as the paper says.

    The two differ in answers that are chosen, see `ChartQaProRule`. An abstention counts as the answer `unanswerable`,
    which is right where the set says so; a failure scores 0.
    """

    primary: str = "relaxed_chartqapro"

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        """See `Scorer`."""
        truth = ChartProTruth.model_validate(sample.truth)
        text = _said(prediction)
        names = {"relaxed_chartqapro": ChartQaProRule.OFFICIAL, "relaxed_chartqapro_paper": ChartQaProRule.PAPER}
        values = {
            name: 0.0
            if text is None
            else chartqapro_score(truth.answer, text, truth.year_flags, truth.question_type, rule)
            for name, rule in names.items()
        }
        return ItemScore(values, {"said": text})

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        """Means over questions."""
        return mean_figures(scored)

    def truth_text(self, sample: Sample) -> str:
        """The answer."""
        return ChartProTruth.model_validate(sample.truth).answer

    def prediction_text(self, prediction: Prediction) -> str:
        """The answer."""
        return _said(prediction) or "no answer"


def _said(prediction: Prediction) -> str | None:
    if prediction.failure is not None or prediction.answer is None:
        return None
    return UNANSWERABLE if prediction.answer_text is None else prediction.answer_text
