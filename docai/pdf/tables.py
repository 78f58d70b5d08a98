"""One page's tables: regions and line guesses from the layout model, grids from words, rules and white space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pymupdf

from docai.domain.geometry import Box, PageSize
from docai.domain.tables import Cell, Table
from docai.domain.words import PageWords
from docai.grids.cells import Grid, fill
from docai.grids.columns import column_edges
from docai.grids.marks import Clues, Guess, Mark, Region
from docai.grids.rows import row_edges

ENGINE = f"docai grids on pymupdf {pymupdf.VersionBind}"
FAINT = 0.05
"""Line guesses below this probability are noise."""


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table and where it stands."""

    box: Box
    table: Table


def read_tables(page: pymupdf.Page, words: PageWords) -> tuple[FoundTable, ...]:
    """The page's tables in the layout's order.

    Args:
        page: freed of its rotation; layout found earlier is used, and left as it was.
        words: the page's words; cells refer to them by index.
    """
    size = PageSize(width_pt=page.rect.width, height_pt=page.rect.height)
    marks = _marks(words, size)
    found = [_read(clues, size) for clues in _clues(_raw_layout(page), marks)]
    return tuple(t for t in found if t is not None)


def _raw_layout(page: pymupdf.Page) -> list[dict[str, Any]]:
    before = page.layout_information
    if before is None or any(not isinstance(group, dict) for group in before):
        page.get_layout(return_raw=True)
    groups = page.layout_information or []
    page.layout_information = before
    return groups


def _marks(words: PageWords, size: PageSize) -> list[Mark]:
    return [Mark(*w.box.to_points(size), w.text, w.line, i) for i, w in enumerate(words.words)]


def _clues(groups: list[dict[str, Any]], marks: list[Mark]) -> list[Clues]:
    found = []
    for group in groups:
        if group["class_name"] != "table":
            continue
        region = Region(*group["group_bbox"][:4])
        inside = tuple(m for m in marks if region.holds(m.cx, m.cy))
        prior = group.get("table_grid")
        rows = _guesses(prior.h_on_prob, region.y0, region.height) if prior is not None else ()
        cols = _guesses(prior.v_on_prob, region.x0, region.width) if prior is not None else ()
        found.append(Clues(region, inside, row_guesses=rows, col_guesses=cols))
    return found


def _guesses(probabilities: Sequence[float], start: float, extent: float) -> tuple[Guess, ...]:
    step = extent / max(1, len(probabilities) - 1)
    return tuple(Guess(start + i * step, float(p)) for i, p in enumerate(probabilities) if p >= FAINT)


def _read(clues: Clues, size: PageSize) -> FoundTable | None:
    if not clues.marks:
        return None
    grid = fill(clues, row_edges(clues), column_edges(clues))
    return FoundTable(Box.from_points(clues.region, size), _table(grid, size))


def _table(grid: Grid, size: PageSize) -> Table:
    cells = tuple(
        Cell(
            row=s.row,
            col=s.col,
            row_span=s.row_span,
            col_span=s.col_span,
            text=s.text,
            box=Box.from_points(grid.region_of(s), size),
            word_ids=tuple(m.word_id for m in s.marks),
        )
        for s in grid.slots
    )
    return Table(n_rows=len(grid.ys) - 1, n_cols=len(grid.xs) - 1, cells=cells, engine=ENGINE)
