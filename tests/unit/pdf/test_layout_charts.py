from __future__ import annotations

from docai.charts.assembly import ENGINE, FoundChart
from docai.domain.charts import Chart, DataPoint, Series
from docai.domain.geometry import Box, PageSize
from docai.domain.parses import Block, BlockKind
from docai.domain.tables import Cell, Table
from docai.domain.words import Word
from docai.pdf.layout import compose
from docai.pdf.layout_charts import without_tables
from docai.pdf.layout_regions import Region
from docai.pdf.tables import FoundTable

SIZE = PageSize(width_pt=600, height_pt=800)


def word(text: str, x: float, y: float, line: int) -> Word:
    return Word(text=text, box=Box.from_points((x, y, x + 30, y + 10), SIZE), line=line)


WORDS = (word("Rome", 150, 390, 0), word("Source:", 150, 420, 1), word("Bern", 450, 390, 2))


def chart(x0: float, x1: float, *word_ids: int, category: str = "Rome") -> FoundChart:
    said = Chart(series=(Series(points=(DataPoint(category=category, text="12", value=12.0),)),))
    plot = Box.from_points((x0 + 20, 210, x1, 380), SIZE)
    return FoundChart(Box.from_points((x0, 200, x1, 400), SIZE), plot, said, word_ids)


def figure(x0: float, y0: float, x1: float, y1: float) -> Region:
    return Region(BlockKind.FIGURE, (x0, y0, x1, y1), lines=[(x0, y0, x1, y1)])


def blocks(regions: list[Region], *charts: FoundChart) -> tuple[Block, ...]:
    return compose(regions, WORDS, SIZE, charts=charts)


def test_a_chart_takes_the_place_of_its_figure_and_keeps_all_its_words() -> None:
    found = blocks([figure(100, 190, 300, 435)], chart(100, 300, 0))
    (block,) = [b for b in found if b.kind is BlockKind.CHART]
    assert block.reader == ENGINE
    assert block.text == "\t\nRome\t12\nSource:", "its values, then what else is printed there"
    assert block.word_ids == (0, 1)
    assert not any(b.kind is BlockKind.FIGURE for b in found)


def test_a_figure_of_two_charts_gives_way_to_both() -> None:
    both = (chart(100, 300, 0), chart(400, 600, 2, category="Bern"))
    found = blocks([figure(100, 190, 600, 435)], *both)
    assert [b.word_ids for b in found if b.kind is BlockKind.CHART] == [(0,), (2,)]
    assert not any(b.kind is BlockKind.FIGURE for b in found)
    assert sorted(i for b in found for i in b.word_ids) == [0, 1, 2]


def test_a_word_that_two_charts_were_read_from_belongs_to_the_first() -> None:
    found = blocks([], chart(100, 300, 0), chart(400, 600, 0, 2, category="Bern"))
    assert [b.word_ids for b in found if b.kind is BlockKind.CHART] == [(0,), (2,)]


def test_a_legends_samples_are_no_figure_of_their_own() -> None:
    found = blocks([figure(250, 210, 270, 260)], chart(100, 300, 0))
    assert [b.kind for b in found if b.kind in (BlockKind.FIGURE, BlockKind.CHART)] == [BlockKind.CHART]


def test_another_figure_stays() -> None:
    found = blocks([figure(100, 500, 300, 700)], chart(100, 300, 0))
    assert {b.kind for b in found} >= {BlockKind.FIGURE, BlockKind.CHART}


def test_what_lies_in_a_table_is_no_chart() -> None:
    table = FoundTable(
        Box.from_points((90, 180, 310, 400), SIZE), Table(n_rows=1, n_cols=1, cells=(Cell(row=0, col=0),))
    )
    far = FoundTable(Box.from_points((90, 500, 310, 700), SIZE), table.table)
    assert without_tables([chart(100, 300)], [table]) == []
    assert without_tables([chart(100, 300)], [far]) == [chart(100, 300)]
