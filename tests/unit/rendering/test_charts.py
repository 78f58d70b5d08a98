"""Charts, formulas, handwriting and stamps as text: nothing is lost, and nothing can run."""

from __future__ import annotations

from uuid import UUID

import pytest

from docai.domain.access import Tenant
from docai.domain.charts import Axis, Chart, DataPoint, Series
from docai.domain.documents import Page, PageState
from docai.domain.evidence import Evidence, Verdict
from docai.domain.geometry import Box
from docai.domain.ids import DocumentId, TenantId
from docai.domain.parses import Block, BlockKind, PageParse
from docai.rendering.charts import chart_table
from docai.rendering.html import document_html
from docai.rendering.markdown import page_markdown
from tests.integration.stores.samples import a_document
from tests.unit.pipeline.scripted_model import drawn, laid_out

BOX = Box(x0=0.1, y0=0.1, x1=0.9, y1=0.2)
PRINTED = Evidence(reader="model 1", witness=None, verdict=Verdict.EXACT, page_number=1, box=BOX)


def point(category: str, text: str) -> DataPoint:
    return DataPoint(category=category, text=text, evidence=PRINTED)


TWO_SERIES = Chart(
    title="Trade",
    x_axis=Axis(title="Year"),
    series=(
        Series(name="In", points=(point("2024", "1|2"), point("2025", "3"))),
        Series(name="Out", points=(point("2025", "<script>4</script>"), point("2026", "5"))),
    ),
)


def block(kind: BlockKind, text: str = "", chart: Chart | None = None) -> Block:
    return Block(kind=kind, text=text, box=BOX, chart=chart)


def markdown(*blocks: Block) -> str:
    return page_markdown(PageParse(page_number=1, engine="test", blocks=blocks))


def html(*blocks: Block) -> str:
    parse = PageParse(page_number=1, engine="test", blocks=blocks)
    page = Page(document_id=DocumentId(UUID(int=1)), number=1, state=PageState.PARSED, parse=parse)
    return document_html(a_document(Tenant(id=TenantId(UUID(int=2)), name="a")), [page])


def test_a_charts_values_stand_in_a_grid_of_categories_and_series() -> None:
    table = chart_table(TWO_SERIES)
    assert table is not None
    rows = [[table.at(r, c).text for c in range(table.n_cols)] for r in range(table.n_rows)]
    assert rows == [
        ["Year", "In", "Out"],
        ["2024", "1|2", ""],
        ["2025", "3", "<script>4</script>"],
        ["2026", "", "5"],
    ]
    assert table.caption == "Trade"
    assert table.at(1, 1).evidence == PRINTED


def test_a_series_without_a_name_is_called_as_its_axis() -> None:
    chart = Chart(y_axis=Axis(title="Share", unit="%"), series=(Series(points=(point("a", "1"), point("a", "2"))),))
    table = chart_table(chart)
    assert table is not None
    assert [cell.text for cell in table.cells] == ["", "Share (%)", "a", "1", "a", "2"]
    assert chart_table(Chart(series=(Series(name="empty"),))) is None


def test_charts_are_tables_in_markdown_and_html_and_nothing_in_them_runs() -> None:
    shown = block(BlockKind.CHART, "a chart", TWO_SERIES)
    assert markdown(shown) == (
        "*Trade*\n\n| Year | In | Out |\n| --- | --- | --- |\n| 2024 | 1\\|2 |  |\n"
        "| 2025 | 3 | \\<script>4\\</script> |\n| 2026 |  | 5 |\n"
    )
    page = html(shown)
    assert '<figure class="chart"' in page
    assert 'data-verdict="exact"' in page
    assert "<script" not in page
    assert "&lt;script&gt;4" in page


def test_a_chart_without_values_is_its_text() -> None:
    assert markdown(block(BlockKind.CHART, "Trade over time")) == "Trade over time\n"
    assert "Trade over time" in html(block(BlockKind.CHART, "Trade over time", Chart(title="Trade")))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"\frac{a}{b} * c_1", "$$\n\\frac{a}{b} * c_1\n$$\n"),
        ("E = m * c", "E = m \\* c\n"),
        (r"\frac{1}{2} <img src=x onerror=alert(1)>", "\\\\frac{1}{2} \\<img src=x onerror=alert(1)>\n"),
        ("x^{2}$$ [link](javascript:1)", "x^{2}$$ [link](javascript:1)\n"),
    ],
)
def test_a_formula_is_set_as_one_only_where_it_is_latex_and_harmless(text: str, shown: str) -> None:
    assert markdown(block(BlockKind.FORMULA, text)) == shown


def test_handwriting_and_stamps_are_blocks_of_their_own() -> None:
    page = html(block(BlockKind.HANDWRITING, "to be paid"), block(BlockKind.STAMP, "<b>PAID</b>"))
    assert '<p class="handwriting"' in page
    assert '<p class="stamp"' in page
    assert "&lt;b&gt;PAID" in page
    assert markdown(block(BlockKind.STAMP, "PAID")) == "PAID\n"


def test_a_page_that_no_model_read_is_shown_as_before() -> None:
    parse = laid_out(drawn()).parse
    assert parse is not None
    assert page_markdown(parse).startswith("Annual report\n\nSales rose")
