import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.domain.tables import Cell, Table
from docai.evaluation.metrics.teds import TedsVariant, table_teds, teds


def html_of(rows: list[list[str]], tag: str = "td") -> str:
    body = "".join("<tr>" + "".join(f"<{tag}>{text}</{tag}>" for text in row) + "</tr>" for row in rows)
    return f"<html><body><table>{body}</table></body></html>"


def table_of(rows: list[list[str]]) -> Table:
    cells = [Cell(row=r, col=c, text=text) for r, row in enumerate(rows) for c, text in enumerate(row)]
    return Table(n_rows=len(rows), n_cols=len(rows[0]), cells=tuple(cells))


@st.composite
def grids(draw: st.DrawFn) -> list[list[str]]:
    width = draw(st.integers(1, 4))
    return draw(st.lists(st.lists(st.text("ab12", max_size=4), min_size=width, max_size=width), min_size=1, max_size=4))


def test_a_wrong_letter_costs_its_share_of_a_cell() -> None:
    # 2 rows and 4 cells count; one cell of four letters has one wrong.
    truth, wrong = html_of([["abcd", "1"], ["x", "2"]]), html_of([["abcx", "1"], ["x", "2"]])
    assert teds(wrong, truth) == pytest.approx(1 - 0.25 / 6)
    assert teds(wrong, truth, structure_only=True) == 1.0
    assert table_teds(table_of([["abcx", "1"], ["x", "2"]]), table_of([["abcd", "1"], ["x", "2"]])) == pytest.approx(
        1 - 0.25 / 6
    )


def test_a_missing_row_costs_its_nodes() -> None:
    truth, cut = html_of([["a", "b"], ["c", "d"]]), html_of([["a", "b"]])
    assert teds(cut, truth) == teds(cut, truth, structure_only=True) == pytest.approx(1 - 3 / 6)


def test_another_span_costs_a_node() -> None:
    truth = "<html><body><table><tr><td colspan='2'>a</td></tr><tr><td>b</td><td>c</td></tr></table></body></html>"
    assert teds(truth.replace(" colspan='2'", ""), truth) == pytest.approx(1 - 1 / 5)


def test_markup_in_a_cell_is_tokens_and_counts_as_a_node() -> None:
    # Tokens `<b> a b </b>` against `a b`: 2 of 4; nodes: tr, td, b.
    plain, bold = html_of([["ab"]]), html_of([["<b>ab</b>"]])
    assert teds(plain, bold) == pytest.approx(1 - 0.5 / 3)
    assert teds(html_of([["<i>ab</i>"]]), bold) == pytest.approx(1 - 0.5 / 3)


def test_a_header_cell_is_no_cell_unless_omnidocbench_makes_it_one() -> None:
    cells, headers = html_of([["a", "b"]]), html_of([["a", "b"]], "th")
    assert teds(headers, cells) == pytest.approx(1 - 2 / 3)
    assert teds(html_of([["a", "x"]], "th"), headers) == 1.0
    assert teds(headers, cells, variant=TedsVariant.OMNIDOCBENCH) == 1.0


def test_omnidocbench_takes_heads_bodies_and_wrappers_out() -> None:
    written = (
        "<table class='x'><colgroup><col/></colgroup><thead><tr><th> a<sup>2</sup> </th></tr></thead>"
        "<tbody><tr><td><span>\ufb01ve</span>\n  b</td></tr></tbody></table>"
    )
    assert teds(written, "<table><tr><td> a2 </td></tr><tr><td>five b</td></tr></table>") < 0.6
    plain = "<table><tr><td> a2 </td></tr><tr><td>five b</td></tr></table>"
    assert teds(written, plain, variant=TedsVariant.OMNIDOCBENCH) == 1.0


def test_omnidocbench_compares_formulas_by_their_latex() -> None:
    written = "<table><tr><td>a <math alttext='x^2'><mi>x</mi></math> b</td></tr></table>"
    plain = "<table><tr><td>a $x^2$ b</td></tr></table>"
    assert teds(written, plain, variant=TedsVariant.OMNIDOCBENCH) == 1.0


@pytest.mark.parametrize("nothing", ["", " ", "no table here", "<p>none</p>", "\ud800"])
def test_without_a_table_the_score_is_0(nothing: str) -> None:
    assert teds(nothing, html_of([["a"]])) == 0.0
    assert teds(html_of([["a"]]), nothing) == 0.0


def test_a_span_that_is_no_number_is_one() -> None:
    assert teds("<table><tr><td colspan='x'>a</td></tr></table>", "<table><tr><td>a</td></tr></table>") == 1.0


def test_tables_too_large_are_refused() -> None:
    table = table_of([[""] * 100] * 60)
    with pytest.raises(ValueError, match="trees of 6061 and 6061 nodes are too large"):
        table_teds(table, table)


@settings(max_examples=30, deadline=None)
@given(grids(), grids())
def test_bounds_symmetry_and_identity(one: list[list[str]], other: list[list[str]]) -> None:
    for structure_only in (False, True):
        score = table_teds(table_of(one), table_of(other), structure_only=structure_only)
        assert 0.0 <= score <= 1.0
        assert score == pytest.approx(table_teds(table_of(other), table_of(one), structure_only=structure_only))
        assert table_teds(table_of(one), table_of(one), structure_only=structure_only) == 1.0
    assert (
        table_teds(table_of(one), table_of(other), structure_only=True)
        >= table_teds(table_of(one), table_of(other)) - 1e-9
    )
    assert teds(html_of(one), html_of(other)) == pytest.approx(table_teds(table_of(one), table_of(other)))


@settings(max_examples=20, deadline=None)
@given(grids())
def test_each_further_wrong_cell_lowers_the_score(rows: list[list[str]]) -> None:
    truth, scores = table_of(rows), [1.0]
    for r, row in enumerate(rows):
        rows[r] = ["zzzzz" for _ in row]
        scores.append(table_teds(table_of(rows), truth))
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] < 1.0
