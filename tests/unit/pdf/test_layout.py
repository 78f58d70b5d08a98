from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pymupdf
import pytest

from docai.domain.documents import PageSize
from docai.domain.parses import Block, BlockKind
from docai.domain.words import Word
from docai.pdf.draw import form, report
from docai.pdf.layout import compose, read_layout
from docai.pdf.layout_regions import Region, bounds, rects_of
from docai.pdf.words import read_words

SIZE = PageSize(width_pt=595, height_pt=842)


@cache
def read(name: str, number: int = 1) -> tuple[tuple[Block, ...], tuple[Word, ...]]:
    """Blocks and words of a drawn document's page."""
    with pymupdf.open(stream={"report": report, "form": form}[name]().pdf) as pdf:
        page = pdf[number - 1]
        words = read_words(page)
        return read_layout(page, words), words.words


def of_kind(blocks: Sequence[Block], *kinds: BlockKind) -> list[Block]:
    return [block for block in blocks if block.kind in kinds]


@pytest.mark.parametrize(("name", "number"), [("report", 1), ("report", 2), ("form", 1)])
def test_every_word_belongs_to_exactly_one_block(name: str, number: int) -> None:
    blocks, words = read(name, number)
    assert sorted(i for block in blocks for i in block.word_ids) == list(range(len(words)))


@pytest.mark.parametrize(("name", "number"), [("report", 1), ("report", 2), ("form", 1)])
def test_every_words_middle_lies_in_its_block(name: str, number: int) -> None:
    blocks, words = read(name, number)
    assert all(block.box.holds(words[i].box.centre) for block in blocks for i in block.word_ids)


def test_columns_are_read_one_after_the_other() -> None:
    blocks, _ = read("report", 1)
    headings = [block.text for block in of_kind(blocks, BlockKind.HEADING)]
    assert headings.index("Summary") < headings.index("Reliability")
    text = " ".join(block.text for block in blocks)
    assert text.index("one in forty") < text.index("The network was available") < text.index("Table 1")


def test_title_header_and_footer_are_told_apart() -> None:
    blocks, _ = read("report", 1)
    assert [block.text for block in of_kind(blocks, BlockKind.TITLE)] == ["Annual Review 2025"]
    assert blocks[0].kind is BlockKind.HEADER
    assert [block.text for block in of_kind(blocks, BlockKind.FOOTER)] == ["Page 1 of 2"]
    assert blocks[-1].kind is BlockKind.FOOTER


def test_a_table_has_its_cells_and_its_caption_and_no_word_twice() -> None:
    blocks, _ = read("report", 1)
    (block,) = of_kind(blocks, BlockKind.TABLE)
    assert block.table is not None
    assert (block.table.n_rows, block.table.n_cols) == (7, 9)
    assert (block.table.caption or "").startswith("Table 1. Revenue by region")
    assert "\t41.2\t43.8" in block.text
    assert not any("41.2" in other.text for other in blocks if other is not block)


def test_a_chart_is_read_from_its_drawing() -> None:
    blocks, words = read("report", 2)
    (chart,) = of_kind(blocks, BlockKind.CHART)
    assert chart.chart is not None
    (series,) = chart.chart.series
    assert [(point.category, point.text) for point in series.points] == [
        ("2021", "1,850"),
        ("2022", "2,940"),
        ("2023", "4,310"),
        ("2024", "6,020"),
        ("2025", "7,485"),
    ]
    assert chart.chart.y_axis.ticks == ("8,000", "6,000", "4,000", "2,000", "0")
    assert {"7,485", "2025", "8,000"} <= {words[i].text for i in chart.word_ids}
    following = blocks[blocks.index(chart) + 1]
    assert (following.kind, following.text[:9]) == (BlockKind.CAPTION, "Figure 1.")


def test_footnotes_come_after_the_body() -> None:
    blocks, _ = read("report", 2)
    assert [block.kind for block in blocks[-2:]] == [BlockKind.FOOTNOTE, BlockKind.FOOTER]


def test_form_fields_carry_label_and_value() -> None:
    blocks, words = read("form")
    fields = {block.label: block for block in of_kind(blocks, BlockKind.FIELD)}
    assert fields["Date of birth"].text == "27 February 1991"
    assert [words[i].text for i in fields["Date of birth"].word_ids] == ["27", "February", "1991"]
    ticked = [block.text for label, block in fields.items() if label and "membership, " in label]
    assert ticked == ["yes", "no"]


def test_a_form_is_not_taken_for_a_table() -> None:
    blocks, _ = read("form")
    assert not any("Family name" in block.text for block in of_kind(blocks, BlockKind.TABLE))
    labels = [block.text for block in blocks if block.kind is BlockKind.PARAGRAPH]
    assert "Family name" in labels


def test_the_layout_is_found_once() -> None:
    with pymupdf.open(stream=report().pdf) as pdf:
        page = pdf[0]
        page.layout_information = []
        blocks = read_layout(page, read_words(page))
        assert page.layout_information == []
        assert not of_kind(blocks, BlockKind.HEADING, BlockKind.HEADER, BlockKind.FOOTER)


def test_a_page_without_anything_has_no_blocks() -> None:
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        assert read_layout(page, read_words(page)) == ()


def test_a_stamp_up_the_margin_does_not_break_the_order() -> None:
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=SIZE.width_pt, height=SIZE.height_pt)
        page.insert_text((25, 600), "arXiv:2511.01234 [cs.CL] 3 Nov 2025", fontsize=14, rotate=90)
        page.insert_text((100, 100), "Above", fontsize=11)
        page.insert_text((100, 700), "Below", fontsize=11)
        words = read_words(page).words
    rects = rects_of(words, SIZE)
    stamp, above, below = bounds(rects[:-2]), bounds(rects[-2:-1]), bounds(rects[-1:])
    regions = [Region(BlockKind.PARAGRAPH, rect, [rect]) for rect in (stamp, above, below)]
    texts = [block.text for block in compose(regions, words, SIZE)]
    assert texts == ["Above", "Below", "arXiv:2511.01234 [cs.CL] 3 Nov 2025"]
