"""MMLongBench-Doc's score of an answer by its format, and the accuracy and F1 of a set."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from docai.evaluation.metrics.anls import AnlsRule, anls
from docai.evaluation.metrics.python_literals import literal_of

_UNITS = ("miles", "mile", "million")
"""Words that `get_clean_string` means to cut from the end of an answer."""
_BRACKETED = re.compile(r"\s*\([^)]*\)")
_OUTER_QUOTE = re.compile(r"^['\"]|['\"]$")
_VERBATIM = re.compile(
    r"\d+(?:[-\s]\d+)?|\d{4}[-\s]\d{2}(?:[-\s]\d{2})?|[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,}", re.IGNORECASE
)
"""Telephone numbers, dates and addresses, which are right or wrong as a whole."""


class AnswerFormat(StrEnum):
    """As the data set names them."""

    INT = "Int"
    FLOAT = "Float"
    STR = "Str"
    LIST = "List"
    NONE = "None"
    """The document does not answer; the truth is `Not answerable`."""


class MmLongBenchRule(StrEnum):
    """How the slips of the official script are taken."""

    OFFICIAL = "official"
    """As `eval/eval_score.py` does: units at the end stay, since the script drops the result of its strip, and an `Int`
    with a currency sign or a per cent sign is wrong."""
    INTENDED = "intended"
    """As it means to: `mile`, `miles` and `million` are cut, and `Int` answers are cleaned like `Float` ones."""


class MmLongBenchFigures(BaseModel):
    """Figures of a set, each 0 to 1."""

    model_config = ConfigDict(frozen=True)

    accuracy: float
    """Mean score of all questions."""
    f1: float
    """Of mean scores over answerable and over answered questions."""


def mmlongbench_score(
    truth: str, prediction: str, answer_format: AnswerFormat, rule: MmLongBenchRule = MmLongBenchRule.OFFICIAL
) -> float:
    """Score of one extracted answer, 0 to 1 (Ma et al., NeurIPS 2024; `eval_score` of `eval/eval_score.py`).

    Integers are equal as integers. Numbers are within 1 % or equal when rounded, also a hundred times more or less, for
    percentages. Texts are scored by ANLS, addresses and dates by equality. Lists of the same length are sorted and
    scored by their worst entry. A prediction that cannot be read scores 0, where the script would stop.

    Args:
        truth: Answer of the data set; lists as Python writes them.
        prediction: The answer, after extraction from a longer reply; a list that is not Python is cut at its commas.
        answer_format: Of the truth.
        rule: What is done about the script's slips.
    """
    if answer_format is AnswerFormat.INT:
        return float(_same_int(truth, prediction, rule))
    if answer_format is AnswerFormat.FLOAT:
        return float(_same_float(_cleaned(truth, rule), _cleaned(prediction, rule)))
    if answer_format is AnswerFormat.LIST:
        return _list_score(truth, prediction, rule)
    one, other = _cleaned(truth, rule), _cleaned(prediction, rule)
    return float(one == other) if _is_verbatim(one) else anls(other, [one], AnlsRule.MMLONGBENCH)


def mmlongbench_figures(outcomes: Iterable[tuple[float, bool, bool]]) -> MmLongBenchFigures:
    """Accuracy and F1 over a set (`eval_acc_and_f1` of the same script).

    Args:
        outcomes: For each question its score, whether it is answerable, and whether it was declined.

    Raises:
        ValueError: when there are no questions.
    """
    questions = list(outcomes)
    if not questions:
        raise ValueError("figures need at least one question")
    hits = math.fsum(score for score, is_answerable, _ in questions if is_answerable)
    both = sum(is_answerable for _, is_answerable, _ in questions) + sum(not declined for *_, declined in questions)
    accuracy = math.fsum(score for score, *_ in questions) / len(questions)
    return MmLongBenchFigures(accuracy=accuracy, f1=2 * hits / both if both else 0.0)


def _cleaned(text: str, rule: MmLongBenchRule) -> str:
    plain = text.lower().strip()
    if rule is MmLongBenchRule.INTENDED:
        for unit in _UNITS:
            plain = plain.removesuffix(unit).strip()
    plain = _BRACKETED.sub("", plain).strip()
    plain = _OUTER_QUOTE.sub("", plain).strip()
    return plain.lstrip("$").strip().rstrip("%").strip()


def _is_verbatim(text: str) -> bool:
    return (
        "https://" in text
        or text.endswith((".py", "ipynb"))
        or text.startswith("page")
        or "a.m." in text
        or "p.m." in text
        or bool(_VERBATIM.fullmatch(text))
    )


def _same_int(truth: str, prediction: str, rule: MmLongBenchRule) -> bool:
    try:
        if rule is MmLongBenchRule.OFFICIAL:
            return int(truth) == int(float(prediction))
        return int(float(_cleaned(truth, rule))) == int(float(_cleaned(prediction, rule)))
    except (ValueError, OverflowError):
        return False


def _same_float(truth: str, prediction: str) -> bool:
    try:
        want, got = float(truth), float(prediction)
    except ValueError:
        return False
    return any(_is_near(each, got) for each in (want / 100, want, want * 100))


def _is_near(want: float, got: float) -> bool:
    decimals = max(min(_decimals(want), _decimals(got)), 2)
    return math.isclose(want, got, rel_tol=0.01) or round(got, decimals) == round(want, decimals)


def _decimals(number: float) -> int:
    _, mark, behind = str(number).rpartition(".")
    return len(behind) if mark else 3


def _list_score(truth: str, prediction: str, rule: MmLongBenchRule) -> float:
    want = sorted(_cleaned(entry, rule) for entry in _entries(truth))
    got = sorted(_cleaned(entry, rule) for entry in _entries(prediction))
    if len(want) != len(got):
        return 0.0
    if want and (_is_number(want[0]) or _is_verbatim(want[0])):
        return float("-".join(want) == "-".join(got))
    pairs = zip(want, got, strict=True)
    return min((anls(other, [one], AnlsRule.MMLONGBENCH) for one, other in pairs), default=1.0)


def _entries(text: str) -> list[str]:
    if not text.strip().startswith("["):
        return [text]
    read = literal_of(text.strip())
    if read is None:
        return [entry.strip(" '\"") for entry in text.strip().strip("[]").split(",")]
    return [str(entry) for entry in read] if isinstance(read, list) else [str(read)]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
