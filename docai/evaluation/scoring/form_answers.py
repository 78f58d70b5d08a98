"""FUNSD's keys and values, asked as questions: "What is the <key>?"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from pydantic import BaseModel, ConfigDict

from docai.evaluation.metrics.anls import AnlsRule, anls
from docai.evaluation.metrics.precision_recall import PrecisionRecall
from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.abstention import no_answer_text
from docai.evaluation.scoring.answer_confidence import confidence_figures
from docai.evaluation.scoring.scan_folding import one_kind, tight
from docai.evaluation.scoring.scorer import ItemScore, Scored, mean_figures


class FormAnswerTruth(BaseModel):
    """What a form says of a key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    values: list[str]
    """At least one; each, and all of them in their order, is an answer."""


@dataclass(frozen=True, slots=True)
class FormAnswerScorer:
    """Values of a form's keys.

    Means over questions: `anls` (official rule), `anls_paper`, `exact` (blanks and case aside). Means over forms:
    `key_value_f1` and `key_value_exact_f1`, of the pairs of a key and one of its values, a key having one answer; a
    pair is right if the answer is near a value by `anls_paper`, or the same letter for letter.
    """

    primary: str = "anls"

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        """As for `Scorer`."""
        values = FormAnswerTruth.model_validate(sample.truth).values
        if not values:
            raise ValueError(f"{sample.id} has no value")
        said = one_kind(prediction.answer_text or "")
        accepted = [one_kind(value) for value in values]
        if len(values) > 1:
            accepted.append(" ".join(accepted))
        found = {
            "anls": anls(said, accepted),
            "anls_paper": anls(said, accepted, AnlsRule.PAPER),
            "exact": float(tight(said) in {tight(each) for each in accepted}),
        }
        return ItemScore(
            found if said else dict.fromkeys(found, 0.0), {"n_said": int(bool(said)), "n_true": len(values)}
        )

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        """As for `Scorer`."""
        forms: defaultdict[str, list[Scored]] = defaultdict(list)
        for each in scored:
            forms[each.sample.group or each.sample.id].append(each)
        pairs = {
            "key_value_f1": fmean(_pairs(form, "anls_paper").f1 for form in forms.values()),
            "key_value_exact_f1": fmean(_pairs(form, "exact").f1 for form in forms.values()),
        }
        return mean_figures(scored) | pairs | confidence_figures(scored, self.primary)

    def truth_text(self, sample: Sample) -> str:
        """As for `Scorer`."""
        return " | ".join(FormAnswerTruth.model_validate(sample.truth).values)

    def prediction_text(self, prediction: Prediction) -> str:
        """As for `Scorer`."""
        return prediction.answer_text or no_answer_text(prediction)


def _pairs(form: Sequence[Scored], value: str) -> PrecisionRecall:
    right = sum(each.score.values[value] > 0 for each in form)
    details = [each.score.detail for each in form]
    return PrecisionRecall(
        float(right), sum(detail["n_said"] for detail in details), sum(detail["n_true"] for detail in details)
    )
