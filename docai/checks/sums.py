"""Rows that are the sum of rows beside them, found by adding up, whatever their labels say.

A row is taken for a sum where enough of its columns add up for that not to be chance: each column that does counts as
many bits as its total has figures that had to come out right. Nested subtotals are found from the inside: the rows of
one that is found count no more, it counts for them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from docai.grounding.numbers import Quantity

LABELLED_BITS = 7.0
"""Evidence from which a row that is called a total is one."""
CERTAIN_BITS = 12.0
"""Evidence from which it is one although more of its columns, such as rates, are not added up."""
UNLABELLED_BITS = 18.0
"""Evidence from which any row is: a table of 20 rows has some 400 runs of rows that might be summed, 9 bits, and half
of what is left is for values that repeat."""
_MOST_BITS_OF_COLUMN = 12.0
_FAR = 0.1
"""Of a total: a column that is off by more is none of those that are added up, by less one of them that is misread."""
_MOST_DECIMALS = 6
_MOST_ROWS = 120
"""In longer tables, only rows that are called totals, and the last one, are tried."""
_MOST_LEVELS = 4
_LIMIT = 2**52
"""Sums beyond are not added up: doubles are exact up to here."""

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Line:
    """The numbers of a row; a column, where columns are added up."""

    quantities: tuple[Quantity | None, ...]
    is_nil: tuple[bool, ...]
    """Where there is no number: whether nothing or a dash stands there, which adds nothing."""
    is_label: bool = False
    """Whether it holds no number at all, and so is passed over."""


@dataclass(frozen=True, slots=True)
class Place:
    """One total among the columns of a sum."""

    column: int
    printed: Fraction
    added_up: Fraction
    tolerance: Fraction
    """Half a unit of the last decimal of each addend and of the total."""
    unit: Fraction
    """Of the total's last decimal."""
    n_addends: int

    @property
    def off(self) -> Fraction:
        """By how much they differ."""
        return abs(self.printed - self.added_up)

    @property
    def holds(self) -> bool:
        """Whether what is printed is what is added up, up to rounding."""
        return self.off <= self.tolerance


@dataclass(frozen=True, slots=True)
class Sum:
    """A row that is the sum of others."""

    total: int
    """Index of the row."""
    addends: tuple[int, ...]
    places: tuple[Place, ...]
    """The columns in which total and addends are all numbers."""


def sums_of(lines: Sequence[Line], labelled: Collection[int]) -> list[Sum]:
    """The rows that are sums of rows right above them, or else right below.

    Args:
        lines: the rows, from the top.
        labelled: indices of rows that are called totals.
    """
    if sum(not line.is_label for line in lines) < 3:
        return []
    matrix = _Matrix.of(lines)
    if matrix is None:
        return []
    found = _upwards(matrix, set(labelled), taken=set())
    turned = {len(lines) - 1 - n for n in labelled}
    taken = {len(lines) - 1 - each.total for each in found}
    below = _upwards(matrix.turned(), turned, taken=taken)
    return found + [_turned(each, len(lines)) for each in below]


def add_up(lines: Sequence[Line], total: int, addends: Sequence[int]) -> Sum:
    """A row and others that it should be the sum of, column by column, where all of them have numbers."""
    places = []
    for column, printed in enumerate(lines[total].quantities):
        parts = [lines[n].quantities[column] for n in addends]
        known = [part for part in parts if part is not None]
        is_whole = all(
            part is not None or lines[n].is_nil[column] or lines[n].is_label
            for n, part in zip(addends, parts, strict=True)
        )
        if printed is None or not is_whole or len(known) < 2:
            continue
        tolerance = sum((_half_unit(each) for each in [*known, printed]), Fraction(0))
        added_up = sum((part.value for part in known), Fraction(0))
        places.append(Place(column, printed.value, added_up, tolerance, 2 * _half_unit(printed), len(known)))
    return Sum(total, tuple(addends), tuple(places))


def _half_unit(quantity: Quantity) -> Fraction:
    return Fraction(1, 2 * 10**quantity.decimals)


@dataclass(frozen=True, slots=True)
class _Matrix:
    """All rows in units of their finest decimal, (rows, columns) each."""

    values: Numbers
    units: Numbers
    """One unit of a value's last decimal; 0 where there is none."""
    is_known: Flags
    is_unknown: Flags
    """Something stands there that is no number."""
    scale: int
    """So many units make one."""

    @classmethod
    def of(cls, lines: Sequence[Line]) -> _Matrix | None:
        """None where there is no number, or one beyond what can be added exactly."""
        known = [q for line in lines for q in line.quantities if q is not None]
        finest = max((q.decimals for q in known), default=0)
        if not known or finest > _MOST_DECIMALS:
            return None
        scale = 10**finest
        shape = len(lines), len(lines[0].quantities)
        values, units, is_unknown = np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=bool)
        for row, line in enumerate(lines):
            for column, quantity in enumerate(line.quantities):
                if quantity is not None:
                    values[row, column] = quantity.value.numerator * (scale // quantity.value.denominator)
                    units[row, column] = 10 ** (finest - quantity.decimals)
                elif not line.is_nil[column] and not line.is_label:
                    is_unknown[row, column] = True
        if np.abs(values).sum() > _LIMIT:
            return None
        return cls(values, units, units > 0, is_unknown, scale)

    def turned(self) -> _Matrix:
        """From the bottom."""
        return _Matrix(self.values[::-1], self.units[::-1], self.is_known[::-1], self.is_unknown[::-1], self.scale)

    def without(self, rows: Sequence[int]) -> _Matrix:
        """With rows that add nothing."""
        values, units = self.values.copy(), self.units.copy()
        is_known, is_unknown = self.is_known.copy(), self.is_unknown.copy()
        for one in (values, units, is_known, is_unknown):
            one[rows] = 0
        return _Matrix(values, units, is_known, is_unknown, self.scale)


def _upwards(matrix: _Matrix, labelled: Collection[int], *, taken: Collection[int]) -> list[Sum]:
    found: list[Sum] = []
    done = set(taken)
    counted: set[int] = set()
    left = matrix
    for _ in range(_MOST_LEVELS):
        new = _level(left, labelled, done)
        if not new:
            break
        for total, start in new:
            addends = tuple(n for n in range(start, total) if n not in counted and left.is_known[n].any())
            found.append(_exact(matrix, left, total, addends))
            done.add(total)
        counted |= {n for total, start in new for n in range(start, total)}
        left = left.without(sorted(counted))
    return found


def _level(matrix: _Matrix, labelled: Collection[int], done: Collection[int]) -> list[tuple[int, int]]:
    """Totals with the first row of each one's addends; none within another."""
    n_rows = len(matrix.values)
    some = {*labelled, n_rows - 1} if n_rows > _MOST_ROWS else set(range(2, n_rows))
    totals = np.array(sorted(n for n in some if n >= 2 and n not in done and matrix.is_known[n].any()), dtype=np.intp)
    if not len(totals):
        return []
    bits, n_met, n_missed, n_far = _evidence(matrix, totals)
    is_labelled = np.array([n in labelled for n in totals])[:, None]
    # Rates and means beside what is added up do not tell against a row that is called a total.
    is_sum = np.where(
        is_labelled,
        ((n_far * 2 <= n_met) & (bits >= LABELLED_BITS)) | (bits >= CERTAIN_BITS),
        (n_missed * 2 <= n_met) & (n_met >= 2) & (bits >= UNLABELLED_BITS),
    )
    bits = np.where(is_sum, bits, 0.0)
    # The nearest start: rows above that add nothing do not belong.
    starts = bits.shape[1] - 1 - bits[:, ::-1].argmax(axis=1)
    candidates = [(int(t), int(s)) for t, s, row in zip(totals, starts, bits, strict=True) if row[s] > 0]
    kept: list[tuple[int, int]] = []
    for total, start in sorted(candidates, key=lambda each: each[0] - each[1]):
        if all(total < s or start > t for t, s in kept):
            kept.append((total, start))
    return kept


def _evidence(matrix: _Matrix, totals: npt.NDArray[np.intp]) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """(totals, starts) each: bits that speak for a sum, columns that add up, that do not, and that do not by far."""
    of_total, unit = matrix.values[totals][:, None], matrix.units[totals][:, None]
    summed, units, n_known, n_unknown = _runs(matrix, totals)
    is_before = np.arange(len(matrix.values))[None, :, None] < totals[:, None, None]
    is_open = (n_known >= 2) & (n_unknown == 0) & (unit > 0) & (of_total != 0) & is_before
    off = 2 * np.abs(summed - of_total)
    meets = is_open & (off <= units + unit)
    bits = np.minimum(np.log2(1 + np.abs(of_total) / (off + np.maximum(unit, 1))), _MOST_BITS_OF_COLUMN)
    is_far = is_open & (off > np.maximum(2 * _FAR * np.abs(of_total), units + unit))
    n_met = meets.sum(axis=2)
    return (bits * meets).sum(axis=2), n_met, is_open.sum(axis=2) - n_met, is_far.sum(axis=2)


def _runs(matrix: _Matrix, totals: npt.NDArray[np.intp]) -> Numbers:
    """(4, totals, starts, columns): values, units, numbers and unknowns, added up from a start to before a total."""
    parts = np.array([matrix.values, matrix.units, matrix.is_known, matrix.is_unknown], dtype=np.float64)
    before = np.zeros((4, parts.shape[1] + 1, parts.shape[2]))
    parts.cumsum(axis=1, out=before[:, 1:])
    runs: Numbers = before[:, totals][:, :, None] - before[:, None, :-1]
    return runs


def _exact(whole: _Matrix, left: _Matrix, total: int, addends: tuple[int, ...]) -> Sum:
    """The sum with its columns; scaled values are whole numbers, so that doubles are exact."""
    places = []
    rows = list(addends)
    for column in range(whole.values.shape[1]):
        known = [n for n in rows if left.is_known[n, column]]
        is_open = whole.is_known[total, column] and len(known) >= 2 and not left.is_unknown[rows, column].any()
        if is_open:
            printed, added_up = int(whole.values[total, column]), int(left.values[known, column].sum())
            slack = int(left.units[known, column].sum() + whole.units[total, column])
            in_ones = [Fraction(each, whole.scale) for each in (printed, added_up, slack)]
            unit = Fraction(int(whole.units[total, column]), whole.scale)
            places.append(Place(column, in_ones[0], in_ones[1], in_ones[2] / 2, unit, len(known)))
    return Sum(total, addends, tuple(places))


def _turned(found: Sum, n_rows: int) -> Sum:
    return Sum(n_rows - 1 - found.total, tuple(sorted(n_rows - 1 - n for n in found.addends)), found.places)
