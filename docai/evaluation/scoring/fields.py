"""Fields of documents by a JSON Schema: F1 of their leaves, DocuBench's final score, and how many are cited."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from docai.evaluation.metrics.docubench import docubench_score
from docai.evaluation.metrics.field_f1 import FieldCounts, field_counts
from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.extracted_values import citation_counts, cited_share, data_of, extraction_text
from docai.evaluation.scoring.scorer import ItemScore, Scored, mean_figures


class FieldsTruth(BaseModel):
    """The labelled object."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FieldScorer:
    """Leaves of labelled objects.

    Figures: `field_precision`, `field_recall` and `field_f1` pooled over all leaves (micro); `doc_f1`, the mean F1 of
    the documents that want a leaf (macro); `cited`. How leaves are compared: `docai.evaluation.metrics.field_f1`.
    """

    primary: str = "field_f1"

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        """As for `Scorer`."""
        return _leaves_score(FieldsTruth.model_validate(sample.truth).data, prediction)

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        """As for `Scorer`."""
        return _pooled(scored) | mean_figures(scored) | cited_share(scored)

    def truth_text(self, sample: Sample) -> str:
        """As for `Scorer`."""
        return json.dumps(FieldsTruth.model_validate(sample.truth).data, ensure_ascii=False)

    def prediction_text(self, prediction: Prediction) -> str:
        """As for `Scorer`."""
        return extraction_text(prediction)


@dataclass(frozen=True, slots=True)
class DocuBenchScorer:
    """DocuBench: `final`, the mean over documents of its scorer's final score, beside the figures of `FieldScorer`.

    The schema of the sample says which paths are arrays.
    """

    primary: str = "final"

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        """As for `Scorer`."""
        truth = FieldsTruth.model_validate(sample.truth).data
        if sample.schema is None:
            raise ValueError(f"{sample.id} has no schema")
        leaves = _leaves_score(truth, prediction)
        final = docubench_score(data_of(prediction), truth, sample.schema)
        return ItemScore({"final": final} | leaves.values, leaves.detail)

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        """As for `Scorer`."""
        return mean_figures(scored) | _pooled(scored) | cited_share(scored)

    def truth_text(self, sample: Sample) -> str:
        """As for `Scorer`."""
        return json.dumps(FieldsTruth.model_validate(sample.truth).data, ensure_ascii=False)

    def prediction_text(self, prediction: Prediction) -> str:
        """As for `Scorer`."""
        return extraction_text(prediction)


def _leaves_score(truth: Mapping[str, Any], prediction: Prediction) -> ItemScore:
    counts = field_counts(data_of(prediction), truth)
    values = {"doc_f1": counts.f1} if counts.wanted else {}
    return ItemScore(values, counts.model_dump() | citation_counts(prediction))


def _pooled(scored: Sequence[Scored]) -> dict[str, float]:
    counts = FieldCounts()
    for each in scored:
        detail = each.score.detail
        counts += FieldCounts(matched=detail["matched"], wanted=detail["wanted"], given=detail["given"])
    return {"field_f1": counts.f1, "field_precision": counts.precision, "field_recall": counts.recall}
