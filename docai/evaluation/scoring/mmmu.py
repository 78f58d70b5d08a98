"""MMMU and MMMU-Pro: accuracy of choices and open answers, over all questions alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from statistics import fmean

from pydantic import BaseModel, ConfigDict

from docai.evaluation.metrics.mmmu_choice import ChoiceRule, parse_choice
from docai.evaluation.metrics.mmmu_open import open_correct
from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.abstention import no_answer_text
from docai.evaluation.scoring.scorer import ItemScore, Scored, mean_figures

STANDARD, VISION = "standard (10 options)", "vision"
"""Settings of MMMU-Pro, whose mean is its figure; named by the category `setting`."""
_SEED = 42


class MmmuTruth(BaseModel):
    """A question's answer."""

    model_config = ConfigDict(frozen=True)

    answers: tuple[str, ...]
    """All that are accepted: a letter of the options, or open answers."""
    options: dict[str, str] = {}
    """Text of each option by its letter, in order; empty: the question is open."""


@dataclass(frozen=True, slots=True)
class MmmuScorer:
    """Accuracy as the official report has it, over questions.

    That of a discipline weighs its subjects by their questions; both are categories of the samples. `accuracy` follows
    the official parser, which draws a letter where a reply names none; it is drawn with the seed 42 and the sample's
    id, so that it depends on no order. `accuracy_strict` draws none. `accuracy_seed_42` repeats the script's own draws,
    one generator for all questions in order. Where docai declines or fails, nothing is drawn: all three count it as
    wrong.
    """

    rule: ChoiceRule

    @property
    def primary(self) -> str:
        """With a letter drawn where a reply names none."""
        return "accuracy"

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        """`accuracy` and `accuracy_strict`, each 1 or 0.

        Raises:
            ValueError: the sample's truth is no `MmmuTruth`.
        """
        truth = MmmuTruth.model_validate(sample.truth)
        reply = prediction.answer_text
        if reply is None:
            return ItemScore({"accuracy": 0.0, "accuracy_strict": 0.0})
        if not truth.options:
            right = float(open_correct(reply, truth.answers))
            return ItemScore({"accuracy": right, "accuracy_strict": right})
        strict = parse_choice(reply, truth.options, self.rule)
        drawn = parse_choice(reply, truth.options, self.rule, Random(f"{_SEED} {sample.id}"))  # noqa: S311 - no secret
        values = {"accuracy": float(drawn in truth.answers), "accuracy_strict": float(strict in truth.answers)}
        return ItemScore(values, {"letter": strict, "letter_drawn": drawn})

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        """Means; with `accuracy_seed_42`, and, of MMMU-Pro, each setting's accuracy and the mean of the two."""
        figures = mean_figures(scored)
        generator = Random(_SEED)  # noqa: S311 - as the script draws
        figures["accuracy_seed_42"] = fmean(self._is_right(each, generator) for each in scored)
        parts = {name: _accuracy(scored, name) for name in (STANDARD, VISION)}
        known = {name: value for name, value in parts.items() if value is not None}
        if len(known) == len(parts):
            figures |= {"accuracy_standard_10": known[STANDARD], "accuracy_vision": known[VISION]}
            figures["mmmu_pro"] = fmean(known.values())
        return figures

    def truth_text(self, sample: Sample) -> str:
        """The letter with its option, or the open answers."""
        truth = MmmuTruth.model_validate(sample.truth)
        return " or ".join(f"{a}. {truth.options[a]}" if a in truth.options else a for a in truth.answers)

    def prediction_text(self, prediction: Prediction) -> str:
        """The reply, or why there is none."""
        return prediction.answer_text or no_answer_text(prediction)

    def _is_right(self, scored: Scored, generator: Random) -> float:
        truth = MmmuTruth.model_validate(scored.sample.truth)
        reply = scored.prediction.answer_text
        if reply is None or not truth.options:
            return scored.score.values["accuracy"]
        return float(parse_choice(reply, truth.options, self.rule, generator) in truth.answers)


def _accuracy(scored: Sequence[Scored], setting: str) -> float | None:
    values = [each.score.values["accuracy"] for each in scored if each.sample.categories.get("setting") == setting]
    return fmean(values) if values else None
