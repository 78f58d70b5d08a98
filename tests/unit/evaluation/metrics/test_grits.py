from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Indel

from docai.domain.geometry import Box
from docai.domain.tables import Cell, Table
from docai.evaluation.metrics.grits import ContentSimilarity, grits_con, grits_loc, grits_top

Rows = list[list[str]]


def table_of(rows: Rows, *, places: bool = False) -> Table:
    height, width = len(rows), len(rows[0])
    cells = [
        Cell(
            row=r,
            col=c,
            text=text,
            box=Box(x0=c / width, y0=r / height, x1=(c + 1) / width, y1=(r + 1) / height) if places else None,
        )
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    ]
    return Table(n_rows=height, n_cols=width, cells=tuple(cells))


@st.composite
def grids(draw: st.DrawFn) -> Rows:
    width = draw(st.integers(1, 3))
    return draw(st.lists(st.lists(st.text("ab", max_size=3), min_size=width, max_size=width), min_size=1, max_size=3))


def by_definition(first: Rows, second: Rows) -> float:
    """The best sum over all ways to leave out rows and columns of both."""
    return max(
        sum(
            Indel.normalized_similarity(first[a][c], second[b][d])
            for a, b in zip(rows, others, strict=True)
            for c, d in zip(columns, other_columns, strict=True)
        )
        for height in range(1, min(len(first), len(second)) + 1)
        for width in range(1, min(len(first[0]), len(second[0])) + 1)
        for rows in combinations(range(len(first)), height)
        for others in combinations(range(len(second)), height)
        for columns in combinations(range(len(first[0])), width)
        for other_columns in combinations(range(len(second[0])), width)
    )


def test_a_row_left_out_costs_recall_alone() -> None:
    truth, cut = table_of([["a", "b"], ["c", "d"], ["e", "f"]]), table_of([["a", "b"], ["e", "f"]])
    for score in (grits_con(cut, truth), grits_top(cut, truth)):
        assert score.precision == 1.0
        assert score.recall == pytest.approx(4 / 6)
        assert score.f1 == pytest.approx(2 * 4 / (4 + 6))


def test_a_split_span_costs_topology_by_its_overlap() -> None:
    # One cell over two columns, split: seen from either position a rectangle of 2 against one of 1.
    spanning = Cell(row=0, col=0, col_span=2, text="a")
    below = (Cell(row=1, col=0, text="b"), Cell(row=1, col=1, text="c"))
    truth = Table(n_rows=2, n_cols=2, cells=(spanning, *below))
    assert grits_top(table_of([["a", ""], ["b", "c"]]), truth).f1 == pytest.approx((0.5 + 0.5 + 1 + 1) / 4)
    assert grits_con(table_of([["a", ""], ["b", "c"]]), truth).f1 == pytest.approx((1 + 0 + 1 + 1) / 4)


def test_texts_are_alike_by_their_longest_common_subsequence() -> None:
    assert grits_con(table_of([["abxcd"]]), table_of([["abcd"]])).f1 == pytest.approx(2 * 4 / 9)


def test_difflib_finds_less_than_the_longest_common_subsequence() -> None:
    # The longest block is `xyz`, and before it nothing is common; the longest common subsequence is `abcd`.
    one, other = table_of([["abcdxyz"]]), table_of([["xyzabcd"]])
    exact = grits_con(one, other)
    rough = grits_con(table_of([["xyzQaRbScTd"]]), table_of([["aUbVcWdxyz"]]), similarity=ContentSimilarity.DIFFLIB)
    assert exact.f1 == pytest.approx(8 / 14)
    assert rough.f1 == pytest.approx(2 * 3 / 21)
    assert grits_con(table_of([["xyzQaRbScTd"]]), table_of([["aUbVcWdxyz"]])).f1 == pytest.approx(2 * 4 / 21)


def test_location_is_the_overlap_of_boxes() -> None:
    half = Table(n_rows=1, n_cols=1, cells=(Cell(row=0, col=0, box=Box(x0=0, y0=0, x1=0.5, y1=1)),))
    whole = table_of([["a"]], places=True)
    assert grits_loc(half, whole).f1 == pytest.approx(0.5)
    assert grits_loc(whole, whole).f1 == 1.0
    assert grits_loc(table_of([["a"]]), whole).f1 == 0.0


def test_tables_without_positions() -> None:
    nothing = Table(n_rows=0, n_cols=0, cells=())
    assert grits_con(nothing, nothing).f1 == grits_top(nothing, nothing).f1 == grits_loc(nothing, nothing).f1 == 1.0
    assert grits_con(nothing, table_of([["a"]])).f1 == grits_top(table_of([["a"]]), nothing).f1 == 0.0


def test_tables_too_large_are_refused() -> None:
    table = table_of([[""] * 64] * 64)
    with pytest.raises(ValueError, match="64 x 64 and 64 x 64 are too large"):
        grits_top(table, table)


@settings(max_examples=40, deadline=None)
@given(grids(), grids())
def test_bounds_symmetry_and_identity(one: Rows, other: Rows) -> None:
    first, second = table_of(one, places=True), table_of(other, places=True)
    for metric in (grits_con, grits_top, grits_loc):
        assert 0.0 <= metric(first, second).f1 <= 1.0
        assert metric(first, first).f1 == pytest.approx(1.0)
    assert grits_con(first, second).right <= by_definition(one, other) + 1e-9
    assert grits_top(first, second).f1 == pytest.approx(grits_top(second, first).f1)


@settings(max_examples=20, deadline=None)
@given(grids())
def test_each_further_wrong_row_lowers_the_score(rows: Rows) -> None:
    truth, scores = table_of(rows), [1.0]
    for r, row in enumerate(rows):
        rows[r] = ["zzzz" for _ in row]
        scores.append(grits_con(table_of(rows), truth).f1)
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] == 0.0
