"""SlideVQA's overlap of words and of slides, and the two joined."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

_REWRITTEN = (
    ("this is ", ""),
    ("it is ", ""),
    ("&", ","),
    ("and", ","),
    ("percent", ""),
    ("organisation", "organization"),
    ("because of", ""),
    ("because", ""),
    ("due to", ""),
    ("hours", "hrs"),
    ("minites", "min"),
)
"""In this order, also within words; the last one is spelled as the script has it."""
_BEFORE_UNIT = ("how many", "which")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_DIGITS = {word: str(value) for value, word in enumerate(_NUMBERS.split())}


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much of what was said is true, and the reverse; all 0 where nothing agrees."""

    precision: float
    recall: float
    is_exact: bool

    @property
    def f1(self) -> float:
        """Harmonic mean of both, 0 to 1."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def joined(self, other: Overlap) -> Overlap:
        """Right in both: products of precisions and of recalls, exact where both are (`evaluate_f1_em_main`)."""
        return Overlap(self.precision * other.precision, self.recall * other.recall, self.is_exact and other.is_exact)


def overlap(said: Sequence[Hashable], true: Sequence[Hashable]) -> Overlap:
    """Overlap of two sequences as bags; exact where their order agrees as well."""
    n_same = (Counter(said) & Counter(true)).total()
    if not n_same:
        return Overlap(0.0, 0.0, is_exact=False)
    return Overlap(n_same / len(said), n_same / len(true), list(said) == list(true))


def answer_words(answer: str, question: str) -> list[str]:
    """Words of an answer, folded as `evaluate.py` of SlideVQA does (Tanaka et al., AAAI 2023).

    Case is folded; some turns of phrase go, `and` and `&` with them; the word after `how many` or `which` in the
    question, taken for the unit, is cut out; ASCII punctuation and English articles go; of what begins with `yes` or
    `no` the first word stays, so that `november 3` is `november`; numbers up to nineteen become digits.

    Args:
        answer: Said, or true.
        question: As published: its case counts, so that a question that begins with `How many` has no unit.
    """
    text = answer.lower()
    for old, new in _REWRITTEN:
        text = text.replace(old, new)
    for before in _BEFORE_UNIT:
        _, found, after = question.partition(before)
        if found and after.split():  # the script stops where nothing follows
            text = text.replace(after.split()[0], "")
    text = _ARTICLES.sub(" ", text.translate(_PUNCTUATION))
    words = text.split()[:1] if text.startswith(("yes", "no")) else text.split()
    return [_DIGITS.get(word, word) for word in words]
