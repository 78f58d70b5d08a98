"""MMMU: whether a reply to an open question holds the answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

_INDICATORS = ("could be ", "so ", "is ", "thus ", "therefore ", "final ", "answer ", "result ")
"""Words behind which an answer is taken to stand; in the last line also `=`."""
_TRIVIAL = frozenset(":,.!?;'")
_GROUPED = re.compile(r"-?\b\d{1,3}(?:,\d{3})+\b")
_POWER = re.compile(r"-?\d+(?:\.\d+)?[eE][+-]?\d+")
_SIMPLE = re.compile(r"-?(?:\d+\.\d+|\.\d+|\d+\b)(?![eE][+-]?\d+)(?![,\d])")
_DECIMALS = 2
"""Numbers are equal when they are after rounding."""


def parse_open(response: str) -> frozenset[str | float]:
    """Texts and numbers that a reply may mean (`parse_open_response` of `eval/eval_utils.py`, Yue et al., CVPR 2024).

    Of each line, what stands behind the last of the words that announce an answer, the shortest such rest; the whole
    reply where no line has one; and all numbers in them. The script means to split at sentences too, but folds case
    before it looks for capitals, so that only line ends part.
    """
    lines = response.strip().strip(".").lower().split("\n")
    keys = [key for i, line in enumerate(lines) if (key := _key(line, is_last=i == len(lines) - 1))]
    keys = keys or ["\n".join(lines)]
    numbers = [number for key in keys for form in (_GROUPED, _POWER, _SIMPLE) for number in form.findall(key)]
    return frozenset(each for text in [*keys, *numbers] for each in _normal(text))


def open_correct(response: str, answers: Sequence[str]) -> bool:
    """Whether a reply is right: a number equals an answer's to two decimals, or a text holds an answer's.

    An answer of one letter must have a blank on one side (`eval_open` and `normalize_str` of the same script).
    """
    accepted = [each for answer in answers for each in _normal(answer)]
    return any(_matches(given, accepted) for given in parse_open(response))


def _key(line: str, *, is_last: bool) -> str | None:
    """The shortest rest behind an indicator; None where there is none that says anything."""
    indicators = (*_INDICATORS, "=") if is_last else _INDICATORS
    shortest = ""
    for rest in (line.rsplit(each, 1)[-1].strip() for each in indicators if each in line):
        if not shortest or len(rest) < len(shortest):
            shortest = rest
    return shortest if shortest and shortest not in _TRIVIAL else None


def _normal(text: str) -> list[str | float]:
    plain = text.strip()
    try:
        return [round(float(plain.replace(",", "")), _DECIMALS)]
    except ValueError:
        folded = plain.lower()
        return [f" {folded}", f"{folded} "] if len(folded) == 1 else [folded]


def _matches(given: str | float, accepted: list[str | float]) -> bool:
    if isinstance(given, str):
        return any(isinstance(answer, str) and answer in given for answer in accepted)
    return given in accepted
