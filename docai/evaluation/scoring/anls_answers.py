"""Answers of DocVQA, InfographicVQA and MP-DocVQA: ANLS, and the page that holds the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from docai.evaluation.metrics.anls import AnlsRule, anls
from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.scorer import ItemScore, Scored, mean_figures


class AnlsTruth(BaseModel):
    """A question's answers."""

    model_config = ConfigDict(frozen=True)

    answers: tuple[str, ...] = Field(min_length=1)
    """All accepted; the nearest counts."""
    page: int | None = Field(default=None, ge=1)
    """Where it stands, 1-based; None where a set has one page to a question."""


@dataclass(frozen=True, slots=True)
class AnlsAnswers:
    """`anls` by the servers' rule, `anls_paper` and `anls_harness` by others, see `AnlsRule`.

    `exact_match` is that of the servers: equal but for case and blanks. `answer_page` (Tito et al. 2023, MP-DocVQA's
    accuracy of answer pages) is whether the answer's first citation stands on the page that is marked. A question
    without an answer scores 0 everywhere.
    """

    primary: str = "anls"

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        """See `Scorer`."""
        truth = AnlsTruth.model_validate(sample.truth)
        text = prediction.answer_text
        names = {"anls": AnlsRule.OFFICIAL, "anls_paper": AnlsRule.PAPER, "anls_harness": AnlsRule.HARNESS}
        values = {name: 0.0 if text is None else anls(text, truth.answers, rule) for name, rule in names.items()}
        values["exact_match"] = float(values["anls"] == 1.0)  # no edits between texts that are folded alike
        if truth.page is None:
            return ItemScore(values)
        page = _first_page(prediction)
        values["answer_page"] = float(page == truth.page)
        return ItemScore(values, {"cited_page": page, "true_page": truth.page})

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        """Means over questions."""
        return mean_figures(scored)

    def truth_text(self, sample: Sample) -> str:
        """The accepted answers."""
        truth = AnlsTruth.model_validate(sample.truth)
        where = "" if truth.page is None else f" (page {truth.page})"
        return " | ".join(truth.answers) + where

    def prediction_text(self, prediction: Prediction) -> str:
        """The answer with the page cited first."""
        if prediction.answer_text is None:
            return "no answer"
        page = _first_page(prediction)
        return prediction.answer_text if page is None else f"{prediction.answer_text} (page {page})"


def _first_page(prediction: Prediction) -> int | None:
    answer = prediction.answer
    if answer is None or not answer.answerable or not answer.citations:
        return None
    return answer.citations[0].page_number
