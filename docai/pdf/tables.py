"""One page's tables: regions and line guesses from the layout model, grids from words, rules and white space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pymupdf

from docai.domain.geometry import Box, PageSize, PointBox
from docai.domain.tables import Cell, Table
from docai.domain.words import PageWords
from docai.grids.cells import Grid, fill
from docai.grids.columns import column_edges
from docai.grids.marks import Clues, Guess, Mark, Rule
from docai.grids.regions import is_tabular, overlooked, settle
from docai.grids.roles import roles
from docai.grids.rows import row_edges
from docai.grids.rules import frames, joined
from docai.grids.titles import without_titles
from docai.grids.typed import is_rule, spoken, typed_rules
from docai.pdf.table_rules import page_rules

ENGINE = f"docai grids on pymupdf {pymupdf.VersionBind}"
FAINT = 0.05
"""Line guesses below this probability are noise."""
MARGIN = 8.0
"""How far outside a table, in points, its own border may lie."""


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table and where it stands."""

    box: Box
    table: Table


def read_tables(page: pymupdf.Page, words: PageWords) -> tuple[FoundTable, ...]:
    """The page's tables: those of the layout in its order, then ruled ones that it overlooked.

    Args:
        page: freed of its rotation; layout found earlier is used, and left as it was.
        words: the page's words; cells refer to them by index.
    """
    size = PageSize(width_pt=page.rect.width, height_pt=page.rect.height)
    found = [_read(clues, size) for clues in _clues(page, _marks(words, size))]
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


def _clues(page: pymupdf.Page, marks: list[Mark]) -> list[Clues]:
    """What is known of each table; a word belongs to the first one that holds its middle."""
    across, down = page_rules(page)
    framed = [f for f in frames(across, down) if is_tabular(f, marks)]
    found: list[tuple[PointBox, dict[str, Any]]] = []
    kept: list[PointBox] = []
    for group in _raw_layout(page):
        region = PointBox(*group["group_bbox"][:4])
        if group["class_name"] == "table":
            found += [(r, group) for r in settle(region, framed)]
        elif group["class_name"] == "picture":
            kept.append(region)
    found += [(r, {}) for r in overlooked(framed, kept + [r for r, _ in found])]
    clues: list[Clues] = []
    free = list(marks)
    for region, group in found:
        inside = tuple(m for m in free if region.holds(m.cx, m.cy))
        free = [m for m in free if not region.holds(m.cx, m.cy)]
        drawn = joined([*across, *typed_rules(inside)])
        clues.append(
            Clues(
                region,
                tuple(m for m in inside if not is_rule(m.text)),
                tuple(m for m in inside if is_rule(m.text)),
                across=tuple(r for r in drawn if _meets(r, region.y0, region.y1, region.x0, region.x1)),
                down=tuple(r for r in down if _meets(r, region.x0, region.x1, region.y0, region.y1)),
                row_guesses=_guesses(group, "h_on_prob", 1),
                col_guesses=_guesses(group, "v_on_prob", 0),
            )
        )
    return clues


def _meets(rule: Rule, low: float, high: float, start: float, end: float) -> bool:
    return low - MARGIN <= rule.at <= high + MARGIN and rule.end > start and rule.start < end


def _guesses(group: dict[str, Any], axis: str, low: int) -> tuple[Guess, ...]:
    """The model's probabilities of a line at equal steps from one edge of the region to the other."""
    prior = group.get("table_grid")
    probabilities: Sequence[float] | None = getattr(prior, axis, None)
    if probabilities is None:
        return ()
    start, end = group["group_bbox"][low : low + 3 : 2]
    step = (end - start) / max(1, len(probabilities) - 1)
    return tuple(Guess(start + i * step, float(p)) for i, p in enumerate(probabilities) if p >= FAINT)


def _read(clues: Clues, size: PageSize) -> FoundTable | None:
    if not clues.marks:
        return None
    clues, caption = without_titles(clues, row_edges(clues, column_edges(clues)))
    xs = column_edges(clues)
    grid = fill(clues, row_edges(clues, xs), xs)
    return FoundTable(Box.from_points(clues.region, size), _table(grid, size, caption))


def _table(grid: Grid, size: PageSize, caption: str | None) -> Table:
    cells = tuple(
        Cell(
            row=s.row,
            col=s.col,
            row_span=s.row_span,
            col_span=s.col_span,
            role=role,
            text=spoken(s.marks),
            box=Box.from_points(grid.region_of(s), size),
            word_ids=tuple(m.word_id for m in s.marks),
        )
        for s, role in zip(grid.slots, roles(grid), strict=True)
    )
    return Table(n_rows=len(grid.ys) - 1, n_cols=len(grid.xs) - 1, cells=cells, caption=caption, engine=ENGINE)
