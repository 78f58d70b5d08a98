"""Predicted tables paired with true ones by the words that they share, one to one."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from docai.domain.tables import Table

FOUND = 0.5
"""Overlap from which a table counts as found."""
_LEAST = 0.1
"""Overlap from which two tables are held against each other at all: less is chance."""
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


def word_overlap(one: Table, other: Table) -> float:
    """The Dice coefficient of the tables' words as multisets, 0 to 1; 0 where neither has any (L. R. Dice, 1945)."""
    return _dice(_words(one), _words(other))


def table_pairs(
    prediction: Sequence[Table], truth: Sequence[Sequence[Table]], fits: Callable[[int, int], bool]
) -> dict[int, tuple[int, float]]:
    """The predicted table of each true one, and their overlap.

    Boxes are not needed, so that readers without any can be measured, and tables that were cut in two are still held
    against their truth. Of all ways to pair them the one with the largest overlap in sum (H. W. Kuhn, 1955).

    Args:
        prediction: Tables.
        truth: Tables, each in all readings that are right; the best one counts.
        fits: Whether a predicted and a true table, by index, may be a pair, such as by their page.
    """
    said = [_words(table) for table in prediction]
    true = [[_words(reading) for reading in readings] for readings in truth]
    shares = np.zeros((len(true), len(said)))
    for i, readings in enumerate(true):
        for j, words in enumerate(said):
            if fits(j, i):
                shares[i, j] = max((_dice(words, reading) for reading in readings), default=0.0)
    rows, columns = linear_sum_assignment(shares, maximize=True)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return {i: (j, float(shares[i, j])) for i, j in pairs if shares[i, j] > _LEAST}


def _words(table: Table) -> Counter[str]:
    text = unicodedata.normalize("NFKC", " ".join(cell.text for cell in table.cells))
    return Counter(_WORD.findall(text.casefold()))


def _dice(one: Counter[str], other: Counter[str]) -> float:
    n = one.total() + other.total()
    return 2.0 * (one & other).total() / n if n else 0.0
