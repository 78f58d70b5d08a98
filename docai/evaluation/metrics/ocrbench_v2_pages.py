"""OCRBench v2: score of a page or paragraph read, the mean of BLEU, METEOR, word F1 and edit similarity."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence

import Stemmer
from pydantic import BaseModel, ConfigDict
from rapidfuzz.distance import Levenshtein

_LONGEST_GRAM = 4
_ALPHA, _BETA, _GAMMA = 0.9, 3.0, 0.5
"""METEOR's weight of recall, power and weight of the penalty, as nltk has them (Lavie and Agarwal, WMT 2007)."""
_WORD = re.compile(r"[\u4e00-\u9fa5]|[^\s\u4e00-\u9fa5]+")

Tokens = Sequence[str]


class PageScores(BaseModel):
    """Parts of the score, each 0 to 1."""

    model_config = ConfigDict(frozen=True)

    bleu: float
    meteor: float
    f_measure: float
    """Of the sets of words, so that repeats count once."""
    similarity: float
    """1 less the normalised edit distance of the texts."""
    mean: float


def page_scores(prediction: str, truth: str) -> PageScores:
    """The four parts and their mean (`cal_per_metrics` of `eval_scripts/page_ocr_metric.py`, weighed in `eval.py`).

    Two parts differ from the official script, whose data are not part of this package: METEOR pairs equal words and
    equal stems but no synonyms of WordNet, and Chinese is cut into characters and not into jieba's words. An empty
    prediction scores 0.

    Raises:
        ValueError: when the truth is empty.
    """
    if not truth.strip():
        raise ValueError("a page score needs a truth that is not empty")
    if not prediction.strip():
        return PageScores(bleu=0.0, meteor=0.0, f_measure=0.0, similarity=0.0, mean=0.0)
    want, got = _WORD.findall(truth), _WORD.findall(prediction)
    parts = {
        "bleu": bleu(got, want),
        "meteor": meteor(got, want),
        "f_measure": 2 * len({*want} & {*got}) / (len({*want}) + len({*got})),
        "similarity": Levenshtein.normalized_similarity(prediction, truth),
    }
    return PageScores(**parts, mean=sum(parts.values()) / len(parts))


def bleu(prediction: Tokens, truth: Tokens) -> float:
    """BLEU-4 of one sentence without smoothing, 0 to 1 (Papineni et al., ACL 2002, section 2.3).

    nltk's `sentence_bleu` gives some 1e-77 where a length of n-grams has no match; here it is 0.
    """
    logs = []
    for n in range(1, _LONGEST_GRAM + 1):
        got, want = _grams(prediction, n), _grams(truth, n)
        matched = (got & want).total()
        if not matched:
            return 0.0
        logs.append(math.log(matched / got.total()))
    shortness = min(0.0, 1 - len(truth) / len(prediction))
    return math.exp(shortness + sum(logs) / _LONGEST_GRAM)


def meteor(prediction: Tokens, truth: Tokens) -> float:
    """METEOR of one sentence with equal words and equal stems, 0 to just under 1 (Lavie and Agarwal, WMT 2007).

    Words are folded in case and paired from the end, first equal ones and then equal stems (Porter), as in nltk. Equal
    texts of m words score 1 - 0.5 / m ** 3.
    """
    stem = Stemmer.Stemmer("porter").stemWord
    got, want = [word.lower() for word in prediction], [word.lower() for word in truth]
    pairs: dict[int, int] = {}
    for fold in (str, stem):
        _pair(got, want, pairs, fold)
    if not pairs:
        return 0.0
    precision, recall = len(pairs) / len(got), len(pairs) / len(want)
    mean = precision * recall / (_ALPHA * precision + (1 - _ALPHA) * recall)
    n_chunks = sum(pairs.get(i - 1, -2) != j - 1 for i, j in pairs.items())
    return mean * (1 - _GAMMA * math.pow(n_chunks / len(pairs), _BETA))


def _grams(words: Tokens, n: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def _pair(got: Tokens, want: Tokens, pairs: dict[int, int], fold: Callable[[str], str]) -> None:
    """Adds pairs of places whose folded words are equal, of those that have no partner yet."""
    taken = set(pairs.values())
    places: dict[str, list[int]] = {}
    for j, word in enumerate(want):
        if j not in taken:
            places.setdefault(fold(word), []).append(j)
    for i in range(len(got) - 1, -1, -1):
        if i not in pairs and (free := places.get(fold(got[i]))):
            pairs[i] = free.pop()
