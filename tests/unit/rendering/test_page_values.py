from __future__ import annotations

from docai.domain.charts import Chart
from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind, PageParse
from docai.rendering.page_values import page_values
from tests.unit.rendering.readings import PARAGRAPH, cell_box, page


def test_cells_and_chart_values_stand_for_their_blocks() -> None:
    values = list(page_values(page()))
    assert [value.text for value in values] == ["read so", "00", "02", "10", "11", "12", "3", "4"]
    assert [value.place.block for value in values] == [0, 1, 1, 1, 1, 1, 2, 2]
    cells = [value.place.cell for value in values if value.place.cell]
    assert [(cell.row, cell.col) for cell in cells] == [(0, 0), (0, 2), (1, 0), (1, 1), (1, 2)]
    assert [value.place.point for value in values[-2:]] == [(0, 0), (0, 1)]


def test_a_value_stands_where_its_evidence_says_else_where_it_says_itself() -> None:
    values = list(page_values(page()))
    assert values[1].box == cell_box(0, 0)
    assert values[-1].box is None
    own = Box(x0=0, y0=0, x1=0.5, y1=0.5)
    (alone,) = page_values(
        PageParse(page_number=1, engine="e", blocks=(Block(kind=BlockKind.TITLE, text="t", box=own),))
    )
    assert (alone.box, alone.evidence) == (own, None)


def test_a_chart_without_values_is_a_value_itself() -> None:
    empty = Block(kind=BlockKind.CHART, text="a chart", box=PARAGRAPH, chart=Chart())
    (value,) = page_values(PageParse(page_number=1, engine="e", blocks=(empty,)))
    assert (value.text, value.place.point) == ("a chart", None)
