"""olmOCR-bench's unit tests of tables."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.olmocr_table import TableRule, has_cell

_BARS = "Text\n\n| Year | Sales | Costs |\n|---|---:|---|\n| 2023 | 10 | **7** |\n| 2024 | 12 | 8 |\n\nMore"
_SPANS = (
    "<table><tr><th rowspan='2'>Year</th><th colspan='2'>Result</th></tr><tr><th>Sales</th><th>Costs</th></tr>"
    "<tr><td>2023</td><td>10</td><td>7</td></tr></table>"
)


@pytest.mark.parametrize(
    "rule",
    [
        TableRule(cell="10", up="Sales", down="12", left="2023", right="7"),
        TableRule(cell="12", top_heading="Sales", left_heading="2024"),
        TableRule(cell="8", up="7", top_heading="Costs", left_heading="2024"),
        TableRule(cell="Costz", down="7", max_diffs=1),
    ],
)
def test_cells_of_a_table_of_bars(rule: TableRule) -> None:
    assert has_cell(_BARS, rule)
    assert not has_cell(_BARS, rule.model_copy(update={"ignore_markdown_tables": True}))
    assert not has_cell("Text", rule)


@pytest.mark.parametrize(
    "rule",
    [
        TableRule(cell="10", up="Costs"),
        TableRule(cell="10", left="7"),
        TableRule(cell="11"),
        TableRule(cell="Costz", down="7"),
        TableRule(cell="10", left_heading="2024"),
    ],
)
def test_cells_that_are_not_there(rule: TableRule) -> None:
    assert not has_cell(_BARS, rule)


def test_cells_over_several_rows_and_columns() -> None:
    assert has_cell(_SPANS, TableRule(cell="Costs", up="Result", left="Sales"))
    assert has_cell(_SPANS, TableRule(cell="7", top_heading="Result", left="10"))
    assert has_cell(_SPANS, TableRule(cell="Year", down="2023", right="Sales"))
    assert has_cell(_SPANS, TableRule(cell="Result", left="Year", down="Costs"))
    assert not has_cell(_SPANS, TableRule(cell="Result", down="2023"))
    assert not has_cell("<table>", TableRule(cell="x"))
    assert not has_cell("a | b\nno table", TableRule(cell="a"))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["aa", "bbb", "cccc"]), min_size=2, max_size=3), min_size=2, max_size=4))
def test_every_neighbour_is_found_in_either_spelling(rows: list[list[str]]) -> None:
    rows = [[f"{text}{r}{c}" for c, text in enumerate(row[:2])] for r, row in enumerate(rows)]
    bars = "\n".join(["| " + " | ".join(row) + " |" for row in [rows[0], ["---"] * 2, *rows[1:]]])
    tags = (
        "<table>" + "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in rows) + "</table>"
    )
    for page in (bars, tags):
        assert has_cell(page, TableRule(cell=rows[1][1], up=rows[0][1], left=rows[1][0], top_heading=rows[0][1]))
        assert not has_cell(page, TableRule(cell=rows[0][0], up=rows[1][0]))
