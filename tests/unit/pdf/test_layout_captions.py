from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind
from docai.domain.tables import Cell, Table
from docai.pdf.layout_captions import caption_hosts, with_captions


def at(y0: float, y1: float, x0: float = 0.1, x1: float = 0.9) -> Box:
    return Box(x0=x0, y0=y0, x1=x1, y1=y1)


def table(box: Box) -> Block:
    return Block(
        kind=BlockKind.TABLE, text="1", box=box, table=Table(n_rows=1, n_cols=1, cells=(Cell(row=0, col=0, text="1"),))
    )


def text(words: str, box: Box, kind: BlockKind = BlockKind.CAPTION) -> Block:
    return Block(kind=kind, text=words, box=box)


def captions(*blocks: Block) -> list[str | None]:
    return [b.table.caption for b in with_captions(blocks) if b.table is not None]


def test_a_table_gets_the_caption_right_above_it() -> None:
    assert captions(text("Table 1. Doses", at(0.10, 0.12)), table(at(0.13, 0.3))) == ["Table 1. Doses"]


def test_a_table_gets_the_caption_below_it() -> None:
    assert captions(table(at(0.13, 0.3)), text("Doses", at(0.31, 0.33))) == ["Doses"]


def test_a_figure_caption_is_not_a_tables() -> None:
    assert captions(text("Figure 3. Doses", at(0.10, 0.12)), table(at(0.13, 0.3))) == [None]


def test_text_that_starts_like_a_table_caption_is_one() -> None:
    named = text("Table 4: Doses", at(0.10, 0.12), BlockKind.PARAGRAPH)
    other = text("Doses follow", at(0.31, 0.33), BlockKind.PARAGRAPH)
    assert captions(named, table(at(0.13, 0.3)), other) == ["Table 4: Doses"]


def test_text_that_became_a_caption_is_marked_as_one() -> None:
    named = text("Table 4: Doses", at(0.10, 0.12), BlockKind.PARAGRAPH)
    assert [b.kind for b in with_captions([named, table(at(0.13, 0.3))])] == [BlockKind.CAPTION, BlockKind.TABLE]


def test_each_of_two_tables_gets_its_own_caption() -> None:
    blocks = (
        text("Table 1", at(0.10, 0.12)),
        table(at(0.13, 0.3)),
        text("Table 2", at(0.34, 0.36)),
        table(at(0.37, 0.5)),
    )
    assert captions(*blocks) == ["Table 1", "Table 2"]


def test_a_caption_far_off_or_in_another_column_is_nobodys() -> None:
    far, beside = text("Table 1", at(0.6, 0.62)), text("Table 1", at(0.15, 0.2, 0.92, 0.99))
    assert captions(far, beside, table(at(0.13, 0.3))) == [None]


def test_a_caption_that_the_table_reader_found_is_kept() -> None:
    block = table(at(0.13, 0.3))
    assert block.table is not None
    known = block.model_copy(update={"table": block.table.model_copy(update={"caption": "Its own"})})
    assert captions(text("Table 1", at(0.10, 0.12)), known) == ["Its own"]


def test_a_figures_caption_is_not_taken_for_a_table_in_reach() -> None:
    figure = Block(kind=BlockKind.FIGURE, text="", box=at(0.5, 0.7))
    blocks = (table(at(0.1, 0.48)), figure, text("Fig. 2 A curve", at(0.71, 0.73)))
    assert caption_hosts(blocks) == {2: 1}
