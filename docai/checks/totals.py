"""Whether a table's totals are what is added up, and which cell is in doubt where one is not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from docai.checks.cell_grid import CellGrid, place
from docai.checks.sum_doubts import in_doubt, is_as_printed
from docai.checks.sum_tests import Spot, SumTest, is_clear, is_misread, sum_tests, without_rounding
from docai.domain.checks import CellPlace, Check, CheckName, CheckResult
from docai.domain.tables import Cell


def check_totals(index: int, grid: CellGrid) -> list[Check]:
    """What adds up in a table, and what does not; nothing where nothing is a sum.

    Args:
        index: of the table's block on its page.
        grid: the table.
    """
    down = sum_tests(grid, is_across=False)
    across = sum_tests(grid, is_across=True)
    sure = without_rounding([*down.sure, *across.sure])
    held = [test for test in sure if test.holds]
    cleared = {spot for test in held for spot in test.spots}
    missed = [test for test in sure if not test.holds]
    off = [test for test in missed if is_clear(test, sure)]
    off += [test for test in (*down.open, *across.open) if is_misread(test)]
    wrong = [test for test in off if not is_as_printed(grid, test)]
    checks = [_passed(index, grid, held)] if held else []
    checks += [_failed(index, grid, spot, tests) for spot, tests in in_doubt(grid, wrong, cleared).items()]
    if printed := [test for test in off if test not in wrong]:
        message = "totals are not what is added up, and all of it is as the page prints it."
        checks.append(_undecided(index, grid, printed, message))
    if not off and (left := [*missed, *down.open, *across.open]):
        message = "values are called totals and are no sum of what stands beside them."
        checks.append(_undecided(index, grid, left, message))
    return checks


def _cells(grid: CellGrid, spots: Iterable[Spot]) -> list[Cell]:
    return [grid.at[r][c] for r, c in sorted(set(spots))]


def _places(cells: Iterable[Cell]) -> tuple[CellPlace, ...]:
    return tuple(place(cell) for cell in cells)


def _passed(index: int, grid: CellGrid, held: Sequence[SumTest]) -> Check:
    cells = _cells(grid, (test.total for test in held))
    return Check(
        name=CheckName.TOTALS,
        result=CheckResult.PASSED,
        message=f"{len(cells)} totals are what is added up, up to rounding.",
        block=index,
        cells=_places(cells),
    )


def _failed(index: int, grid: CellGrid, spot: Spot, tests: Sequence[SumTest]) -> Check:
    cell, test = grid.at[spot[0]][spot[1]], tests[0]
    total = grid.at[test.total[0]][test.total[1]]
    extent = grid.extents.get((cell.row, cell.col))
    return Check(
        name=CheckName.TOTALS,
        result=CheckResult.FAILED,
        message=f"{len(test.addends)} values add up to {_shown(test.figures.added_up)}; the total says {total.text}.",
        block=index,
        cells=(place(cell),),
        boxes=() if extent is None else (extent.box,),
    )


def _undecided(index: int, grid: CellGrid, tests: Sequence[SumTest], message: str) -> Check:
    cells = _cells(grid, (test.total for test in tests))
    return Check(
        name=CheckName.TOTALS,
        result=CheckResult.UNDECIDED,
        message=f"{len(cells)} {message}",
        block=index,
        cells=_places(cells),
    )


def _shown(value: Fraction) -> str:
    return f"{value.numerator:,}" if value.denominator == 1 else f"{float(value):,.10g}"
