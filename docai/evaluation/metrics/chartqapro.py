"""ChartQAPro's relaxed accuracy: lists entry by entry, years exact, numbers within 5 %, texts by ANLS."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from docai.evaluation.metrics.anls import AnlsRule, anls
from docai.evaluation.metrics.python_literals import literal_of

_TOLERANCE = 0.05
"""Relative to the truth (Masry et al., Findings of ACL 2025)."""
_UNQUOTED = re.compile(r"(?<!['\w])(\w[^,]*?)(?!['\w])")
"""An entry of a list without quotes: the data set has such."""
_EXACT_KINDS = ("Fact Checking", "Multi Choice")
"""Question types whose answers are chosen and not written."""


class ChartQaProRule(StrEnum):
    """Whether answers that are chosen must be met exactly."""

    OFFICIAL = "official"
    """As `evaluate_predictions.py` runs: it works the switch out but does not hand it on, so that choices and verdicts
    are scored like other texts, by ANLS."""
    PAPER = "paper"
    """As the paper says: fact checking and multiple choice by equality."""


def chartqapro_score(
    truth: str,
    prediction: str,
    year_flags: Sequence[bool],
    question_type: str,
    rule: ChartQaProRule = ChartQaProRule.OFFICIAL,
) -> float:
    """Score of one answer, 0 to 1: the mean over the entries of the longer list, an entry without partner being 0.

    Signs of per cent are cut on both sides and so do not divide; against 0 only 0 is right. Full stops and line ends
    around both are cut, as the script does before.

    Args:
        truth: Last answer of the question; a list stands in square brackets, its entries quoted or not.
        prediction: The answer; only a list as Python writes it is read as one.
        year_flags: The column `Year`, whether each entry of the truth is a year, repeated where it is too short; of a
            conversation only the last counts.
        question_type: The column `Question Type`.
        rule: Whether choices are exact.

    Raises:
        ValueError: when there is no year flag.
    """
    if not year_flags:
        raise ValueError("a question needs at least one year flag")
    flags = [year_flags[-1]] if question_type == "Conversational" else list(year_flags)
    want = _entries(_requoted(truth.strip(".").strip("\n"))) or [truth.strip(".").strip("\n")]
    got = _entries(prediction.strip(".").strip("\n")) or [prediction.strip(".").strip("\n")]
    is_exact = rule is ChartQaProRule.PAPER and question_type in _EXACT_KINDS
    scores = [
        _entry_score(one, other, is_exact=is_exact or flags[i % len(flags)])
        for i, (one, other) in enumerate(zip(want, got, strict=False))
    ]
    return sum(scores) / max(len(want), len(got))


def _requoted(text: str) -> str:
    if not re.fullmatch(r"\[.*\]", text.strip()):
        return text
    requoted = "[" + _UNQUOTED.sub(r"'\1'", text.strip()[1:-1]) + "]"
    return requoted if literal_of(requoted) is not None else text


def _entries(text: str) -> list[str] | None:
    read = literal_of(text)
    return [str(entry).strip(" '") for entry in read] if isinstance(read, list) else None


def _entry_score(truth: str, prediction: str, *, is_exact: bool) -> float:
    if is_exact:
        return float(truth.strip().lower() == prediction.strip().lower())
    want, got = truth.strip().strip("%").strip(), prediction.strip().strip("%").strip()
    one, other = _number(want), _number(got)
    if one is None or other is None:
        return anls(got, [want], AnlsRule.PAPER)
    return float(other == 0 if one == 0 else abs(other - one) / abs(one) <= _TOLERANCE)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
