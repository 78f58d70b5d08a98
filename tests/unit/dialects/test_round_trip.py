import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.dialects import DIALECTS
from docai.dialects.dialect import Dialect, Shown
from docai.domain.geometry import Box
from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock
from docai.errors import ReplyUnreadable
from tests.unit.dialects.drawn import blocks, charts, tables

SHOWN = Shown(1000, 1400)
PAGES = ("page_json", "layout_json", "layout_json_1000", "olmocr", "doctags", "mineru", "deepseek", "html", "markdown")
CHARTS = frozenset({"page_json"})
"""Page dialects that say a chart's points with titles, units and ticks; the others leave them to a look at the crop."""
LEVELS = frozenset(PAGES) - {"mineru"}
COARSEST = 1 / 499
"""Of the grids that boxes are written in: DocTags'."""


def close(a: Box | None, b: Box | None) -> bool:
    return (
        a is not None and b is not None and all(abs(p - q) <= COARSEST for p, q in zip(edges(a), edges(b), strict=True))
    )


def edges(box: Box) -> tuple[float, float, float, float]:
    return box.x0, box.y0, box.x1, box.y1


def kinds(dialect: Dialect) -> frozenset[BlockKind]:
    said: frozenset[BlockKind] = dialect.kinds  # type: ignore[attr-defined]
    return said if dialect.name in CHARTS else said - {BlockKind.CHART}


def expected(name: str, block: ReadBlock) -> str:
    """Its text; two dollar signs within a formula, which no LaTeX has, may come apart."""
    is_markdown = name in {"olmocr", "deepseek", "markdown"}
    torn = "$$" in block.text and ("\\[" in block.text or "\\]" in block.text)
    return block.text.replace("$$", "$ $") if is_markdown and torn and block.kind is BlockKind.FORMULA else block.text


@pytest.mark.parametrize("name", PAGES)
def test_a_page_reads_back_as_it_was_written(name: str) -> None:
    dialect = DIALECTS[name]

    @settings(max_examples=20, deadline=None)
    @given(st.lists(blocks(kinds(dialect)), min_size=1, max_size=4))
    def check(written: list[ReadBlock]) -> None:
        reading = dialect.read(dialect.write(written, SHOWN), SHOWN)
        assert not reading.is_truncated
        assert not reading.problems
        assert [b.kind for b in reading.blocks] == [b.kind for b in written]
        assert [b.text for b in reading.blocks] == [expected(name, b) for b in written]
        assert [b.table for b in reading.blocks] == [b.table for b in written]
        assert [b.chart for b in reading.blocks] == [b.chart for b in written]
        if name in LEVELS:
            assert [b.level for b in reading.blocks] == [b.level for b in written]
        if dialect.has_boxes:
            assert all(close(a.box, b.box) for a, b in zip(reading.blocks, written, strict=True))

    check()


@pytest.mark.parametrize("name", ["otsl", "table", "elements", "html", "markdown", "deepseek", "olmocr"])
def test_a_table_keeps_its_cells_spans_and_roles(name: str) -> None:
    @settings(max_examples=15, deadline=None)
    @given(tables())
    def check(table) -> None:  # noqa: ANN001 - hypothesis
        block = ReadBlock(kind=BlockKind.TABLE, text="", table=table, box=Box(x0=0, y0=0, x1=1, y1=1))
        reading = DIALECTS[name].read(DIALECTS[name].write([block], SHOWN), SHOWN)
        assert [b.table for b in reading.blocks] == [table]
        assert not reading.problems

    check()


@given(tables(with_spans=False))
@settings(max_examples=25, deadline=None)
def test_pipes_are_written_where_they_can_say_it_all(table) -> None:  # noqa: ANN001 - hypothesis
    block = ReadBlock(kind=BlockKind.TABLE, text="", table=table)
    text = DIALECTS["markdown"].write([block], SHOWN)
    assert text.startswith("| ")
    assert DIALECTS["markdown"].read(text, SHOWN).blocks[0].table == table


@given(charts())
@settings(max_examples=25, deadline=None)
def test_a_chart_keeps_its_points_axes_units_and_ticks(chart) -> None:  # noqa: ANN001 - hypothesis
    block = ReadBlock(kind=BlockKind.CHART, text="", chart=chart)
    dialect = DIALECTS["chart_table"]
    assert dialect.read(dialect.write([block], SHOWN), SHOWN).blocks[0].chart == chart


PIECES = """
    <otsl> <fcel> <ecel> <lcel> <ucel> <xcel> <nl> <ched> </otsl> <doctag> <text> </text> <loc_5> <picture> <chart>
    <caption> </caption> <list_item> <table> </table> <tr> <td> </td> <td&colspan=1000000> <th&rowspan=0> <div> </div>
    <div&data-bbox="1&2&3&4"&data-label="Table"> <script> </script> <!-- --> <br> <math> <img&alt="x"> <b> { } [ ]
    {"bbox":[1,2,30,40], "category":"Table", "text":"a"} {"blocks":[ {"kind":"chart","chart":{} 1e999 NaN --- # - 1. >
    | |-|-| $ $$ \\[ \\] \\( \\begin{align} \\end{align} ` ``` * ** _ ~~ ![a](b) [a](http://b) &lt;
    <|ref|>text<|/ref|><|det|>[[1,2,3,4]]<|/det|> <|box_start|>1&2&3&4<|box_end|><|ref_start|>text<|ref_end|>
    <|md_start|> <|md_end|> <|rotate_left|> <0x0A> TITLE a b,c 12 \x00 \x01 \ud800 \ufdd0 é
"""
FRAGMENTS = st.sampled_from(PIECES.split()).map(lambda piece: piece if piece == "&lt;" else piece.replace("&", " "))
ANY_TEXT = st.one_of(
    st.lists(st.one_of(FRAGMENTS, st.sampled_from(["\n", "\n\n", " "])), max_size=30).map("".join),
    st.text(st.characters(), max_size=80),
)


@given(ANY_TEXT)
@settings(max_examples=100, deadline=None)
def test_any_text_gives_a_reading_or_our_own_error(text: str) -> None:
    for dialect in DIALECTS.values():
        try:
            reading = dialect.read(text, SHOWN)
        except ReplyUnreadable:
            continue
        reading.model_dump_json()


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_a_reply_cut_anywhere_gives_nothing_that_was_not_there(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["page_json", "layout_json", "doctags", "html"]))
    dialect = DIALECTS[name]
    written = data.draw(st.lists(blocks(kinds(dialect) - {BlockKind.TABLE, BlockKind.CHART}), min_size=2, max_size=4))
    text = dialect.write(written, SHOWN)
    cut = data.draw(st.integers(1, len(text) - 1))
    try:
        reading = dialect.read(text[:cut], SHOWN)
    except ReplyUnreadable:
        return
    assert [b.text for b in reading.blocks] == [b.text for b in written[: len(reading.blocks)]]
    assert reading.is_truncated or len(reading.blocks) <= len(written)
