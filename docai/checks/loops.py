"""Signs that a model's text is not a reading: it runs in circles at its end, or repeats what it was asked."""

from __future__ import annotations

import re

MAX_UNIT = 400
"""Longest piece of text, characters, whose repetition is noticed: a row of a wide table, or a short paragraph."""
MIN_SPAN = 320
"""Shorter repetitions are print: leaders, rules, rows of empty cells. The figure is that of docling's
`TailRepetitionStopper` (docling 2.143, `min_span`)."""
MIN_REPEATS = 8
"""Fewer may be print as well: rows of a form that nobody filled in."""
_END = 20
"""Characters at the end of a circle, which come again with each of its turns."""
_SHORT_UNIT = 2
_SHORT_SPAN = 1200
"""Of one or two characters: a line of dots from margin to margin has some 200, and several may follow on another."""
_CLOSING = re.compile(r"(?:\s|</[^<>]{1,40}>|[\]})\"'`]){1,40}\Z")
"""What closes a text although it ran in circles before."""
_CELL_TAGS = frozenset({"<ecel>", "<fcel>", "<lcel>", "<ucel>", "<xcel>", "<nl>", "<td>", "</td>", "<tr>", "</tr>"})
"""Tables that are mostly empty repeat these and white space only."""
_TAG = re.compile(r"</?[a-z]{2,5}>")

_WORD = re.compile(r"\w+")
_SHINGLE = 8
"""So many words in a row are no coincidence."""
_LEAKED_SHARE = 0.3
"""A reading may share a phrase with the prompt, but not this much of it."""


def runs_in_circles(text: str) -> bool:
    """Whether a text ends in a piece that it repeats again and again, however it is closed afterwards.

    Rows of empty table cells are no circles, long as they may be: `MIN_SPAN` counts what is printed in them.
    """
    tail = _CLOSING.sub("", text)[-MAX_UNIT * MIN_REPEATS * 2 :]
    # What ends most texts ends them once: that is told at once.
    if tail.count(tail[-_END:]) < MIN_REPEATS - 1:
        return False
    return any(_is_circle(tail, unit, span) for unit, span in _periods(tail))


def leaks_prompt(prompt: str, text: str, on_page: str = "") -> bool:
    """Whether a text says what was asked instead of what is seen.

    Args:
        prompt: what the model was told.
        text: what it said.
        on_page: the page's own words: what they share with the prompt is no leak.
    """
    if text.strip() == prompt.strip() != "":
        return prompt.strip() not in on_page
    asked = _shingles(prompt) - _shingles(on_page)
    return bool(asked) and len(asked & _shingles(text)) / len(asked) >= _LEAKED_SHARE


def _is_circle(tail: str, unit: int, span: int) -> bool:
    repeated = tail[-unit:]
    if len(set(repeated)) <= _SHORT_UNIT or unit <= _SHORT_UNIT:
        return span >= _SHORT_SPAN
    tags = set(_TAG.findall(repeated))
    if tags and tags <= _CELL_TAGS:
        printed = len(_TAG.sub("", repeated).strip())
        return printed > 0 and span // unit >= MIN_REPEATS and printed * (span // unit) >= MIN_SPAN
    return span >= MIN_SPAN and span // unit >= MIN_REPEATS


def _periods(tail: str) -> list[tuple[int, int]]:
    """Every length of a unit that the tail ends in repetitions of, with the length of the longest such end.

    By the prefix function of the reversed tail (Knuth, Morris and Pratt 1977): a prefix of length n has the period
    n - border(n).
    """
    backwards = tail[::-1]
    border = [0] * len(backwards)
    longest: dict[int, int] = {}
    for n in range(1, len(backwards)):
        k = border[n - 1]
        while k and backwards[n] != backwards[k]:
            k = border[k - 1]
        border[n] = k + (backwards[n] == backwards[k])
        period = n + 1 - border[n]
        if period <= MAX_UNIT and border[n] >= period:
            longest[period] = n + 1
    return list(longest.items())


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return {tuple(words[i : i + _SHINGLE]) for i in range(len(words) - _SHINGLE + 1)}
