from __future__ import annotations

import pytest

from docai.api.min_verdict import floor_of, is_shown, with_marks
from docai.api.schemas.blocks import blocks_and_tables
from docai.domain.charts import Chart, DataPoint, Series
from docai.domain.documents import Page, PageState
from docai.domain.evidence import Evidence, Verdict
from docai.domain.geometry import Box
from docai.domain.ids import new_document_id
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import Cell, Table

BOX = Box(x0=0, y0=0, x1=1, y1=1)
ORDER = ("exact", "normalised", "ocr_agree", "partial", "conflict", "model_only")


def evidence(verdict: Verdict) -> Evidence:
    return Evidence(reader="r", witness=None, verdict=verdict, page_number=1, box=BOX)


def page() -> Page:
    """An exact paragraph; a table with an exact and a conflicting cell; a chart with an exact and an unseen value."""
    exact, conflict, unseen = (evidence(v) for v in (Verdict.EXACT, Verdict.CONFLICT, Verdict.MODEL_ONLY))
    cells = (Cell(row=0, col=0, text="a", evidence=exact), Cell(row=0, col=1, text="b", evidence=conflict))
    points = (
        DataPoint(category="Q1", text="1", value=1, evidence=exact),
        DataPoint(category="Q2", text="2", value=2, evidence=unseen),
    )
    blocks = (
        Block(kind=BlockKind.PARAGRAPH, text="said", box=BOX, evidence=exact),
        Block(kind=BlockKind.TABLE, text="a\tb", box=BOX, evidence=exact, table=Table(n_rows=1, n_cols=2, cells=cells)),
        Block(kind=BlockKind.CHART, text="1 2", box=BOX, evidence=exact, chart=Chart(series=(Series(points=points),))),
    )
    parse = PageParse(page_number=1, engine="r", blocks=blocks)
    return Page(document_id=new_document_id(), number=1, state=PageState.PARSED, parse=parse)


def test_each_verdict_shows_itself_and_what_is_better() -> None:
    for n, floor in enumerate(ORDER):
        shown = [verdict for verdict in ORDER if is_shown(evidence(Verdict(verdict)), Verdict(floor))]
        assert shown == list(ORDER[: n + 1])


def test_what_there_is_nothing_to_read_of_is_always_shown_and_what_nobody_compared_never() -> None:
    assert is_shown(evidence(Verdict.EMPTY), Verdict.EXACT)
    assert not is_shown(None, Verdict.ILLEGIBLE)
    assert is_shown(None, floor_of(None))


def test_values_below_keep_their_place_and_evidence_without_their_text() -> None:
    blocks, [table] = blocks_and_tables(page().parse, first_table=1, floor=Verdict.PARTIAL)
    assert [cell.text for cell in table.cells] == ["a", None]
    assert table.cells[1].evidence is not None
    assert table.cells[1].evidence.verdict is Verdict.CONFLICT
    assert [block.text for block in blocks] == ["said", None, None]
    assert blocks[2].chart is not None
    assert [(point.text, point.value) for point in blocks[2].chart.series[0].points] == [("1", 1), ("", None)]


def test_without_a_floor_all_is_shown() -> None:
    blocks, [table] = blocks_and_tables(page().parse, first_table=1)
    assert [cell.text for cell in table.cells] == ["a", "b"]
    assert [block.text for block in blocks] == ["said", "a\tb", "1 2"]


def test_content_without_evidence_names_the_verdict_instead() -> None:
    marked = with_marks(page(), Verdict.PARTIAL).parse
    assert marked is not None
    paragraph, table, chart = marked.blocks
    assert paragraph.text == "said"
    assert table.table is not None
    assert [cell.text for cell in table.table.cells] == ["a", "[conflict]"]
    assert chart.chart is not None
    assert [point.text for point in chart.chart.series[0].points] == ["1", "[model_only]"]


@pytest.mark.parametrize("floor", [None, Verdict.ILLEGIBLE])
def test_nothing_is_marked_where_all_is_shown(floor: Verdict | None) -> None:
    whole = page()
    assert with_marks(whole, floor) == whole
