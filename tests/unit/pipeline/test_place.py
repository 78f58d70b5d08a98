"""Readings of parts of a page come to stand where they were read, each thing once."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from docai.domain.charts import Chart, DataPoint, Series
from docai.domain.geometry import Box
from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock, Reading
from docai.domain.tables import Cell, Table
from docai.pipeline.place import View, joined, placed, turned
from docai.rendering.pieces import Piece, cut_pieces

WIDTH, HEIGHT = 80, 120
MARK = Box(x0=20 / WIDTH, y0=90 / HEIGHT, x1=40 / WIDTH, y1=100 / HEIGHT)
"""A black rectangle on the page below."""


def page() -> bytes:
    image = Image.new("L", (WIDTH, HEIGHT), 255)
    image.paste(0, (20, 90, 40, 100))
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def text(said: str, box: Box | None = None, kind: BlockKind = BlockKind.PARAGRAPH) -> ReadBlock:
    return ReadBlock(kind=kind, text=said, box=box)


def near(one: Box, other: Box, by: float = 0.02) -> bool:
    pairs = zip(one.model_dump().values(), other.model_dump().values(), strict=True)
    return all(abs(a - b) <= by for a, b in pairs)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("part", [None, Box(x0=0.1, y0=0.5, x1=0.9, y1=1.0)])
def test_what_is_seen_on_a_turned_piece_is_where_it_stands_on_the_page(rotation: int, part: Box | None) -> None:
    region = None if part is None else turned(part, rotation)
    size = (WIDTH, HEIGHT) if rotation % 180 == 0 else (HEIGHT, WIDTH)
    pixels = size if region is None else (round(region.width * size[0]), round(region.height * size[1]))
    (cut,) = cut_pieces(page(), [Piece(region, *pixels, rotation)])
    with Image.open(io.BytesIO(cut)) as opened:
        assert opened.size == pixels, "pixel for pixel"
        black = np.argwhere(np.asarray(opened.convert("L")) < 128)
    (top, left), (bottom, right) = black.min(axis=0), black.max(axis=0) + 1
    seen = Box(x0=left / pixels[0], y0=top / pixels[1], x1=right / pixels[0], y1=bottom / pixels[1])
    assert near(View(region, rotation).place(seen), MARK)


def test_a_page_that_is_shown_whole_keeps_its_bytes() -> None:
    assert cut_pieces(page(), [Piece(None, WIDTH, HEIGHT)]) == [page()]


@settings(max_examples=50, deadline=None)
@given(
    corners=st.tuples(*[st.floats(0, 1)] * 4),
    rotation=st.sampled_from([0, 90, 180, 270]),
)
def test_turning_a_box_there_and_back_changes_nothing(
    corners: tuple[float, float, float, float], rotation: int
) -> None:
    box = Box.clipped(*corners)
    assert near(View(None, rotation).place(turned(box, rotation)), box, 1e-9)


def test_cells_and_values_move_with_their_blocks() -> None:
    whole = Box(x0=0, y0=0, x1=1, y1=1)
    table = Table(n_rows=1, n_cols=1, cells=(Cell(row=0, col=0, text="1", box=whole),))
    chart = Chart(series=(Series(points=(DataPoint(category="a", text="1", box=whole),)),))
    blocks = (
        ReadBlock(kind=BlockKind.TABLE, text="1", table=table),
        ReadBlock(kind=BlockKind.CHART, text="1", chart=chart),
    )
    part = Box(x0=0.5, y0=0.5, x1=1, y1=1)
    of_table, of_chart = placed(Reading(blocks=blocks), View(part))
    assert of_table.block.table is not None
    assert of_chart.block.chart is not None
    assert of_table.block.table.cells[0].box == of_chart.block.chart.series[0].points[0].box == part
    assert of_table.area == part


def test_what_two_overlapping_parts_share_is_told_once_and_whole() -> None:
    upper = View(Box(x0=0, y0=0, x1=1, y1=0.6))
    lower = View(Box(x0=0, y0=0.4, x1=1, y1=1))
    lines = [f"line {n} says {n * 37} things of its own" for n in range(10)]
    first = placed(Reading(blocks=tuple(text(line) for line in lines[:6])), upper)
    second = placed(Reading(blocks=tuple(text(line) for line in lines[4:])), lower)
    assert [each.block.text for each in joined([first, second])] == lines


def test_a_block_that_an_edge_cut_is_taken_from_the_part_that_has_all_of_it() -> None:
    whole = "This paragraph has a first line, and a second one, and a third one that ends it."
    first = placed(Reading(blocks=(text("Title"), text(whole[:60]))), View(Box(x0=0, y0=0, x1=1, y1=0.6)))
    second = placed(Reading(blocks=(text(whole), text("End"))), View(Box(x0=0, y0=0.4, x1=1, y1=1)))
    assert [each.block.text for each in joined([first, second])] == ["Title", whole, "End"]


def test_equal_texts_at_different_places_are_two_blocks() -> None:
    upper, lower = Box(x0=0, y0=0, x1=1, y1=0.1), Box(x0=0, y0=0.8, x1=1, y1=0.9)
    first = placed(Reading(blocks=(text("Total", upper),)), View())
    second = placed(Reading(blocks=(text("Total", lower),)), View())
    assert len(joined([first, second])) == 2
    assert len(joined([first, placed(Reading(blocks=(text("Total!", upper),)), View())])) == 1
