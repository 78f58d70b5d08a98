"""OCRBench v2: scores of short answers, choices, counts, formulas and fields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from rapidfuzz.distance import Levenshtein

_LEAST = 0.5
"""Similarity from which a long answer counts; exactly 0.5 does."""
_SHORT_WORDS = 5
"""An answer of fewer words must stand in the reply."""
_SHORT_PARTS = 4
"""The same for Chinese, in parts between commas."""
_NUMBER = re.compile(r"\d+")
_TEXT_COMMAND = re.compile(r"\\text\{([^{}]*)\}")
_SEPARATORS = ("", ".", ". ", ",", ", ", "、", ";", "; ", " ", "和")
"""Between the letters of an answer with several choices."""


class VqaForm(StrEnum):
    """Which function of `eval_scripts/vqa_metric.py` is meant."""

    ENGLISH = "en"
    """`vqa_evaluation`: case folded."""
    CASE_SENSITIVE = "case sensitive"
    """`vqa_evaluation_case_sensitive`, for questions whose `eval` says so."""
    CHINESE = "cn"
    """`cn_vqa_evaluation`: case folded, blanks dropped, length in parts between commas."""


def vqa_score(prediction: str, answers: Sequence[str], form: VqaForm = VqaForm.ENGLISH) -> float:
    """Best score over accepted answers, 0 to 1 (Fu et al. 2025; `eval_scripts/vqa_metric.py`).

    A short answer must stand in the reply; a longer one scores its normalised edit similarity from 0.5 on.
    """
    reply = _folded(prediction, form)
    return max((_answer_score(reply, _folded(answer, form), form) for answer in answers), default=0.0)


def choice_correct(prediction: str, answer: str) -> bool:
    """Whether the letters of the reply, all else left out, are the answer (`eval` = `multiple choice`)."""
    return "".join(filter(str.isalpha, prediction)) == answer


def handwritten_choice_correct(prediction: str, answer: str) -> bool:
    """Whether the answer stands in the reply, the letters of several choices parted in any of ten ways.

    For `handwritten answer extraction cn` where the question asks for no short answer.
    """
    return any(separator.join(answer) in prediction for separator in _SEPARATORS)


def exact_count_correct(prediction: str, answers: Sequence[str]) -> bool:
    """`text counting en` with `eval` = `exact match`: whether an answer stands in the reply as it is written."""
    return any(answer.lower().strip().replace("\n", " ") in prediction for answer in answers)


def count_score(prediction: str, answers: Sequence[str]) -> float:
    """`text counting en` with `eval` = `regression`: 1 less the relative error where that is under 0.5, else 0.

    The first whole number of the reply counts; a reply without one, or that says 0, scores 0.

    Raises:
        ValueError: when an answer is no whole number.
    """
    found = _NUMBER.search(prediction)
    number = int(found.group()) if found else 0
    best = 0.0
    for answer in map(int, answers):
        if 0 < number < 2 * answer:
            similarity = 1 - abs(number - answer) / answer
            best = max(best, similarity if similarity > _LEAST else 0.0)
    return best


def formula_correct(prediction: str, answers: Sequence[str], *, is_chinese: bool = False) -> bool:
    r"""Whether a formula stands in the reply, blanks dropped; in Chinese questions `\text{}` is unwrapped first."""

    def plain(text: str) -> str:
        unwrapped = _TEXT_COMMAND.sub(r"\1", text) if is_chinese else text
        return unwrapped.strip().replace("\n", "").replace(" ", "")

    return any(plain(answer) in plain(prediction) for answer in answers)


def fields_score(prediction: Mapping[str, str], answers: Mapping[str, Sequence[str]]) -> float:
    """Share of fields that agree, 0 to 1 (`compute_f1_score` over `generate_combinations`, `TEDS_metric.py`).

    Despite its name the official figure is a mean over all fields of either side, each 1 or 0: a field too many costs
    as much as one missing. Case and blanks are dropped. Where fields accept several values the best combination
    counts, which is to take the values field by field.

    Args:
        prediction: Fields as read from the reply.
        answers: Accepted values of each field of the truth.
    """
    keys = prediction.keys() | answers.keys()
    if not keys:
        return 0.0
    right = sum(
        any(_tight(prediction[key]) == _tight(value) for value in answers[key])
        for key in prediction.keys() & answers.keys()
    )
    return right / len(keys)


def _answer_score(reply: str, answer: str, form: VqaForm) -> float:
    is_short = len(answer.split(",")) < _SHORT_PARTS if form is VqaForm.CHINESE else len(answer.split()) < _SHORT_WORDS
    if is_short:
        return float(answer in reply)
    similarity = Levenshtein.normalized_similarity(reply, answer)
    return similarity if similarity >= _LEAST else 0.0


def _folded(text: str, form: VqaForm) -> str:
    plain = text.strip().replace("\n", " ")
    if form is VqaForm.CASE_SENSITIVE:
        return plain
    return plain.lower().replace(" ", "") if form is VqaForm.CHINESE else plain.lower()


def _tight(text: str) -> str:
    return "".join(text.lower().replace("\n", " ").strip().split(" "))
