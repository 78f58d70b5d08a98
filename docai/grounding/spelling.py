"""When two texts are the same characters: Unicode, ligatures, hyphens, white space, marks in numbers, and case."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from docai.grounding.numbers import quantity_of, same_number

_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
_QUOTES = str.maketrans("\u2018\u2019\u201c\u201d", "''\"\"")
_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_RAISED = re.compile(r"(?<=\d)[\u00b2\u00b3\u00b9\u2070-\u2079]")
"""A raised digit behind a digit: a note, or a power."""
_LETTERS = re.compile(r"[^\W\d_]+")
_ORNAMENT = re.compile(r"[.\u2026\u00b7_\u2013\u2014-]{3,}|[\u2022\u25e6\u25aa\u25ab\u2023\u25cf\u25cb\u25a0\u25a1|]")
_OF_NO_WEIGHT = re.compile(
    r"(?<!\d)[^\w\s$\u20ac\u00a3\u00a5%&+-]|[^\w\s$\u20ac\u00a3\u00a5%&+-](?!\d)|(?<!\s)-(?!\d)|(?<=[^\W\d])-|_"
)
"""Signs that are not between digits and say nothing of a number; a hyphen, unless it stands before one."""
_WORD = 4
"""Letters from which on a run of them is a word, which may be printed in capitals; `mW` and `MW` are two units."""
_LIKE = """
0OoD\u041e\u043e\u039f\u03bf 1Il|i!\u0406\u0456\u0399 2Zz 5Ss\u0405\u0455 6G 8B\u0412\u0392 9gq a\u0430\u0410A\u0391
c\u0441\u0421C e\u0435\u0415E\u0395 h\u041dH\u0397 k\u043a\u041aK\u039a m\u041cM\u039c p\u0440\u0420P\u03a1
t\u0422T\u03a4 x\u0445\u0425X\u03a7 y\u0443\u0423Y\u03a5
"""
"""Digits, Latin, Cyrillic and Greek letters that look alike; the commonest of Unicode TR 39, Confusable Detection."""
_LOOKALIKES = {ord(character): group[0] for group in _LIKE.split() for character in group}


@lru_cache(maxsize=16384)
def normalised(text: str) -> str:
    """The characters that matter: no white space, control characters, ligatures, thousands marks, hyphens in words."""
    tight = "".join(text.split())
    if not tight.isprintable():
        tight = "".join(c for c in tight if unicodedata.category(c) not in {"Cc", "Cf"})
    if not tight.isascii():
        plain = unicodedata.normalize("NFKC", tight.replace("\u00ad", "")).translate(_DASHES).translate(_QUOTES)
        tight = "".join(plain.split())
    if "-" in tight:
        tight = _HYPHEN.sub("", tight)
    return _THOUSANDS.sub("", tight) if "," in tight else tight


def is_ornament(text: str) -> bool:
    """Whether a printed word is a leader, a rule or a bullet, which a reader may leave out."""
    return _ORNAMENT.fullmatch(text) is not None


def is_same(said: str, heard: str) -> bool:
    """Whether what was said is what was heard, in whatever spelling: as characters, as a number, or in another case.

    A raised digit may be said where a plain one was heard, for text layers lose the raising, and not the other way
    round: `12` with the note 2 must not pass for 122.
    """
    one, other = normalised(said), normalised(heard)
    if one == other:
        return not has_raised(heard) or has_raised(said)
    if one.casefold() == other.casefold() and _differ_in_words_only(one, other):
        return True
    return same_number(said, heard)


def has_raised(text: str) -> bool:
    """Whether a text has a raised digit behind another."""
    return not text.isascii() and _RAISED.search(text) is not None


def is_same_in_scan(said: str, heard: str) -> bool:
    """Whether OCR heard what was said, but for what it gets wrong most: capitals, stops, brackets and other marks.

    Signs before numbers, marks between digits, currencies and percents must be the same.
    """
    if is_same(said, heard):
        return True
    if quantity_of(said) is not None and quantity_of(heard) is not None:
        return False
    return key_in_scan(said) == key_in_scan(heard)


def looks_alike(said: str, heard: str) -> bool:
    """Whether two texts differ in nothing but letters and digits that look alike, such as O and 0."""
    return normalised(said).translate(_LOOKALIKES).casefold() == normalised(heard).translate(_LOOKALIKES).casefold()


@lru_cache(maxsize=16384)
def key_in_scan(text: str) -> str:
    """What two readings of a scanned word have in common: letters, digits, and signs that weigh."""
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES).casefold()
    return "".join(_OF_NO_WEIGHT.sub("", plain).split())


def _differ_in_words_only(one: str, other: str) -> bool:
    """Whether texts that are equal but for case differ in it only in words."""
    if len(one) != len(other):
        return False
    runs = ((run.group(), other[run.start() : run.end()]) for run in _LETTERS.finditer(one))
    return all(run == same or len(run) >= _WORD for run, same in runs)
