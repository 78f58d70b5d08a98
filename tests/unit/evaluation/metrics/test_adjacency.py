import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.domain.tables import Cell, Table
from docai.evaluation.metrics.adjacency import AdjacencyVariant, adjacency_relations


def table_of(rows: list[list[str]]) -> Table:
    cells = [Cell(row=r, col=c, text=text) for r, row in enumerate(rows) for c, text in enumerate(row)]
    return Table(n_rows=len(rows), n_cols=len(rows[0]), cells=tuple(cells))


@st.composite
def grids(draw: st.DrawFn) -> list[list[str]]:
    width = draw(st.integers(1, 4))
    row = st.lists(st.sampled_from(["", "a", "b", "c", "1"]), min_size=width, max_size=width)
    return draw(st.lists(row, min_size=1, max_size=4))


def test_a_grid_of_two_by_two_has_four_relations() -> None:
    table = table_of([["a", "b"], ["c", "d"]])
    assert adjacency_relations(table, table).n_true == 4


def test_a_wrong_text_costs_its_relations() -> None:
    # `d` stands in 2 of the 4 relations.
    found = adjacency_relations(table_of([["a", "b"], ["c", "x"]]), table_of([["a", "b"], ["c", "d"]]))
    assert (found.right, found.precision, found.recall, found.f1) == (2.0, 0.5, 0.5, 0.5)


def test_a_span_is_a_neighbour_once() -> None:
    spanning = Cell(row=0, col=0, col_span=2, text="h")
    table = Table(n_rows=2, n_cols=2, cells=(spanning, Cell(row=1, col=0, text="a"), Cell(row=1, col=1, text="b")))
    assert adjacency_relations(table, table).n_true == 3
    tall = Table(n_rows=2, n_cols=2, cells=(spanning, Cell(row=1, col=0, col_span=2, text="a")))
    assert adjacency_relations(tall, tall).n_true == 1


def test_blank_positions_between_count_in_one_variant() -> None:
    truth, wide = table_of([["a", "b"]]), table_of([["a", "", "b"]])
    assert adjacency_relations(wide, truth).f1 == 1.0
    assert adjacency_relations(wide, truth, variant=AdjacencyVariant.BLANKS_COUNTED).f1 == 0.0


def test_white_space_case_and_kinds_of_signs_do_not_count() -> None:
    assert adjacency_relations(table_of([["Net  income", "$ 5"]]), table_of([["NETINCOME", "\u20ac5"]])).f1 == 1.0


def test_tables_without_relations() -> None:
    lone, pair = table_of([["a"]]), table_of([["a", "b"]])
    assert adjacency_relations(lone, lone).f1 == 1.0
    assert (adjacency_relations(lone, pair).precision, adjacency_relations(lone, pair).recall) == (1.0, 0.0)


def test_documents_are_pooled() -> None:
    right = adjacency_relations(table_of([["a", "b"]]), table_of([["a", "b"]]))
    wrong = adjacency_relations(table_of([["x", "y", "z"]]), table_of([["a", "b"]]))
    assert (right + wrong).precision == pytest.approx(1 / 3)
    assert (right + wrong).recall == pytest.approx(1 / 2)


@settings(max_examples=50, deadline=None)
@given(grids(), grids(), st.sampled_from(AdjacencyVariant))
def test_bounds_symmetry_and_identity(one: list[list[str]], other: list[list[str]], variant: AdjacencyVariant) -> None:
    first, second = table_of(one), table_of(other)
    found, turned = (adjacency_relations(*pair, variant=variant) for pair in ((first, second), (second, first)))
    assert 0.0 <= found.f1 <= 1.0
    assert (found.precision, found.recall) == (turned.recall, turned.precision)
    assert adjacency_relations(first, first, variant=variant).f1 == 1.0
    counted = adjacency_relations(first, second, variant=AdjacencyVariant.BLANKS_COUNTED)
    assert counted.right <= adjacency_relations(first, second).right


@settings(max_examples=30, deadline=None)
@given(grids())
def test_each_further_wrong_row_lowers_the_score(rows: list[list[str]]) -> None:
    truth, scores = table_of(rows), [1.0]
    for r, row in enumerate(rows):
        rows[r] = [text and "other" for text in row]
        scores.append(adjacency_relations(table_of(rows), truth).f1)
    assert scores == sorted(scores, reverse=True)
