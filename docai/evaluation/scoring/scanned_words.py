"""Words read from scans, whatever order they were read in."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean

from pydantic import BaseModel, ConfigDict

from docai.evaluation.metrics.precision_recall import PrecisionRecall
from docai.evaluation.metrics.text_errors import character_error_rate, unordered_character_error_rate
from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.scan_folding import one_kind, tight
from docai.evaluation.scoring.scorer import ItemScore, Scored, mean_figures

_RUN = re.compile(r"[^\W_]+")


class WordRule(StrEnum):
    """What a word is; case is folded for both."""

    BLANKS = "blanks"
    """What stands between blanks, without marks around it: SROIE, task 2."""
    RUNS = "runs"
    """Runs of letters and digits: FUNSD, whose truth has blanks within numbers."""


class ScannedWordsTruth(BaseModel):
    """All that is printed on a scan."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lines: list[str]
    """Lines or entries as they were annotated, in their order."""
    words: list[str] | None = None
    """Where they are annotated apart from the lines."""


@dataclass(frozen=True, slots=True)
class ScannedWordsScorer:
    """Words of a scan against `PredictedPage.text`.

    Means over scans: `word_f1`, `word_precision` and `word_recall` of words as multisets; `line_found`, the share of
    annotated lines that are found letter for letter, blanks and case aside; and two error rates, of which less is
    better: `cer`, every line at its best place in what was read, and `cer_ordered`, of the text as a whole in its
    order, at most 1. Over all words of all scans: `word_f1_pooled`.
    """

    rule: WordRule
    primary: str = "word_f1"

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        """As for `Scorer`."""
        truth = ScannedWordsTruth.model_validate(sample.truth)
        read = _read(prediction)
        want = Counter(self._words(" ".join(truth.lines if truth.words is None else truth.words)))
        got = Counter(self._words(read))
        found = PrecisionRecall(float((want & got).total()), got.total(), want.total())
        # Of words that nobody found, none is right: `PrecisionRecall` says 1 of saying nothing.
        precision = found.precision if got or not want else 0.0
        values = {"word_f1": found.f1, "word_precision": precision, "word_recall": found.recall}
        flat, lines = tight(read), [tight(line) for line in truth.lines]
        if any(lines):
            values["line_found"] = fmean(line in flat for line in lines if line)
            values["cer"] = unordered_character_error_rate(flat, lines)
            values["cer_ordered"] = min(1.0, character_error_rate([(flat, "".join(lines))]))
        return ItemScore(values, {"n_right": found.right, "n_said": found.n_said, "n_true": found.n_true})

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        """As for `Scorer`."""
        total = PrecisionRecall(0.0, 0, 0)
        for each in scored:
            detail = each.score.detail
            total += PrecisionRecall(detail["n_right"], detail["n_said"], detail["n_true"])
        return mean_figures(scored) | {"word_f1_pooled": total.f1}

    def truth_text(self, sample: Sample) -> str:
        """As for `Scorer`."""
        return " / ".join(ScannedWordsTruth.model_validate(sample.truth).lines)

    def prediction_text(self, prediction: Prediction) -> str:
        """As for `Scorer`."""
        return " / ".join(line for line in _read(prediction).splitlines() if line.strip())

    def _words(self, text: str) -> list[str]:
        folded = one_kind(text).casefold()
        if self.rule is WordRule.RUNS:
            return _RUN.findall(folded)
        return [word for piece in folded.split() if (word := piece.strip(string.punctuation))]


def _read(prediction: Prediction) -> str:
    return "\n".join(page.text for page in prediction.pages)
