"""Answers of a set that mixes sources, each question by the rule of its own, and all by the same measures."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from docai.evaluation.metrics.anls import anls
from docai.evaluation.metrics.financebench import financebench_correct, scale_of
from docai.evaluation.metrics.mmlongbench import AnswerFormat
from docai.evaluation.metrics.relaxed_accuracy import RelaxedRule, relaxed_correct
from docai.evaluation.metrics.squad import WordRule, exact_match, token_f1
from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.abstention import abstention_detail, abstention_figures, has_declined, no_answer_text
from docai.evaluation.scoring.answer_confidence import confidence_figures
from docai.evaluation.scoring.evidence_pages import EvidencePage, evidence_values
from docai.evaluation.scoring.long_document_answers import (
    NOT_ANSWERABLE,
    LongDocumentTruth,
    answer_as_written,
    long_document_f1,
    long_document_values,
)
from docai.evaluation.scoring.scorer import ItemScore, Scored, mean_figures
from docai.grounding.numbers import quantity_of

MMLONGBENCH = "MMLongBench-Doc"
FINANCEBENCH = "FinanceBench"
OHR_BENCH = "OHR-Bench"
_LONG_ACCURACY = "mmlongbench_doc_accuracy"
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_WHOLE_WORDS = ("yes", "no", "noanswer")
"""Answers that OHR-Bench's F1 takes whole."""


class DocqaTruth(BaseModel):
    """A question's answers, and by which rule they are judged."""

    model_config = ConfigDict(frozen=True)

    source: str
    """Data set that the question was taken from."""
    answers: tuple[str, ...] = Field(min_length=1)
    """Accepted; of an unanswerable question what stands for none."""
    answer_format: str
    """As the source names it: `Int`, `Float`, `Str`, `List`, `None`; `Free`; `Numeric`, `Yes/No`, `Short Answer`."""
    is_answerable: bool = True
    evidence: tuple[EvidencePage, ...] = ()


@dataclass(frozen=True, slots=True)
class DocqaAnswers:
    """MMLongBench-Doc, FinanceBench and OHR-Bench in one set.

    `accuracy` is by each question's own rule: MMLongBench-Doc's; FinanceBench's; for all else `Numeric` within 5 %,
    `Yes/No` by equality, and the rest by ANLS. Each source's own share of it is apart, as is OHR-Bench's official word
    F1 (Zhang et al., ICCV 2025; `src/metric/common.py`). `anls`, `exact` (the same words), `relaxed` (numbers within
    5 %, a scale such as `million` multiplied out where both sides name theirs) and `token_f1` measure all questions
    alike. Declining an unanswerable question scores 1, and an answerable one 0.
    """

    primary: str = "accuracy"

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        """Accuracy by the source's rule and by the common measures, evidence pages and citations; see `ItemScore`."""
        truth = DocqaTruth.model_validate(sample.truth)
        declined = has_declined(prediction, truth.answers if truth.is_answerable else ())
        text = None if declined else answer_as_written(prediction)
        values = {"accuracy": 0.0} | {name: _worth(truth, text, declined, of) for name, of in _COMMON.items()}
        own = f"{_named(truth.source)}_accuracy"
        if truth.source == MMLONGBENCH:
            values |= _long_document(truth, prediction)
        else:
            rule = _financebench if truth.source == FINANCEBENCH else _BY_FORMAT.get(truth.answer_format, _anls)
            values[own] = _worth(truth, text, declined, rule)
        values["accuracy"] = values[own]
        if truth.source == OHR_BENCH:
            values["ohr_bench_f1"] = _worth(truth, text, declined, _ohr_bench_f1)
        values |= evidence_values(prediction, truth.evidence)
        return ItemScore(values, abstention_detail(truth.is_answerable, declined))

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        """Means, MMLongBench-Doc's F1 of its part, and figures of abstention and confidence."""
        figures = mean_figures(scored) | long_document_f1(scored, _LONG_ACCURACY, "mmlongbench_doc_f1")
        return figures | abstention_figures(scored) | confidence_figures(scored, self.primary)

    def truth_text(self, sample: Sample) -> str:
        """The accepted answers."""
        truth = DocqaTruth.model_validate(sample.truth)
        return " | ".join(truth.answers) if truth.is_answerable else NOT_ANSWERABLE

    def prediction_text(self, prediction: Prediction) -> str:
        """The answer, or why there is none."""
        return answer_as_written(prediction) or no_answer_text(prediction)


_Measure = Callable[[str, Sequence[str]], float]


def _worth(truth: DocqaTruth, text: str | None, declined: bool, measure: _Measure) -> float:
    """What an answer is worth by a measure that knows nothing of abstention."""
    if not truth.is_answerable:
        return float(declined)
    return 0.0 if text is None else measure(text, truth.answers)


def _long_document(truth: DocqaTruth, prediction: Prediction) -> dict[str, float]:
    """The best over the accepted answers, by each variant."""
    answers = truth.answers if truth.is_answerable else (NOT_ANSWERABLE,)
    answer_format = AnswerFormat(truth.answer_format)
    truths = [LongDocumentTruth(answer=answer, answer_format=answer_format) for answer in answers]
    found = [long_document_values(each, prediction, _LONG_ACCURACY)[0] for each in truths]
    return {name: max(values[name] for values in found) for name in found[0]}


def _anls(text: str, answers: Sequence[str]) -> float:
    return anls(text, answers)


def _exact(text: str, answers: Sequence[str]) -> float:
    return float(exact_match(text, answers, WordRule.PLAIN))


def _relaxed(text: str, answers: Sequence[str]) -> float:
    said = _in_units(text)
    return max(
        float(
            relaxed_correct(answer, text, RelaxedRule.PRINTED)
            or relaxed_correct(_in_units(answer), said, RelaxedRule.PRINTED)
        )
        for answer in answers
    )


def _in_units(text: str) -> str:
    """`$6.3 billion` as `6300000000`; what names no scale as it is."""
    quantity = quantity_of(text.strip().rstrip("."))
    scale = scale_of(quantity) if quantity is not None else None
    return text if quantity is None or scale is None else str(float(quantity.value * scale))


def _token_f1(text: str, answers: Sequence[str]) -> float:
    return token_f1(text, answers, WordRule.PLAIN)


def _financebench(text: str, answers: Sequence[str]) -> float:
    return max(float(financebench_correct(answer, text)) for answer in answers)


def _ohr_bench_f1(text: str, answers: Sequence[str]) -> float:
    return max(
        float(exact_match(text, [answer])) if _is_whole(text) or _is_whole(answer) else token_f1(text, [answer])
        for answer in answers
    )


def _is_whole(text: str) -> bool:
    return exact_match(text, _WHOLE_WORDS)


def _named(source: str) -> str:
    """`OHR-Bench` as `ohr_bench`."""
    return _NOT_WORD.sub("_", source.lower()).strip("_")


_COMMON: dict[str, _Measure] = {"anls": _anls, "exact": _exact, "relaxed": _relaxed, "token_f1": _token_f1}
_BY_FORMAT: dict[str, _Measure] = {"Numeric": _relaxed, "Yes/No": _exact}
"""Rules of sources that have none of their own; texts of other formats are scored by ANLS."""
