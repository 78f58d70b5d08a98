from __future__ import annotations

from collections.abc import Sequence

import pytest

from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import Cell, Table
from docai.domain.words import PageWords, Witness, Word
from docai.pipeline.page_terms import page_terms

BOX = Box(x0=0.1, y0=0.1, x1=0.9, y1=0.9)


def words_of(text: str) -> PageWords:
    return PageWords(witness=Witness.TEXT_LAYER, words=tuple(Word(text=each, box=BOX, line=0) for each in text.split()))


def block(text: str, ids: Sequence[int], kind: BlockKind = BlockKind.PARAGRAPH, **more: object) -> Block:
    return Block.model_validate({"kind": kind, "text": text, "box": BOX, "word_ids": tuple(ids), **more})


def parse_of(*blocks: Block) -> PageParse:
    return PageParse(page_number=1, engine="reader 1", blocks=blocks)


def table_block(rows: Sequence[Sequence[tuple[str, Sequence[int]]]], caption: str | None = None) -> Block:
    """A table of cells: text and word ids."""
    cells = tuple(
        Cell(row=row, col=col, text=text, word_ids=tuple(ids))
        for row, line in enumerate(rows)
        for col, (text, ids) in enumerate(line)
    )
    table = Table(n_rows=len(rows), n_cols=len(rows[0]), cells=cells, caption=caption)
    text = "\n".join("\t".join(text for text, _ in line) for line in rows)
    ids = [i for cell in cells for i in cell.word_ids]
    return block(text, ids, BlockKind.TABLE, table=table)


def test_a_page_without_a_layout_is_counted_by_its_words() -> None:
    assert page_terms(words_of("The invoices of the invoice 1,200"), None) == {"invoic": 2, "1200": 1}


def test_a_page_without_anything_has_no_terms() -> None:
    assert page_terms(None, None) == {}
    assert page_terms(None, parse_of()) == {}


def test_words_that_the_end_of_a_line_broke_are_counted_whole() -> None:
    words = words_of("an inter- national \ufb01rm")
    assert page_terms(words, parse_of(block("an international firm", range(4)))) == {"internat": 1, "firm": 1}


def test_a_table_is_counted_cell_by_cell_and_once() -> None:
    words = words_of("Region Revenue Sweden 35.5")
    table = table_block([[("Region", [0]), ("Revenue", [1])], [("Sweden", [2]), ("35.5", [3])]])
    assert page_terms(words, parse_of(table)) == {"region": 1, "revenu": 1, "sweden": 1, "35.5": 1}


def test_words_that_stand_in_no_block_are_counted_too() -> None:
    words = words_of("zinc copper zinc")
    assert page_terms(words, parse_of(block("zinc", [0]))) == {"zinc": 2, "copper": 1}


def test_a_word_that_belongs_to_a_cell_but_not_to_its_text_is_not_counted() -> None:
    """A row of dots that leads to the figure, as the cell's text leaves it out."""
    words = words_of("Total x.x 12")
    table = table_block([[("Total", [0, 1]), ("12", [2])]])
    assert page_terms(words, parse_of(table)) == {"total": 1, "12": 1}


def test_a_caption_printed_as_a_block_of_its_own_is_counted_once() -> None:
    words = words_of("Emissions 12")
    table = table_block([[("12", [1])]], caption="Emissions")
    caption = block("Emissions", [0], BlockKind.CAPTION)
    assert page_terms(words, parse_of(caption, table)) == {"emiss": 1, "12": 1}


def test_a_caption_within_the_frame_of_its_table_is_counted_once() -> None:
    words = words_of("Emissions 12")
    assert page_terms(words, parse_of(table_block([[("12", [1])]], caption="Emissions"))) == {"emiss": 1, "12": 1}


@pytest.mark.parametrize(("printed", "expected"), [("Surname Miller", 1), ("Miller", 1), ("Surname Surname Miller", 2)])
def test_a_label_counts_as_often_as_it_is_printed_and_else_once(printed: str, expected: int) -> None:
    words = words_of(printed)
    last = len(words.words) - 1
    field = block("Miller", [last], BlockKind.FIELD, label="Surname")
    labels = [block("Surname", [i]) for i in range(last)]
    assert page_terms(words, parse_of(*labels, field)) == {"surnam": expected, "miller": 1}


def test_a_value_filled_into_a_cell_is_counted_once() -> None:
    words = words_of("Miller")
    field = block("Miller", [0], BlockKind.FIELD)
    assert page_terms(words, parse_of(table_block([[("Miller", [0])]]), field)) == {"miller": 1}


def test_a_value_that_the_file_holds_and_the_page_does_not_print_is_counted() -> None:
    assert page_terms(PageWords(witness=None), parse_of(block("Miller", [], BlockKind.FIELD))) == {"miller": 1}


def test_a_figure_without_words_adds_nothing() -> None:
    assert page_terms(words_of("zinc"), parse_of(block("", [], BlockKind.FIGURE))) == {"zinc": 1}


def test_chinese_words_of_a_block_are_paired_across_their_bounds() -> None:
    words = words_of("\u6771\u4eac \u90fd\u5e81")
    joined = page_terms(words, parse_of(block("\u6771\u4eac\u90fd\u5e81", [0, 1])))
    assert joined == {"\u6771\u4eac": 1, "\u4eac\u90fd": 1, "\u90fd\u5e81": 1}
