"""Kleister: values of keys that a document gives, as sets of pairs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from pydantic import BaseModel, ConfigDict

from docai.evaluation.metrics.precision_recall import PrecisionRecall
from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.extracted_values import citation_counts, cited_share, data_of, extraction_text
from docai.evaluation.scoring.scorer import ItemScore, Scored

_JOINED = re.compile(r"[\s:_]+")
"""What `expected.tsv` writes as an underscore."""
_Pairs = frozenset[tuple[str, str]]


class KeyValuesTruth(BaseModel):
    """What is to be found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    values: dict[str, list[str]]
    """By key; keys without a value are left out."""


@dataclass(frozen=True, slots=True)
class NdaScorer:
    """Kleister-NDA (Stanislawek et al., ICDAR 2021), as `config.txt` of its repository has it scored.

    Figures: `f1`, with `precision` and `recall`, over all pairs of key and upper-cased value of all documents (the
    official `F1(UC)`); `f1_cased`, the same without folding case; `mean_f1`, the mean over documents; `accuracy`, the
    share of documents with all pairs right and none beside them; `<key>_f1`; `cited`. Blanks, colons and underscores
    are the same, as in `expected.tsv`.
    """

    primary: str = "f1"

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        """As for `Scorer`."""
        truth = KeyValuesTruth.model_validate(sample.truth).values
        cased, said = _pairs(truth), _pairs(data_of(prediction))
        want, got = _upper(cased), _upper(said)
        document = _counts(want, got)
        detail: dict[str, Any] = {
            "pairs": _listed(document),
            "cased": _listed(_counts(cased, said)),
            "keys": {key: _listed(_counts(_of(want, key), _of(got, key))) for key in _keys(want | got)},
        }
        values = {"mean_f1": document.f1, "accuracy": float(want == got)}
        return ItemScore(values, detail | citation_counts(prediction))

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        """As for `Scorer`."""
        details = [each.score.detail for each in scored]
        whole = _summed(detail["pairs"] for detail in details)
        keys = sorted({key for detail in details for key in detail["keys"]})
        by_key = {key: _summed(detail["keys"].get(key, (0, 0, 0)) for detail in details) for key in keys}
        return {
            "f1": whole.f1,
            "precision": whole.precision if whole.n_said else 0.0,
            "recall": whole.recall,
            "f1_cased": _summed(detail["cased"] for detail in details).f1,
            "mean_f1": fmean(each.score.values["mean_f1"] for each in scored),
            "accuracy": fmean(each.score.values["accuracy"] for each in scored),
            **{f"{key}_f1": counts.f1 for key, counts in by_key.items()},
            **cited_share(scored),
        }

    def truth_text(self, sample: Sample) -> str:
        """As for `Scorer`."""
        truth = KeyValuesTruth.model_validate(sample.truth).values
        return "; ".join(f"{key}: {', '.join(values)}" for key, values in truth.items())

    def prediction_text(self, prediction: Prediction) -> str:
        """As for `Scorer`."""
        return extraction_text(prediction)


def _pairs(values: Mapping[str, Any]) -> _Pairs:
    listed = ((key, each if isinstance(each, (list, tuple)) else [each]) for key, each in values.items())
    found = ((key, _JOINED.sub("_", str(value).strip())) for key, all_of_it in listed for value in all_of_it if value)
    return frozenset((key, value) for key, value in found if value)


def _upper(pairs: _Pairs) -> _Pairs:
    return frozenset((key, value.upper()) for key, value in pairs)


def _keys(pairs: _Pairs) -> list[str]:
    return sorted({key for key, _ in pairs})


def _of(pairs: _Pairs, key: str) -> _Pairs:
    return frozenset(pair for pair in pairs if pair[0] == key)


def _counts(want: _Pairs, got: _Pairs) -> PrecisionRecall:
    return PrecisionRecall(float(len(want & got)), len(got), len(want))


def _listed(counts: PrecisionRecall) -> tuple[float, int, int]:
    return counts.right, counts.n_said, counts.n_true


def _summed(counts: Iterable[Sequence[float]]) -> PrecisionRecall:
    total = PrecisionRecall(0.0, 0, 0)
    for right, n_said, n_true in counts:
        total += PrecisionRecall(right, int(n_said), int(n_true))
    return total
