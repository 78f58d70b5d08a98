"""Predicted tables and the true ones that they belong to."""

import pytest

from docai.domain.tables import Cell, Table
from docai.evaluation.metrics.table_matching import table_pairs, word_overlap


def row(*texts: str) -> Table:
    cells = tuple(Cell(row=0, col=c, text=text) for c, text in enumerate(texts))
    return Table(n_rows=1, n_cols=len(texts), cells=cells)


def test_overlap_counts_words_as_often_as_they_stand() -> None:
    assert word_overlap(row("a b", "b"), row("B", "a a")) == pytest.approx(4 / 6)
    assert word_overlap(row("\u4e2d\u6587"), row("\u4e2d")) == pytest.approx(2 / 3)
    assert word_overlap(row(""), row("-")) == 0.0


def test_pairs_have_the_largest_overlap_in_sum() -> None:
    said = [row("a", "b", "c"), row("a", "b", "x", "y")]
    true = [[row("a", "b")], [row("p"), row("a", "b", "c", "d")]]
    # the first true table is nearer to the first predicted one, but the second needs it more
    assert {i: j for i, (j, _) in table_pairs(said, true, lambda j, i: True).items()} == {0: 1, 1: 0}
    assert {i: j for i, (j, _) in table_pairs(said, true, lambda j, i: i == j).items()} == {0: 0, 1: 1}


def test_chance_makes_no_pair() -> None:
    words = [f"w{n}" for n in range(40)]
    assert table_pairs([row("w0", *(f"v{n}" for n in range(39)))], [[row(*words)]], lambda j, i: True) == {}
    assert table_pairs([], [[row("a")]], lambda j, i: True) == {}
    assert table_pairs([row("a")], [], lambda j, i: True) == {}
