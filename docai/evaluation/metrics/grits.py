"""GriTS: how alike two tables are as grids of cells, in topology, content and location.

B. Smock, R. Pesala, R. Abraham, "GriTS: Grid table similarity metric for table structure recognition" (ICDAR 2023,
arXiv 2203.12555). Of all ways to leave out whole rows and columns until both grids are of one size, the best sum of
the positions' similarities (the most similar two-dimensional substructures) over the sizes of the grids:
`F = 2 * sum / (|A| + |B|)`. Finding it is hard; as in the paper and in `src/grits.py` of microsoft/table-transformer,
rows and columns are aligned apart from each other, each by dynamic programming, which gives a lower bound.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

from docai.domain.geometry import Box
from docai.domain.tables import Cell, Table, positions
from docai.evaluation.metrics.precision_recall import PrecisionRecall

_Floats = NDArray[np.float64]
_MOST_PAIRS = 16_000_000
"""Pairs of positions, 8 bytes each: two tables of 4,000 positions."""


class ContentSimilarity(StrEnum):
    """How alike two cells' texts are: `2 * common / (|a| + |b|)`; two empty texts are equal."""

    LCS = "lcs"
    """The paper's: `common` is the length of the longest common subsequence."""
    DIFFLIB = "difflib"
    """That of `src/grits.py`: the length of the blocks that Python's `difflib.SequenceMatcher` finds, at most that of
    the longest common subsequence, and dependent on the order of the two."""


def grits_top(prediction: Table, truth: Table) -> PrecisionRecall:
    """GriTS_Top: positions are alike as their cells' spans, seen from the position, overlap (IoU).

    Args:
        prediction: A table.
        truth: A table.

    Returns:
        The sum of similarities, over the positions of both.

    Raises:
        ValueError: The tables have too many positions to compare: 16 million pairs.
    """
    _check(prediction, truth)
    return _score(_overlaps(_spans(truth), _spans(prediction)), prediction, truth)


def grits_con(
    prediction: Table, truth: Table, *, similarity: ContentSimilarity = ContentSimilarity.LCS
) -> PrecisionRecall:
    """GriTS_Con: positions are alike as their cells' texts; texts are compared as they are given.

    Args:
        prediction: A table.
        truth: A table.
        similarity: Of two texts.

    Returns:
        The sum of similarities, over the positions of both.

    Raises:
        ValueError: The tables have too many positions to compare: 16 million pairs.
    """
    _check(prediction, truth)
    rows, columns = ([cell.text for cell in _grid(table)] for table in (truth, prediction))
    first, second = list(dict.fromkeys(rows)), list(dict.fromkeys(columns))
    if similarity is ContentSimilarity.LCS:
        among = cdist(first, second, scorer=Indel.normalized_similarity, dtype=np.float64)
    else:
        among = np.array([[_matching_blocks(a, b) for b in second] for a in first], dtype=np.float64)
    among = among.reshape(len(first), len(second))
    numbers = [{text: number for number, text in enumerate(each)} for each in (first, second)]
    picked = np.ix_([numbers[0][text] for text in rows], [numbers[1][text] for text in columns])
    return _score(among[picked] if among.size else np.zeros((len(rows), len(columns))), prediction, truth)


def grits_loc(prediction: Table, truth: Table) -> PrecisionRecall:
    """GriTS_Loc: positions are alike as their cells' boxes overlap (IoU); a cell without a box is like none.

    Args:
        prediction: A table of the same page.
        truth: A table.

    Returns:
        The sum of similarities, over the positions of both.

    Raises:
        ValueError: The tables have too many positions to compare: 16 million pairs.
    """
    _check(prediction, truth)
    return _score(_overlaps(_boxes(truth), _boxes(prediction)), prediction, truth)


def _check(prediction: Table, truth: Table) -> None:
    if prediction.n_rows * prediction.n_cols * truth.n_rows * truth.n_cols > _MOST_PAIRS:
        sizes = (f"{table.n_rows} x {table.n_cols}" for table in (prediction, truth))
        raise ValueError(f"tables of {' and '.join(sizes)} are too large to compare")


def _grid(table: Table) -> list[Cell]:
    """The cell at each position, row by row."""
    at = {position: cell for cell in table.cells for position in positions(cell)}
    return [at[row, column] for row in range(table.n_rows) for column in range(table.n_cols)]


def _spans(table: Table) -> _Floats:
    """Of each position, the span of its cell as left, top, right and bottom, counted from the position."""
    spans = [
        (cell.col - k % table.n_cols, cell.row - k // table.n_cols, cell.col_span, cell.row_span)
        for k, cell in enumerate(_grid(table))
    ]
    found = np.array(spans, dtype=np.float64).reshape(-1, 4)
    found[:, 2:] += found[:, :2]
    return found


def _boxes(table: Table) -> _Floats:
    nowhere = Box(x0=0.0, y0=0.0, x1=0.0, y1=0.0)
    boxes = [cell.box or nowhere for cell in _grid(table)]
    return np.array([(b.x0, b.y0, b.x1, b.y1) for b in boxes], dtype=np.float64).reshape(-1, 4)


def _overlaps(first: _Floats, second: _Floats) -> _Floats:
    """Intersection over union of each pair of rectangles; 0 where the union is empty."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    common: _Floats = np.clip(high - low, 0.0, None).prod(axis=2)
    areas = [(each[:, 2:] - each[:, :2]).prod(axis=1) for each in (first, second)]
    union = areas[0][:, None] + areas[1][None, :] - common
    shares: _Floats = np.divide(common, union, out=np.zeros_like(common), where=union > 0)
    return shares


def _matching_blocks(one: str, other: str) -> float:
    if not one and not other:
        return 1.0
    blocks = SequenceMatcher(None, one, other).get_matching_blocks()
    return 2.0 * sum(block.size for block in blocks) / (len(one) + len(other))


def _score(similarities: _Floats, prediction: Table, truth: Table) -> PrecisionRecall:
    """The score of the similarities of each position of the truth with each of the prediction."""
    n_true, n_said = truth.n_rows * truth.n_cols, prediction.n_rows * prediction.n_cols
    if not n_true or not n_said:
        return PrecisionRecall(0.0, n_said, n_true)
    shape = (truth.n_rows, truth.n_cols, prediction.n_rows, prediction.n_cols)
    by_rows = similarities.reshape(shape).transpose(0, 2, 1, 3)
    rows = _aligned(_alignment_scores(by_rows))
    columns = _aligned(_alignment_scores(by_rows.transpose(2, 3, 0, 1)))
    right = sum(float(by_rows[r, s, c, d]) for r, s in rows for c, d in columns)
    return PrecisionRecall(right, n_said, n_true)


def _alignment_scores(similarities: _Floats) -> _Floats:
    """For each pair of lines, `2 * best sum / (lengths)` over all alignments of their positions.

    Args:
        similarities: (first's lines, second's lines, positions of a line of the first, of the second).
    """
    n_first, n_second = similarities.shape[2:]
    above: _Floats = np.zeros((n_second + 1, *similarities.shape[:2]))
    for i in range(n_first):
        current = np.zeros_like(above)
        for j in range(n_second):
            aligned = above[j] + similarities[:, :, i, j]
            current[j + 1] = np.maximum(np.maximum(above[j + 1], current[j]), aligned)
        above = current
    scores: _Floats = 2.0 * above[-1] / (n_first + n_second)
    return scores


def _aligned(scores: _Floats) -> list[tuple[int, int]]:
    """The lines that the best alignment pairs, last first; of equal ones a pair goes before leaving the first's out."""
    n_first, n_second = scores.shape
    best = np.zeros((n_first + 1, n_second + 1))
    for i in range(n_first):
        for j in range(n_second):
            best[i + 1, j + 1] = max(best[i, j] + scores[i, j], best[i, j + 1], best[i + 1, j])
    pairs, i, j = [], n_first, n_second
    while i and j:
        if best[i, j] == best[i - 1, j - 1] + scores[i - 1, j - 1]:
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif best[i, j] == best[i - 1, j]:
            i -= 1
        else:
            j -= 1
    return pairs
