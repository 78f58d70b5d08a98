"""Exact match and word overlap of free short answers, as SQuAD has them; SlideVQA folds otherwise (`slidevqa.py`)."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\w+(?:[.,'/-]\w+)*")


class WordRule(StrEnum):
    """What a word is."""

    SQUAD = "squad"
    """`evaluate-v1.1.py` of SQuAD: case folded, ASCII punctuation deleted, so that 1,000 is 1000 and 3.5 is 35, English
    articles dropped, cut at blanks."""
    PLAIN = "plain"
    """Case folded, marks kept within a word and dropped around it, articles kept, each Chinese or Japanese character a
    word: for languages other than English, and for figures."""


def exact_match(prediction: str, answers: Sequence[str], rule: WordRule = WordRule.SQUAD) -> bool:
    """Whether the answer has the same words in the same order as an accepted one.

    Source: Rajpurkar et al., EMNLP 2016, section 6.1.
    """
    return any(_words(prediction, rule) == _words(answer, rule) for answer in answers)


def token_f1(prediction: str, answers: Sequence[str], rule: WordRule = WordRule.SQUAD) -> float:
    """Best harmonic mean of precision and recall of words over the accepted answers, 0 to 1.

    Two texts without words are equal, as in SQuAD 2.0; in version 1.1 they score 0.

    Source: Rajpurkar et al., EMNLP 2016, section 6.1.
    """
    got = Counter(_words(prediction, rule))
    return max((_overlap(got, Counter(_words(answer, rule))) for answer in answers), default=0.0)


def _overlap(got: Counter[str], wanted: Counter[str]) -> float:
    both = got.total() + wanted.total()
    return 2 * (got & wanted).total() / both if both else 1.0


def _words(text: str, rule: WordRule) -> list[str]:
    if rule is WordRule.PLAIN:
        return _WORD.findall(text.casefold())
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()
