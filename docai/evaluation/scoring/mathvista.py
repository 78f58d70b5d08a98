"""MathVista: accuracy with answers taken out of replies by rule; no language model extracts them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from pydantic import BaseModel, ConfigDict

from docai.evaluation.metrics.mathvista import AnswerType, MathVistaQuestion, extract_by_rule, mathvista_correct
from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.abstention import no_answer_text
from docai.evaluation.scoring.scorer import ItemScore, Scored, mean_figures

_LETTER = re.compile(r"\(([A-Z])\)|^([A-Z])(?:[).:]|$)|(?:[Aa]nswer|[Oo]ption|[Cc]hoice)(?: is)?:? ([A-Z])\b")
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_LIST = re.compile(r"\[[^\[\]]*\]")


class MathVistaTruth(BaseModel):
    """A question's answer, with what scoring needs of the question."""

    model_config = ConfigDict(frozen=True)

    answer: str
    """The text of the right option, or the answer."""
    question: MathVistaQuestion
    skills: tuple[str, ...] = ()
    """Those that the question needs; it counts for each of them."""


@dataclass(frozen=True, slots=True)
class MathVistaScorer:
    """Accuracy by the official comparison, with rules in place of the language model of `evaluation/extract_answer.py`.

    `accuracy_by_rule` takes out what the official quick extraction does, else the last option whose letter or text
    the reply names, or its last number or list. `accuracy_quick_extract` is the official quick extraction alone, to
    which a letter is no answer. Figures published elsewhere mostly rest on a model's extraction. A question of several
    skills counts for each: figures `skill: ...`.
    """

    @property
    def primary(self) -> str:
        """By all rules."""
        return "accuracy_by_rule"

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        """Both accuracies, each 1 or 0; 0 where docai declines or fails.

        Raises:
            ValueError: the sample's truth is no `MathVistaTruth`.
        """
        truth = MathVistaTruth.model_validate(sample.truth)
        reply = (prediction.answer_text or "").strip()
        quick = extract_by_rule(reply, truth.question) if reply else None
        found = quick if quick is not None else _extracted(reply, truth.question)
        rights = {"accuracy_by_rule": found, "accuracy_quick_extract": quick}
        values = {name: float(mathvista_correct(each, truth.answer, truth.question)) for name, each in rights.items()}
        return ItemScore(values, {"extracted": found, "skills": list(truth.skills)})

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        """Means, and the primary one by skill."""
        skills: defaultdict[str, list[float]] = defaultdict(list)
        for each in scored:
            for skill in each.score.detail["skills"]:
                skills[skill].append(each.score.values[self.primary])
        return mean_figures(scored) | {f"skill: {skill}": fmean(skills[skill]) for skill in sorted(skills)}

    def truth_text(self, sample: Sample) -> str:
        """The answer, of a choice the option's text."""
        return MathVistaTruth.model_validate(sample.truth).answer

    def prediction_text(self, prediction: Prediction) -> str:
        """The reply, or why there is none."""
        return prediction.answer_text or no_answer_text(prediction)


def _extracted(reply: str, question: MathVistaQuestion) -> str | None:
    """What a reply that is no bare answer means."""
    if question.choices:
        return _choice(reply, question.choices)
    if question.answer_type is AnswerType.LIST:
        lists = [found.group() for found in _LIST.finditer(reply)]
        return lists[-1] if lists else None
    if question.answer_type in (AnswerType.INTEGER, AnswerType.FLOAT):
        numbers = [found.group().replace(",", "") for found in _NUMBER.finditer(reply)]
        return numbers[-1] if numbers else None
    return None


def _choice(reply: str, choices: Sequence[str]) -> str | None:
    """The letter that is named last, else the option whose text is; of two that end together the longer one."""
    letters = [letter for found in _LETTER.finditer(reply) for letter in found.groups() if letter]
    known = [letter for letter in letters if ord(letter) - ord("A") < len(choices)]
    if known:
        return known[-1]
    places: list[tuple[int, int, str]] = [
        (match.end(), len(choice), choice)
        for choice in choices
        if choice.strip()
        for match in re.finditer(rf"(?<!\w){re.escape(choice.strip())}(?!\w)", reply, re.IGNORECASE)
    ]
    return max(places)[2] if places else None
