"""SROIE's key information: company, date, address and total of a receipt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from pydantic import BaseModel, ConfigDict

from docai.evaluation.metrics.anls import AnlsRule, anls
from docai.evaluation.metrics.precision_recall import PrecisionRecall
from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.extracted_values import citation_counts, cited_share, data_of, extraction_text
from docai.evaluation.scoring.scan_folding import one_kind, tight
from docai.evaluation.scoring.scorer import ItemScore, Scored, mean_figures

ENTITIES = ("company", "date", "address", "total")


class EntitiesTruth(BaseModel):
    """A receipt's entities; those that it does not have are None or empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    company: str | None = None
    date: str | None = None
    address: str | None = None
    total: str | None = None


@dataclass(frozen=True, slots=True)
class ReceiptScorer:
    """SROIE, task 3 (Huang et al., ICDAR 2019).

    Figures: `entity_f1`, with `entity_precision` and `entity_recall`, pooled over all receipts, an entity being right
    if it is the same character for character but for blanks around it; `entity_f1_folded`, blanks and case aside.
    Means over receipts: `<entity>_exact` (blanks and case aside) and `<entity>_anls` (a similarity of 0.5 is 0), each
    over the receipts that have it, `fields_exact` and `fields_anls` over a receipt's entities. `cited`.
    """

    primary: str = "entity_f1"

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        """As for `Scorer`."""
        truth = EntitiesTruth.model_validate(sample.truth)
        want = {name: text for name in ENTITIES if (text := str(getattr(truth, name) or "").strip())}
        got = _given(data_of(prediction))
        values: dict[str, float] = {}
        for name, text in want.items():
            said = got.get(name, "")
            values[f"{name}_exact"] = float(tight(said) == tight(text))
            values[f"{name}_anls"] = anls(one_kind(said), [one_kind(text)], AnlsRule.PAPER)
        if want:
            values["fields_exact"] = fmean(values[f"{name}_exact"] for name in want)
            values["fields_anls"] = fmean(values[f"{name}_anls"] for name in want)
        detail: dict[str, Any] = {
            "n_said": len(got),
            "n_true": len(want),
            "n_right": sum(got.get(name) == text for name, text in want.items()),
            "n_right_folded": sum(tight(got.get(name, "")) == tight(text) for name, text in want.items()),
        }
        return ItemScore(values, detail | citation_counts(prediction))

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        """As for `Scorer`."""
        exact, folded = _pooled(scored, "n_right"), _pooled(scored, "n_right_folded")
        return {
            "entity_f1": exact.f1,
            "entity_precision": exact.precision if exact.n_said else 0.0,
            "entity_recall": exact.recall,
            "entity_f1_folded": folded.f1,
            **mean_figures(scored),
            **cited_share(scored),
        }

    def truth_text(self, sample: Sample) -> str:
        """As for `Scorer`."""
        truth = EntitiesTruth.model_validate(sample.truth)
        return "; ".join(f"{name}: {getattr(truth, name)}" for name in ENTITIES if getattr(truth, name))

    def prediction_text(self, prediction: Prediction) -> str:
        """As for `Scorer`."""
        return extraction_text(prediction)


def _given(data: Mapping[str, Any]) -> dict[str, str]:
    return {name: text for name in ENTITIES if (text := str(data.get(name) or "").strip())}


def _pooled(scored: Sequence[Scored], right: str) -> PrecisionRecall:
    total = PrecisionRecall(0.0, 0, 0)
    for each in scored:
        detail = each.score.detail
        total += PrecisionRecall(float(detail[right]), detail["n_said"], detail["n_true"])
    return total
