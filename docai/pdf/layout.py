"""One page to blocks, tables and reading order without a VLM."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum

import numpy as np
import pymupdf

from docai.charts.assembly import FoundChart
from docai.domain.geometry import Box, PageSize, PointBox
from docai.domain.parses import PICTURES, Block, BlockKind
from docai.domain.words import PageWords, Witness, Word
from docai.pdf.drawings import find_charts
from docai.pdf.fields import Field, read_fields
from docai.pdf.layout_captions import with_captions
from docai.pdf.layout_charts import chart_block, with_charts, without_tables
from docai.pdf.layout_columns import with_columns_apart
from docai.pdf.layout_floats import around_paragraphs
from docai.pdf.layout_headings import with_levels
from docai.pdf.layout_regions import Region, bounds, rects_of, regions_of, share_out
from docai.pdf.layout_text import in_reading_order, reads_leftwards, rows_by_place, text_of, vocabulary
from docai.pdf.layout_units import bounds_of, units_of
from docai.pdf.reading_order import Rects, reading_order
from docai.pdf.tables import FoundTable, read_tables

_SAME_PLACE = 0.5
"""A region of which more than this share lies in a found table is that table."""
_MARGIN = 0.1
"""Share of the page's width on either side in which notes and stamps stand."""
_UPRIGHT = 3.0
"""Height over width of text in the margin that runs up the page, or of a column of line numbers."""
_FORM_FIELDS = 4
"""A table with so many fields to fill in is a form."""
_BAND = 3.0
"""Line heights of white across the page that part what is above from what is below."""
_SMALL_PRINT = 0.95
"""Of the body's line height; smaller print right behind a table is a note to it."""


class _Place(IntEnum):
    """The parts of a page, in the order in which they are read."""

    HEAD = 0
    BODY = 1
    NOTES = 2
    SIDE = 3
    FOOT = 4


_PLACES = {BlockKind.HEADER: _Place.HEAD, BlockKind.FOOTNOTE: _Place.NOTES, BlockKind.FOOTER: _Place.FOOT}


def read_layout(page: pymupdf.Page, words: PageWords) -> tuple[Block, ...]:
    """The page's blocks in reading order; every word belongs to one, those of a field in a table's cell to both.

    Args:
        page: freed of its rotation. Its `layout_information` is used if it was read raw, else read here, once.
        words: what the page says; boxes in fractions of the page.
    """
    if page.layout_information is None:
        page.get_layout(return_raw=True, filter_img_bboxes=True)
    size = PageSize(width_pt=page.rect.width, height_pt=page.rect.height)
    regions = regions_of(page.layout_information or ())
    return compose(
        regions,
        words.words,
        size,
        tables=read_tables(page, words),
        charts=_read_charts(page, words, regions),
        fields=read_fields(page, words.words, size),
        is_first_page=page.number == 0,
    )


def _read_charts(page: pymupdf.Page, words: PageWords, regions: Sequence[Region]) -> list[FoundChart]:
    """The page's charts that can be read from the drawing; a scan has none."""
    if words.witness is not Witness.TEXT_LAYER:
        return []
    return find_charts(page, words.words, [PointBox(*r.rect) for r in regions if r.kind is BlockKind.FIGURE])


def compose(
    regions: list[Region],
    words: Sequence[Word],
    size: PageSize,
    *,
    tables: Sequence[FoundTable] = (),
    charts: Sequence[FoundChart] = (),
    fields: Sequence[Field] = (),
    is_first_page: bool = False,
) -> tuple[Block, ...]:
    """Regions, tables, charts and fields with the words they hold, as blocks in reading order."""
    rects = rects_of(words, size)
    tables = [found for found in tables if not _is_form(found.box, fields, size)]
    blocks = [_table_block(found) for found in tables] + [_field_block(field, size) for field in fields]
    taken = {i for block in blocks for i in block.word_ids}
    regions = [region for region in regions if not _is_taken(region, tables, fields, size)]
    regions = with_charts(regions, without_tables(charts, tables), size, taken)
    taken |= {i for region in regions for i in region.word_ids}
    share_out(regions, words, rects, [i for i in range(len(words)) if i not in taken])
    regions = with_columns_apart(regions, words, rects)
    known = vocabulary(words)
    blocks += [
        _region_block(region, words, rects, size, known=known)
        for region in regions
        if region.word_ids or region.kind in PICTURES
    ]
    ordered = _in_order(with_captions(blocks), words, rects, size)
    return tuple(with_levels(ordered, words, size.height_pt, is_first_page=is_first_page))


def _table_block(found: FoundTable) -> Block:
    cells = found.table.cells
    rows = [[cell.text for cell in cells if cell.row == row] for row in range(found.table.n_rows)]
    return Block(
        kind=BlockKind.TABLE,
        text="\n".join("\t".join(row) for row in rows),
        box=found.box,
        word_ids=tuple(i for cell in cells for i in cell.word_ids),
        table=found.table,
    )


def _field_block(field: Field, size: PageSize) -> Block:
    return Block(
        kind=BlockKind.FIELD,
        text=field.value,
        label=field.label,
        box=Box.from_points(field.rect, size),
        word_ids=field.word_ids,
    )


def _is_taken(region: Region, tables: Sequence[FoundTable], fields: Sequence[Field], size: PageSize) -> bool:
    """Whether the region is a table that was found, a picture in the place of one, or a form taken for a table."""
    box = Box.from_points(region.rect, size)
    if region.kind is BlockKind.TABLE:
        is_found = any(box.overlap(found.box) > _SAME_PLACE * box.area for found in tables)
        return is_found or _is_form(box, fields, size)
    return region.kind is BlockKind.FIGURE and any(box.iou(found.box) > _SAME_PLACE for found in tables)


def _is_form(box: Box, fields: Sequence[Field], size: PageSize) -> bool:
    """Whether so many fields to fill in stand there that the rules and columns are a form's, not a table's."""
    inside = [field for field in fields if box.holds(Box.from_points(field.rect, size).centre)]
    return len(inside) >= _FORM_FIELDS


def _region_block(
    region: Region, words: Sequence[Word], rects: Rects, size: PageSize, *, known: frozenset[str]
) -> Block:
    if region.chart is not None:
        return chart_block(region, words, rects, size, known=known)
    if region.kind is BlockKind.TABLE:
        rows = rows_by_place(region.word_ids, words)
        text = "\n".join("\t".join(text_of([cell], words, known) for cell in row) for row in rows)
        lines = [cell for row in rows for cell in row]
    else:
        lines = in_reading_order(region.word_ids, words)
        text = text_of(lines, words, known)
    ids = tuple(i for line in lines for i in line)
    around = np.vstack([rects[list(ids)], [region.rect] if region.kind is BlockKind.FIGURE else np.empty((0, 4))])
    return Block(kind=region.kind, text=text, box=Box.from_points(bounds(around), size), word_ids=ids)


def _in_order(blocks: Sequence[Block], words: Sequence[Word], rects: Rects, size: PageSize) -> list[Block]:
    """Head of the page, body, footnotes, side notes, foot; each part in reading order."""
    places = [_place(block, size) for block in blocks]
    line_height = float(np.median(rects[:, 3] - rects[:, 1])) if len(rects) else 0.0
    leftwards = reads_leftwards(words)
    ordered: list[Block] = []
    for place in _Place:
        part = [block for block, at in zip(blocks, places, strict=True) if at is place]
        units = units_of(part)
        boxes = np.array([bounds_of(unit).to_points(size) for unit in units], dtype=np.float64).reshape(-1, 4)
        order = reading_order(boxes, band_pt=_BAND * line_height, leftwards=leftwards)
        part = [block for i in order for block in units[i]]
        ordered += around_paragraphs(part, _is_small(blocks, rects)) if place is _Place.BODY else part
    return ordered


def _is_small(blocks: Sequence[Block], rects: Rects) -> Callable[[Block], bool]:
    """A test whether a block is printed smaller than the page's paragraphs."""
    body = [i for block in blocks if block.kind is BlockKind.PARAGRAPH for i in block.word_ids]
    heights = rects[:, 3] - rects[:, 1]
    usual = float(np.median(heights[body])) if body else 0.0

    def is_small(block: Block) -> bool:
        return bool(block.word_ids) and float(np.median(heights[list(block.word_ids)])) < _SMALL_PRINT * usual

    return is_small


def _place(block: Block, size: PageSize) -> _Place:
    if block.kind in _PLACES:
        return _PLACES[block.kind]
    in_margin = block.box.x1 < _MARGIN or block.box.x0 > 1 - _MARGIN
    x0, y0, x1, y1 = block.box.to_points(size)
    return _Place.SIDE if in_margin and y1 - y0 > _UPRIGHT * (x1 - x0) else _Place.BODY
