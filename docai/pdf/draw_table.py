"""Draw a table of merged cells, and give it back with the box of every cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from docai.domain.tables import Cell, CellRole, Table
from docai.pdf.draw_sheet import ACCENT, ACCENT_LIGHT, HAIRLINE, INK, MUTED, WHITE, Align, Colour, Sheet, Style

_PADDING_PT = 5.0
_HEADER_LINE: Colour = (0.45, 0.62, 0.66)


@dataclass(frozen=True, slots=True)
class TableLook:
    """How a table looks."""

    size_pt: float = 9.0
    row_height_pt: float = 20.0
    filled_header: bool = True
    """White on a coloured band; else bold between rules, as printed in journals."""
    last_row_is_total: bool = False
    framed_cells: bool = False
    """A thin line around every cell; else rules between rows, and one under each cell over several columns."""


def draw_table(
    sheet: Sheet,
    at: tuple[float, float],
    widths: Sequence[float],
    cells: Sequence[Cell],
    look: TableLook,
    *,
    left_columns: frozenset[int] = frozenset({0}),
) -> Table:
    """Draw cells (row-major) from the top left corner `at`, columns as wide as `widths` in points.

    Text in `left_columns` stands at the left, other text at the right; a cell over several columns is centred.
    """
    lefts = [at[0], *(at[0] + x for x in accumulate(widths))]
    n_rows = max(cell.row + cell.row_span for cell in cells)
    tops = [at[1] + i * look.row_height_pt for i in range(n_rows + 1)]
    n_header = sum(1 for r in range(n_rows) if any(c.row == r and c.role is CellRole.COLUMN_HEADER for c in cells))
    _draw_bands(sheet, lefts, tops, n_header, look)
    placed = []
    for cell in cells:
        x0, x1 = lefts[cell.col], lefts[cell.col + cell.col_span]
        y0, y1 = tops[cell.row], tops[cell.row + cell.row_span]
        style = _style(cell, look, is_total=look.last_row_is_total and cell.row == n_rows - 1)
        baseline = (y0 + y1) / 2 + 0.35 * look.size_pt  # half the capital letters' height below the middle
        if look.framed_cells:
            is_on_fill = look.filled_header and cell.role is CellRole.COLUMN_HEADER
            sheet.frame(x0, y0, x1, y1, _HEADER_LINE if is_on_fill else HAIRLINE, 0.5)
        if cell.col_span > 1:
            sheet.text((x0 + x1) / 2, baseline, cell.text, style, Align.CENTRE)
            if not look.framed_cells:
                sheet.rule(x0 + _PADDING_PT, y1, x1 - _PADDING_PT, y1, WHITE if look.filled_header else MUTED, 0.6)
        elif cell.col in left_columns:
            sheet.text(x0 + _PADDING_PT, baseline, cell.text, style)
        else:
            sheet.text(x1 - _PADDING_PT, baseline, cell.text, style, Align.RIGHT)
        placed.append(cell.model_copy(update={"box": sheet.box(x0, y0, x1, y1)}))
    return Table(n_rows=n_rows, n_cols=len(widths), cells=tuple(placed))


def _draw_bands(sheet: Sheet, lefts: Sequence[float], tops: Sequence[float], n_header: int, look: TableLook) -> None:
    left, right, n_rows = lefts[0], lefts[-1], len(tops) - 1
    if look.filled_header:
        sheet.fill(left, tops[0], right, tops[n_header], ACCENT)
    else:
        sheet.rule(left, tops[0], right, tops[0], INK, 1.1)
        sheet.rule(left, tops[n_header], right, tops[n_header], INK, 0.7)
    if look.last_row_is_total:
        sheet.fill(left, tops[-2], right, tops[-1], ACCENT_LIGHT)
    for top in tops[n_header + 1 : n_rows]:
        sheet.rule(left, top, right, top, HAIRLINE, 0.5)
    sheet.rule(left, tops[-1], right, tops[-1], ACCENT if look.filled_header else INK, 1.1)


def _style(cell: Cell, look: TableLook, *, is_total: bool) -> Style:
    if cell.role is CellRole.COLUMN_HEADER:
        return Style(look.size_pt, "hebo", WHITE if look.filled_header else INK)
    return Style(look.size_pt, "hebo" if is_total else "helv", INK)
