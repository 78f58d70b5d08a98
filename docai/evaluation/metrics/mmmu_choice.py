"""MMMU and MMMU-Pro: which letter of a multiple choice a reply names."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from random import Random

_MARKS = (",", ".", "!", "?", ";", ":", "'")
"""Stripped from both ends of a reply, in this order."""
_FEWEST_WORDS = 5
"""Option texts are only sought in replies of more words."""
_ANSWER = "Answer:"


class ChoiceRule(StrEnum):
    """Whose parser is followed."""

    MMMU = "mmmu"
    """`eval/eval_utils.py`: `(A)`, else `A` between blanks, else an option's text; of several the last."""
    MMMU_PRO = "mmmu_pro"
    """`mmmu-pro/evaluate.py`: first the one letter that stands anywhere behind the last `Answer:`; then `(A)`, `A`
    before a blank whatever stands before it, `A.`, and an option's text."""


def parse_choice(
    response: str, options: Mapping[str, str], rule: ChoiceRule = ChoiceRule.MMMU, fallback: Random | None = None
) -> str | None:
    """The letter that a reply names, or None where it names none and nothing is guessed.

    The official scripts draw a letter at random from a generator seeded with 42 where they find none: four options give
    a system that never answers 25 %. With `fallback` that is repeated; without it, the strict variant, such a reply
    is wrong. Strict also ranks several letters by where they stand in the form in which they were found, while
    MMMU-Pro's script looks for `A` between blanks and takes the first option where there is no such.

    Args:
        response: The whole reply.
        options: Text of each option by its letter, in order.
        rule: Whose parser is followed.
        fallback: One generator for a whole run, `Random(42)` to repeat the scripts; None never guesses.

    Raises:
        ValueError: when there are no options.
    """
    if not options:
        raise ValueError("a multiple choice needs options")
    if rule is ChoiceRule.MMMU_PRO and (letter := _behind_answer(response, options)):
        return letter
    text = response
    for mark in _MARKS:
        text = text.strip(mark)
    text = f" {text} "
    letter = _letter(text, options, rule, is_strict=fallback is None)
    if letter is None and len(text.split()) > _FEWEST_WORDS:
        letter = _last(text.lower(), {letter: option.lower() for letter, option in options.items()})
    if letter is None and fallback is not None:
        return fallback.choice(list(options))
    return letter


def _behind_answer(response: str, options: Mapping[str, str]) -> str | None:
    _, mark, behind = response.rpartition(_ANSWER)
    named = [letter for letter in options if letter in behind]
    return named[0] if mark and len(named) == 1 else None


def _letter(text: str, options: Mapping[str, str], rule: ChoiceRule, *, is_strict: bool) -> str | None:
    """The last letter in the first form in which any is found."""
    forms = ("({})", " {} ") if rule is ChoiceRule.MMMU else ("({})", "{} ", "{}.")
    for form in forms:
        found = [letter for letter in options if form.format(letter) in text]
        if found:
            ranked_by = form if is_strict or form == "({})" else " {} "
            return max(found, key=lambda letter: text.rfind(ranked_by.format(letter)))
    return None


def _last(text: str, sought: Mapping[str, str]) -> str | None:
    found = [letter for letter, option in sought.items() if option in text]
    return max(found, key=lambda letter: text.rfind(sought[letter]), default=None)
