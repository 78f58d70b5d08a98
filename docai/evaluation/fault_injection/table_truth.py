"""Tables whose cells are known: ICDAR 2013's from PDFs, with boxes, and PubTabNet's from pictures."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from docai.dialects.draft import Draft
from docai.dialects.html_tables import read_first_table
from docai.domain.geometry import Box, PageSize
from docai.domain.parses import Block, BlockKind
from docai.domain.readings import ReadBlock
from docai.domain.tables import Cell, Table
from docai.domain.words import PageWords
from docai.evaluation.fault_injection.opening import OpenedPage, Opener
from docai.evaluation.fault_injection.truth import TruthPage

_OF_TABLE = 0.5
"""A laid-out block of which more lies in a table is of the table."""


def table_pages(folder: Path, item: Mapping[str, Any], opener: Opener) -> Iterator[TruthPage]:
    """Every page with tables of a file, with the layout engine's reading of the text around them.

    Args:
        folder: of the set.
        item: of its manifest; nothing comes of files without true places of cells.
        opener: opens the file.
    """
    path, truth = folder / item["file"], folder / item["gt"]
    source = item["file"].split("/")[0]
    if source == "icdar2013":
        yield from _of_pdf(source, path, json.loads(truth.read_text(encoding="utf-8"))["tables"], opener)
    elif truth.suffix == ".html":
        yield from _of_picture(source, path, truth.read_text(encoding="utf-8"), opener)


def _of_pdf(source: str, path: Path, tables: Sequence[Mapping[str, Any]], opener: Opener) -> Iterator[TruthPage]:
    by_page: dict[int, list[Sequence[Mapping[str, Any]]]] = {}
    for table in tables:
        for region in table["regions"]:
            by_page.setdefault(region["page"], []).append(region["cells"])
    with opener.document(path) as document:
        for number, regions in sorted(by_page.items()):
            page = opener.page(path, document, number, lays_out=True)
            read = [_read_table(region_table(cells, page.facts.size, page.words)) for cells in regions]
            yield TruthPage(
                source=source,
                path=path,
                name=path.stem,
                page_number=number,
                words=page.words,
                blocks=_among(read, page),
            )


def _of_picture(source: str, path: Path, html: str, opener: Opener) -> Iterator[TruthPage]:
    read = read_first_table(html, Draft())
    if read.table is not None:
        words = opener.picture_words(path)
        yield TruthPage(source=source, path=path, name=path.stem, page_number=1, words=words, blocks=(read,))


def region_table(cells: Sequence[Mapping[str, Any]], size: PageSize, words: PageWords) -> Table:
    """The table of cells as the ICDAR 2013 competition gives them: places nothing is said of are empty cells.

    Args:
        cells: with `row`, `col`, `row_end`, `col_end`, `text` and `bbox_pdf_bl`: left, bottom, right and top in points.
        size: of the page.
        words: of the page; they tell from which height boxes were measured on a page that is shown turned.
    """
    first_row, first_col = min(c["row"] for c in cells), min(c["col"] for c in cells)
    heights = (size.height_pt, size.width_pt)
    readings = [[_cell(c, first_row, first_col, size, height) for c in cells] for height in heights]
    found = max(readings, key=lambda each: _n_in_place(each, words))
    taken = {(r, k) for c in found for r in range(c.row, c.row + c.row_span) for k in range(c.col, c.col + c.col_span)}
    n_rows, n_cols = 1 + max(r for r, _ in taken), 1 + max(k for _, k in taken)
    gaps = [Cell(row=r, col=k) for r in range(n_rows) for k in range(n_cols) if (r, k) not in taken]
    in_order = sorted([*found, *gaps], key=lambda cell: (cell.row, cell.col))
    return Table(n_rows=n_rows, n_cols=n_cols, cells=tuple(in_order))


def _cell(cell: Mapping[str, Any], first_row: int, first_col: int, size: PageSize, height_pt: float) -> Cell:
    x0, bottom, x1, top = cell["bbox_pdf_bl"]
    return Cell(
        row=cell["row"] - first_row,
        col=cell["col"] - first_col,
        row_span=cell["row_end"] - cell["row"] + 1,
        col_span=cell["col_end"] - cell["col"] + 1,
        text=cell["text"],
        box=Box.from_points((x0, height_pt - top, x1, height_pt - bottom), size),
    )


def _n_in_place(cells: Sequence[Cell], words: PageWords) -> int:
    """How many cells have one of their words in their box."""
    return sum(
        any(cell.box.holds(word.box.centre) and word.text in cell.text for word in words.words)
        for cell in cells
        if cell.box is not None
    )


def _read_table(table: Table) -> ReadBlock:
    box = Box.around(cell.box for cell in table.cells if cell.box)
    return ReadBlock(kind=BlockKind.TABLE, text=table_text(table), box=box, table=table)


def table_text(table: Table) -> str:
    """A table's text, as blocks give it: cells row by row, tab-separated."""
    rows: list[list[str]] = [[] for _ in range(table.n_rows)]
    for cell in table.cells:
        rows[cell.row].append(cell.text)
    return "\n".join("\t".join(row) for row in rows)


def _among(tables: Sequence[ReadBlock], page: OpenedPage) -> tuple[ReadBlock, ...]:
    """The tables in reading order among the text that the layout engine reads around them."""
    around = [_read(b) for b in page.blocks if b.table is None and not _is_in(b, tables)]
    for table in sorted(tables, key=lambda t: t.box.y0 if t.box else 0.0):
        below = (n for n, b in enumerate(around) if b.box and table.box and b.box.y0 >= table.box.y1)
        around.insert(next(below, len(around)), table)
    return tuple(around)


def _is_in(block: Block, tables: Sequence[ReadBlock]) -> bool:
    shared = sum(block.box.overlap(table.box) for table in tables if table.box)
    return shared > _OF_TABLE * block.box.area


def _read(block: Block) -> ReadBlock:
    return ReadBlock(kind=block.kind, text=block.text, box=block.box, level=block.level)
