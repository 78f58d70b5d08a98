"""Words of a text, as a bag and in their order, without regard to pages and blocks."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from docai.evaluation.metrics.precision_recall import PrecisionRecall

GRAM = 5
"""Words in a row by which a place in a text is known."""
_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af"
_WORD = re.compile(rf"[{_IDEOGRAPHS}]|[^\W{_IDEOGRAPHS}]+(?:[.,'/-][^\W{_IDEOGRAPHS}]+)*")
_PLAIN = str.maketrans(
    "\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00b5",
    "''''\"\"\"-------\u03bc",
    "\u00ad\u200b\ufeff\u2060",
)


def folded(text: str) -> str:
    """NFKC, one kind of quotes and dashes, single blanks, no regard to case."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_PLAIN).casefold().split())


def words_of(text: str) -> list[str]:
    """Folded words with the points, commas, dashes, slashes and apostrophes within them; each ideograph is one."""
    return _WORD.findall(folded(text))


def words_found(read: Sequence[str], truth: Sequence[str]) -> PrecisionRecall:
    """Words that two texts share, as multisets."""
    return PrecisionRecall(float((Counter(read) & Counter(truth)).total()), len(read), len(truth))


def block_places(read: Sequence[str], blocks: Sequence[Sequence[str]]) -> list[int | None]:
    """Where blocks stand in a text.

    Args:
        read: Words of the text.
        blocks: Words of each block.

    Returns:
        For each block the middle one of the places at which its runs of five words begin, of those that stand once in
        the text and once in all blocks; None where there is none, as for headings of fewer words.
    """
    at = _unique_grams(read)
    counts = Counter(gram for words in blocks for gram in _grams(words))
    places: list[int | None] = []
    for words in blocks:
        found = sorted(at[gram] for gram in _grams(words) if counts[gram] == 1 and gram in at)
        places.append(found[len(found) // 2] if found else None)
    return places


def order_kept(read: Sequence[str], truth: Sequence[str]) -> float | None:
    """How much of a text was read in its order: the longest rising run of places, by their number.

    Places are those of runs of five words that stand once in both texts, in the order of the truth (C. Schensted,
    "Longest increasing and decreasing subsequences", 1961). A page whose two columns were read line by line has hardly
    any such run; one whose columns were swapped keeps half.

    Returns:
        Above 0 to 1; None where fewer than three runs of words are shared.
    """
    at, wanted = _unique_grams(read), _unique_grams(truth)
    places = [at[gram] for gram in wanted if gram in at]
    if len(places) < 3:
        return None
    ends: list[int] = []
    for place in places:
        k = bisect_left(ends, place)
        ends[k : k + 1] = [place]
    return len(ends) / len(places)


def _grams(words: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(words[k : k + GRAM]) for k in range(len(words) - GRAM + 1)]


def _unique_grams(words: Sequence[str]) -> dict[tuple[str, ...], int]:
    """Places of the runs of words that stand once, in order."""
    grams = _grams(words)
    counts = Counter(grams)
    return {gram: place for place, gram in enumerate(grams) if counts[gram] == 1}
