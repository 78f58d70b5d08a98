"""Whether a column of numbers holds numbers, and numbers of one unit."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from docai.checks.cell_grid import CellGrid, is_absent, place
from docai.domain.checks import Check, CheckName, CheckResult
from docai.domain.tables import Cell, CellRole
from docai.grounding.numbers import Quantity, quantity_of

_SHARE_OF_NUMBERS = 0.8
_FEWEST_NUMBERS = 4
_SHARE_OF_UNIT = 0.8
_FEWEST_OF_UNIT = 4
_LOOKALIKES = str.maketrans("OoQDlIi|!SsZzBgqbGTA", "00001111155228996674")
"""Letters by the digits that they are taken for, by their shapes."""
_MARKS = re.compile(r"[,.;:'\s]+")
_DIGIT = re.compile(r"\d")


def check_columns(index: int, grid: CellGrid) -> list[Check]:
    """The checks of each column by itself, one of a kind for the whole table; none of a kind that does not apply.

    Args:
        index: of the table's block on its page.
        grid: the table.
    """
    n_numeric = n_of_unit = 0
    odd: list[Cell] = []
    misread: list[Cell] = []
    mixed: list[Cell] = []
    for col in range(grid.n_cols):
        cells = [(cell, grid.quantities[row][col]) for row, cell in grid.column(col) if _is_value(grid, row, cell)]
        if _is_numeric(cells):
            n_numeric += 1
            others = [cell for cell, quantity in cells if quantity is None]
            misread += [cell for cell in others if _is_misread(cell.text)]
            odd += [cell for cell in others if not _is_misread(cell.text)]
        if (unit := _unit(cells)) is not None:
            n_of_unit += 1
            mixed += [c for c, quantity in cells if quantity is not None and quantity.unit not in {"", unit}]
    return [
        *(_numeric(index, n_numeric, misread, odd) if n_numeric else []),
        *(_units(index, n_of_unit, mixed) if n_of_unit else []),
    ]


def _is_value(grid: CellGrid, row: int, cell: Cell) -> bool:
    if cell.role is not CellRole.DATA or grid.is_nil[cell.row][cell.col]:
        return False
    if grid.quantities[cell.row][cell.col] is not None:
        return True
    if is_absent(cell.text):
        return False
    # A label over the rows below stands alone in its row.
    return sum(not is_nil for is_nil in grid.is_nil[row]) > 1


def _is_numeric(cells: Sequence[tuple[Cell, Quantity | None]]) -> bool:
    n_numbers = sum(quantity is not None for _, quantity in cells)
    return n_numbers >= max(_FEWEST_NUMBERS, _SHARE_OF_NUMBERS * len(cells))


def _is_misread(text: str) -> bool:
    """Whether a text would be a number but for letters like digits, or for marks in the wrong places."""
    if not _DIGIT.search(text):
        return False
    seen = text.translate(_LOOKALIKES)
    if seen != text and quantity_of(seen) is not None:
        return True
    bare = _MARKS.sub("", text)
    return bare.isdecimal() and bare != text


def _unit(cells: Sequence[tuple[Cell, Quantity | None]]) -> str | None:
    """The unit that nearly all of a column's numbers with a unit have; None where they have none, or many."""
    units = Counter(quantity.unit for _, quantity in cells if quantity is not None and quantity.unit)
    if not units:
        return None
    unit, n = units.most_common(1)[0]
    return unit if n >= max(_FEWEST_OF_UNIT, _SHARE_OF_UNIT * units.total()) else None


def _numeric(index: int, n_columns: int, misread: Sequence[Cell], odd: Sequence[Cell]) -> list[Check]:
    name = CheckName.NUMERIC_COLUMN
    if misread:
        message = f"{len(misread)} cells among numbers would be numbers but for a letter or mark."
        return [_check(index, name, CheckResult.FAILED, message, misread)]
    if odd:
        message = f"{len(odd)} cells among numbers are none."
        return [_check(index, name, CheckResult.UNDECIDED, message, odd)]
    return [_check(index, name, CheckResult.PASSED, f"{n_columns} columns of numbers hold numbers.", ())]


def _units(index: int, n_columns: int, mixed: Sequence[Cell]) -> list[Check]:
    name = CheckName.UNITS
    if mixed:
        message = f"{len(mixed)} cells have another unit than the others of their column."
        return [_check(index, name, CheckResult.FAILED, message, mixed)]
    return [_check(index, name, CheckResult.PASSED, f"{n_columns} columns have one unit each.", ())]


def _check(index: int, name: CheckName, result: CheckResult, message: str, cells: Sequence[Cell]) -> Check:
    return Check(name=name, result=result, message=message, block=index, cells=tuple(place(c) for c in cells))
