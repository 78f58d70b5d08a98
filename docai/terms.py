"""Text to terms: what BM25 counts, and what query weights are of."""

from __future__ import annotations

import math
import re
import threading
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

_ENGLISH = (
    "a about above after again all also am an and any are as at be because been before being below between both but by "
    "can could did do does doing down during each else few for from further had has have having he her here hers him "
    "his how i if in into is it its just me might more most must my no nor not of off on once only or other our ours "
    "out over own per please same shall she should so some such than that the their theirs them then there these they "
    "this those through to too under until up upon very was we were what when where which while who whom whose why "
    "will with would you your yours"
)
STOP_WORDS = frozenset(_ENGLISH.split())
"""English function words: a closed class of grammar, so the list needs no corpus."""

_NUMBER = r"\d+(?:[.,']\d+)*"
_CJK = r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af]+"
_LETTERS = r"[^\W\d_\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af]"
_TOKEN = re.compile(
    rf"(?P<cjk>{_CJK})|(?P<number>{_NUMBER}(?!\w))|(?P<word>(?:{_LETTERS}|\d)(?:{_LETTERS}|[\u0300-\u036f\d])*)"
)
_THOUSANDS = re.compile(r"\d{1,3}(?P<mark>[,'])\d{3}(?:(?P=mark)\d{3})*(?:\.\d+)?")
_POSSESSIVE = re.compile(r"(?<=\w)[']s\b")

_stemmers = threading.local()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text that can be looked for."""

    surface: str
    """Normalised and case-folded, otherwise as it stands."""
    term: str
    """The surface's stem, under which it is counted."""

    @property
    def is_stop_word(self) -> bool:
        """Whether the token is grammar rather than content."""
        return self.surface in STOP_WORDS


@lru_cache(maxsize=100_000)
def tokens(text: str) -> tuple[Token, ...]:
    """Tokens in the order of the text: words, numbers without thousands marks, and pairs of CJK characters."""
    found: list[Token] = []
    for match in _TOKEN.finditer(_POSSESSIVE.sub("", _plain(text))):
        surface = match.group()
        if match.lastgroup == "cjk":
            found += [Token(pair, pair) for pair in _pairs(surface)]
        elif match.lastgroup == "number":
            found += [Token(number, number) for number in _numbers(surface)]
        else:
            found.append(Token(surface, _stem(surface)))
    return tuple(found)


def content_tokens(text: str) -> list[Token]:
    """Tokens in the order of the text, stop words left out: what pages are found by."""
    return [token for token in tokens(text) if not token.is_stop_word]


def terms(text: str) -> list[str]:
    """Terms of the content tokens, in the order of the text."""
    return [token.term for token in content_tokens(text)]


def idf(frequencies: Mapping[str, int], n_pages: int, wanted: Iterable[str]) -> dict[str, float]:
    """Inverse document frequency of each wanted term, as in BM25; always positive.

    Args:
        frequencies: On how many pages each term stands; a term that is left out stands on none.
        n_pages: How many pages there are.
        wanted: The terms to weigh.

    Returns:
        ln(1 + (N - n + 0.5) / (n + 0.5)): Robertson and Zaragoza 2009, with Lucene's 1 that keeps it positive.
    """
    return {
        term: math.log(1 + (n_pages - min(n, n_pages) + 0.5) / (n + 0.5))
        for term in dict.fromkeys(wanted)
        for n in [frequencies.get(term, 0)]
    }


def _plain(text: str) -> str:
    """NFKC, case-folded, with straight apostrophes."""
    return unicodedata.normalize("NFKC", text).replace("\u2019", "'").casefold()


def _pairs(characters: str) -> list[str]:
    """Overlapping pairs: CJK is written without spaces, and most words have two characters."""
    if len(characters) == 1:
        return [characters]
    return [characters[i : i + 2] for i in range(len(characters) - 1)]


def _numbers(text: str) -> list[str]:
    """`1,234.5` is 1234.5; digits joined by marks that do not part thousands part it, except a point."""
    if _THOUSANDS.fullmatch(text):
        return [re.sub(r"[,']", "", text)]
    return re.split(r"[,']", text)


def _stem(word: str) -> str:
    """The English Snowball stem of a Latin word; other scripts and codes with digits stay as they are."""
    if not word.isascii() or not word.isalpha():
        return word
    stemmer = getattr(_stemmers, "english", None)
    if stemmer is None:
        # A stemmer is not thread-safe, so each thread has its own.
        stemmer = _stemmers.english = Stemmer.Stemmer("english")
    return str(stemmer.stemWord(word))
