"""What a text claims, taken apart so that it can be looked for elsewhere: its words, numbers and units."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from docai.grounding.numbers import quantity_of, same_number

_TOKEN = re.compile(
    r"(?P<number>(?<![^\W_])(?:\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?![^\W_])(?:[.,]\d+)?|\d+(?:[.,'\u2019]\d+)*))"
    r"|(?P<word>[^\W_]+)|(?P<sign>[$\u20ac\u00a3\u00a5\u20b9%\u2030\u00b0])"
)
_APART = re.compile(r"[ \u00a0\u202f]")
_MINUS = frozenset({"-", "\u2212", "\u2013"})
_CURRENCIES = "$\u20ac\u00a3\u00a5\u20b9"
_SCALES = {
    **dict.fromkeys(("thousand", "thousands", "tsd", "k"), 10**3),
    **dict.fromkeys(("million", "millions", "mn", "mio", "m", "millionen"), 10**6),
    **dict.fromkeys(("billion", "billions", "bn", "mrd", "b", "milliarden", "milliards"), 10**9),
}
_UNITS = {
    **dict.fromkeys(("percent", "pct", "prozent", "percentage"), "%"),
    **dict.fromkeys(("usd", "dollar", "dollars"), "$"),
    **dict.fromkeys(("eur", "euro", "euros"), "\u20ac"),
    **dict.fromkeys(("gbp", "pound", "pounds", "sterling"), "\u00a3"),
    **dict.fromkeys(("jpy", "yen"), "\u00a5"),
    **dict.fromkeys(("inr", "rupee", "rupees"), "\u20b9"),
}
_LOOSE_WORDS = "a an the and or of in at on to for by is are was were it its approximately about"
_LOOSE = frozenset(_LOOSE_WORDS.split())
"""English words that an answer may say around what it takes from a page."""
_DOWNWARD_WORDS = """
loss losses decrease decreased decline declined drop dropped fall fell deficit down reduction reduced negative lower
less minus
"""
_DOWNWARDS = frozenset(_DOWNWARD_WORDS.split())
"""With one of these, a number without a sign says what a negative one does."""
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Scripts that are written without spaces, in which words cannot be told apart by them."""
_LEAST_SQUEEZED = 6
"""Shorter texts are not looked for across the gaps between words."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is printed."""

    text: str
    """Its digits and marks, without sign and unit."""
    signs: frozenset[int]
    """1, -1, or both where brackets may be an accountant's minus or not."""
    scale: int
    """1, or what a word such as `million` behind it multiplies it by."""
    is_group: bool = False
    """Whether it may be only some digits of the number before it, which blanks part."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A text, taken apart."""

    text: str
    numbers: tuple[Number, ...]
    words: frozenset[str]
    """Case-folded; scales and names of currencies are no words."""
    units: frozenset[str]
    """Signs of currencies, `%` and the like, however they are written."""
    scales: frozenset[int]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it to look for."""
        return not (self.numbers or self.words or self.units)


def claim_of(text: str) -> Claim:
    """Take a text apart."""
    plain = unicodedata.normalize("NFKC", text).replace("\u00ad", "").replace("US$", "$").replace("per cent", "percent")
    numbers: list[Number] = []
    words: set[str] = set()
    units: set[str] = set()
    scales: set[int] = set()
    latest, end = 0, -1
    for match in _TOKEN.finditer(plain):
        if match["number"]:
            latest, end = len(numbers), match.end()
            numbers += _numbers(plain, match)
            continue
        word = (match["word"] or match["sign"]).casefold()
        is_behind = end >= 0 and not plain[end : match.start()].strip()
        if word in _SCALES and (is_behind or len(word) > 2):
            scales.add(_SCALES[word])
            if is_behind:
                numbers[latest:] = [replace(number, scale=_SCALES[word]) for number in numbers[latest:]]
        elif match["sign"] or word in _UNITS:
            units.add(_UNITS.get(word, word))
        else:
            words.add(word)
    return Claim(plain, tuple(numbers), frozenset(words), frozenset(units), frozenset(scales))


def joined(claims: Iterable[Claim]) -> Claim:
    """Several texts as one."""
    found = list(claims)
    return Claim(
        "\n".join(each.text for each in found),
        tuple(number for each in found for number in each.numbers),
        frozenset().union(*(each.words for each in found)),
        frozenset().union(*(each.units for each in found)),
        frozenset().union(*(each.scales for each in found)),
    )


def missing_in(claim: Claim, passage: Claim) -> str | None:
    """What of a claim a passage does not say, such as `the figure 12`; None where it says all of it."""
    if claim.is_empty:
        return None if claim.text.strip() and claim.text.strip() in passage.text else "the answer"
    if _says_squeezed(claim, passage):
        return None
    left = list(passage.numbers)
    says_less = bool(claim.words & _DOWNWARDS)
    is_turned = False
    for number in (each for each in claim.numbers if not each.is_group):
        found = _find(number, left, passage, says_less=says_less)
        if found is None:
            return f"the figure {number.text}"
        is_turned |= not (number.signs & found.signs)
        left.remove(found)
    if lacking := sorted(claim.units - passage.units):
        return f"the unit {lacking[0]}"
    if claim.scales - passage.scales - {number.scale for number in claim.numbers}:
        return "the unit"
    wanted = claim.words - _LOOSE or claim.words
    # The word that stands for the minus need not be printed beside it.
    lacking = sorted(wanted - passage.words - (_DOWNWARDS if is_turned else frozenset()))
    return f"the word {lacking[0]!r}" if lacking else None


def _numbers(text: str, match: re.Match[str]) -> Iterator[Number]:
    """A number, and also its groups where blanks between them may part columns."""
    signs = _signs(text[: match.start()], text[match.end() :])
    whole = match["number"]
    yield Number(whole, signs, 1)
    if _APART.search(whole):
        for part in _APART.split(whole):
            yield Number(part, frozenset({1}), 1, is_group=True)


def _signs(before: str, behind: str) -> frozenset[int]:
    """What a number's sign may be: brackets, and dashes that stand apart or behind a number, may be one or not."""
    near = before.rstrip(_CURRENCIES)
    apart = near.rstrip()
    if apart[-1:] == "(":
        return frozenset({1, -1} if behind.lstrip(_CURRENCIES + " %\u2030")[:1] == ")" else {1})
    if apart[-1:] not in _MINUS or apart[-2:-1].isalnum():
        return frozenset({1})
    is_sign = near[-1:] in _MINUS and not apart[:-1].rstrip()[-1:].isdigit()
    return frozenset({-1} if is_sign else {1, -1})


def _find(said: Number, left: Sequence[Number], passage: Claim, *, says_less: bool) -> Number | None:
    """The number of a passage that says the same, with the same sign before one without."""
    same = [number for number in left if _is_same(said, number, passage)]
    found = next((number for number in same if number.signs & said.signs), None)
    if found is None and says_less and said.signs == {1}:
        return next(iter(same), None)
    return found


def _is_same(said: Number, printed: Number, passage: Claim) -> bool:
    """Whether two numbers are the same, sign apart."""
    if said.text == printed.text or same_number(said.text, printed.text):
        return said.scale in {1, printed.scale} or (printed.scale == 1 and said.scale in passage.scales)
    if said.scale == printed.scale:
        return False
    one, other = quantity_of(said.text), quantity_of(printed.text)
    return one is not None and other is not None and one.value * said.scale == other.value * printed.scale


def _says_squeezed(claim: Claim, passage: Claim) -> bool:
    """Whether a passage says the claim's characters one after the other, however they are spaced or hyphenated.

    A claim of digits alone is looked for number by number: across gaps, digits of two columns would join.
    """
    if not claim.words:
        return False
    wanted, (text, edges) = squeezed(claim.text)[0], squeezed(passage.text)
    if _UNSPACED.search(wanted):
        return wanted in text
    if len(wanted) < _LEAST_SQUEEZED:
        return False
    start = text.find(wanted)
    while start >= 0:
        if start in edges and start + len(wanted) in edges:
            return True
        start = text.find(wanted, start + 1)
    return False


def squeezed(text: str) -> tuple[str, frozenset[int]]:
    """A text without blanks and hyphens, case-folded, and the places at which its words begin and end."""
    edges, length, parts = {0}, 0, []
    for word in re.findall(r"[^\W_]+|[^\w\s]", text.casefold()):
        if word in "-\u2010\u2011":
            continue
        parts.append(word)
        length += len(word)
        edges.add(length)
    return "".join(parts), frozenset(edges)
