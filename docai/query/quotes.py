"""Where a passage that a model quotes stands among a page's words, and how far the words agree with it."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from docai.domain.evidence import Evidence, Verdict
from docai.domain.geometry import Box
from docai.domain.words import PageWords, Witness, Word

NEAR = 88.0
"""Least similarity in percent (rapidfuzz's partial ratio) at which words are taken for a misread quote."""
_LEAST_NEAR_CHARACTERS = 8
"""A shorter quote is found as it stands, or not at all."""
_LEAST_INNER_CHARACTERS = 12
"""So is one that begins or ends within a word."""
MAX_QUOTE_CHARACTERS = 2000
_DASHES = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
_MARKS = {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00ad": None}
_ALIKE = str.maketrans({**_DASHES, **_MARKS})


@dataclass(frozen=True, slots=True)
class Located:
    """A quote on a page."""

    evidence: Evidence
    text: str
    """The page's own words."""


def locate(quote: str, words: PageWords | None, page_number: int, *, reader: str) -> Located | None:
    """Find a quote among a page's words; None where the page does not hold it.

    Args:
        quote: what is said to stand on the page.
        words: the page's.
        page_number: 1-based.
        reader: what quoted it: a model's name.
    """
    wanted = _plain(quote[:MAX_QUOTE_CHARACTERS])
    if words is None or not any(c.isalnum() for c in wanted):
        return None
    texts = tuple(word.text for word in words.words)
    line = _line_of(texts, is_folded=False)
    span, is_same = _exact(wanted, line), True
    if span is None:
        folded = _line_of(texts, is_folded=True)
        span, is_same = _exact(wanted.casefold(), folded), False
        if span is None:
            span = _near(wanted.casefold(), folded)
        line = folded
    if span is None:
        return None
    ids = tuple(range(line.word_at(span[0]), line.word_at(span[1] - 1) + 1))
    return _located(quote, words, ids, page_number, reader, is_same=is_same)


@dataclass(frozen=True, slots=True)
class _Line:
    """All words without the blanks between them."""

    text: str
    starts: tuple[int, ...]
    ends: frozenset[int]

    def word_at(self, place: int) -> int:
        """The word that a character belongs to."""
        return bisect_right(self.starts, place) - 1


@lru_cache(maxsize=64)
def _line_of(texts: tuple[str, ...], *, is_folded: bool) -> _Line:
    starts, parts, length = [], [], 0
    for text in texts:
        plain = _plain(text)
        plain = plain.casefold() if is_folded else plain
        starts.append(length)
        parts.append(plain)
        length += len(plain)
    return _Line("".join(parts), tuple(starts), frozenset((*starts[1:], length)))


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).translate(_ALIKE).split())


def _exact(wanted: str, line: _Line) -> tuple[int, int] | None:
    """The first place that begins and ends with words, punctuation apart; else, for long quotes, the first one."""
    inner: tuple[int, int] | None = None
    for start in _places(wanted, line.text):
        end = start + len(wanted)
        if _is_edge(line, start) and _is_edge(line, end):
            return start, end
        inner = inner or (start, end)
    return inner if len(wanted) >= _LEAST_INNER_CHARACTERS else None


def _places(wanted: str, text: str) -> Iterator[int]:
    start = text.find(wanted)
    while start >= 0:
        yield start
        start = text.find(wanted, start + 1)


def _is_edge(line: _Line, place: int) -> bool:
    """Whether a place lies between two words, or within one beside punctuation."""
    if place in line.ends or place == 0:
        return True
    before, after = line.text[place - 1], line.text[place]
    return not (before.isalnum() and after.isalnum())


def _near(wanted: str, line: _Line) -> tuple[int, int] | None:
    if len(wanted) < _LEAST_NEAR_CHARACTERS or len(wanted) > len(line.text):
        return None
    found = fuzz.partial_ratio_alignment(wanted, line.text, score_cutoff=NEAR)
    return (found.dest_start, found.dest_end) if found and found.dest_end > found.dest_start else None


def _located(
    quote: str, words: PageWords, ids: tuple[int, ...], page_number: int, reader: str, *, is_same: bool
) -> Located:
    seen: Sequence[Word] = [words.words[i] for i in ids]
    text = " ".join(word.text for word in seen)
    return Located(
        Evidence(
            reader=reader,
            witness=words.witness,
            verdict=_verdict(quote, text, words.witness, is_same=is_same),
            page_number=page_number,
            box=Box.around(word.box for word in seen),
            word_ids=ids,
            witness_text=text if text.split() != quote.split() else None,
            confidence=min(word.confidence for word in seen),
        ),
        text,
    )


def _verdict(quote: str, text: str, witness: Witness | None, *, is_same: bool) -> Verdict:
    if not is_same:
        return Verdict.CONFLICT
    if witness is Witness.OCR:
        return Verdict.OCR_AGREE
    return Verdict.EXACT if quote.split() == text.split() else Verdict.NORMALISED
