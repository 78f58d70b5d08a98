"""Whether shares of a whole sum to 100 %, by column and by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from docai.checks.cell_grid import CellGrid, place
from docai.checks.total_labels import is_share, is_total
from docai.domain.checks import Check, CheckName, CheckResult
from docai.domain.geometry import Box
from docai.domain.tables import Cell
from docai.grounding.numbers import Quantity

_WHOLE = Fraction(100)
_NEAR = Fraction(5)
"""What sums to within so much of 100 is meant to make it."""
_FEWEST = 2
_FEWEST_ALIKE = 4
_MANY = 4
"""Where so many make 100, and so many times as many as do not, all should, whatever they are called."""
_FEWEST_BESIDE = 2
"""Columns beside one that make 100 from which on that one should."""


@dataclass(frozen=True, slots=True)
class _Lane:
    """A column or row of shares."""

    cells: tuple[Cell, ...]
    total: Fraction
    tolerance: Fraction
    is_named: bool
    """Whether it is called shares, or all of it are percentages."""

    @property
    def off(self) -> Fraction:
        """By how much it misses 100."""
        return abs(self.total - _WHOLE)

    @property
    def makes_whole(self) -> bool:
        """Whether it sums to 100, up to rounding."""
        return self.off <= self.tolerance


def check_shares(index: int, grid: CellGrid) -> list[Check]:
    """What sums to 100 % in a table, and what should and does not; nothing where nothing comes near.

    Args:
        index: of the table's block on its page.
        grid: the table.
    """
    found: list[Check] = []
    columns, rows = list(_columns(grid)), list(_rows(grid))
    for lanes, across in ((columns, rows), (rows, columns)):
        # Where columns make 100, rows come near it by chance.
        is_other_way = sum(lane.is_named and lane.makes_whole for lane in across) >= _FEWEST_BESIDE
        found += _of_lanes(index, grid, lanes, is_other_way=is_other_way)
    return found


def _of_lanes(index: int, grid: CellGrid, lanes: Sequence[_Lane], *, is_other_way: bool) -> Iterator[Check]:
    whole = [lane for lane in lanes if lane.makes_whole]
    missed = [lane for lane in lanes if not lane.makes_whole]
    is_usual = len(whole) >= max(_FEWEST_ALIKE, _MANY * len(missed))
    if not is_usual:
        whole = [lane for lane in whole if lane.is_named]
        missed = [lane for lane in missed if lane.is_named and lane.off <= _NEAR and not is_other_way]
    if whole:
        yield _check(index, CheckResult.PASSED, whole, "sum to 100, up to rounding.")
    if missed:
        is_clear = is_usual or len(whole) >= max(_FEWEST_BESIDE, 2 * len(missed))
        totals = ", ".join(f"{float(lane.total):.6g}" for lane in missed)
        said = f"should sum to 100 and come to {totals}."
        if not is_clear:
            yield _check(index, CheckResult.UNDECIDED, missed, said)
            return
        # Which of the shares is wrong is not known, so that no cell is named.
        boxes = [_box(grid, lane) for lane in missed]
        failed = _check(index, CheckResult.FAILED, missed, said)
        yield failed.model_copy(update={"cells": (), "boxes": tuple(box for box in boxes if box is not None)})


def _box(grid: CellGrid, lane: _Lane) -> Box | None:
    return Box.around(e.box for c in lane.cells if (e := grid.extents.get((c.row, c.col))) is not None)


def _columns(grid: CellGrid) -> Iterable[_Lane]:
    rows = [row for row in grid.body if not is_total(grid.label(row))]
    for col in range(grid.n_cols):
        lane = _lane(grid, [(row, col) for row in rows], is_named=is_share(grid.heading(col)))
        if lane is not None:
            yield lane


def _rows(grid: CellGrid) -> Iterable[_Lane]:
    # The first column names the rows, if by a year.
    cols = [col for col in range(int(grid.n_cols > 2), grid.n_cols) if not is_total(grid.heading(col))]
    is_named = is_share(grid.table.caption or "")
    for row in grid.body:
        lane = _lane(grid, [(row, col) for col in cols], is_named=is_named or is_share(grid.label(row)))
        if lane is not None:
            yield lane


def _lane(grid: CellGrid, spots: Sequence[tuple[int, int]], *, is_named: bool) -> _Lane | None:
    """The shares in a row or column; None where there are too few, or other figures among them."""
    seen: list[tuple[Cell, Quantity]] = []
    for row, col in spots:
        quantity = grid.quantities[row][col]
        if quantity is not None:
            seen.append((grid.at[row][col], quantity))
        elif not grid.is_nil[row][col] and any(map(str.isdigit, grid.at[row][col].text)):
            return None
    shares = [quantity for _, quantity in seen]
    if len(shares) <= _FEWEST or not all(0 <= share.value <= _WHOLE for share in shares):
        return None
    is_named = is_named or all(share.is_percent for share in shares)
    if any(share.unit not in {"", "%"} for share in shares):
        return None
    tolerance = sum((Fraction(1, 2 * 10**share.decimals) for share in shares), Fraction(0))
    total = sum((share.value for share in shares), Fraction(0))
    return _Lane(tuple(cell for cell, _ in seen), total, tolerance, is_named)


def _check(index: int, result: CheckResult, lanes: Sequence[_Lane], said: str) -> Check:
    cells = tuple(place(cell) for lane in lanes for cell in lane.cells)
    message = f"{len(lanes)} columns or rows of shares {said}"
    return Check(name=CheckName.PERCENTAGES, result=result, message=message, block=index, cells=cells)
