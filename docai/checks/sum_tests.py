"""A table's sums, column by column: which add up, and which should and do not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import erf, log2, sqrt

from rapidfuzz.distance import Hamming

from docai.checks.cell_grid import CellGrid
from docai.checks.sums import Line, Place, Sum, add_up, sums_of
from docai.checks.total_labels import is_total

_EXACT_BITS = 2.0
"""Evidence from which values are taken for not rounded, so that sums must be exact."""
_WRONG_SHARE = 0.01
"""Of sums that are wrong by no more than rounding could explain."""
_LEAST_CHANCE = 1e-9
_FIRM = 3
"""Columns that add up beside one from which on that one must, if it is off by few units."""
_FEW_UNITS = 9
_FEWEST_DIGITS = 4
_FEWEST_ADDENDS = 3
"""With fewer digits or addends, two numbers look alike by chance."""
_NEAR = Fraction(1, 5)
"""A column that elsewhere is not added up, such as one of averages, is off by more than this share of its total."""
Spot = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SumTest:
    """One column of one sum, by places of the table."""

    total: Spot
    addends: tuple[Spot, ...]
    figures: Place
    is_across: bool
    is_exact: bool = False
    """Whether its values are no rounded ones, so that they add up without a tolerance."""

    @property
    def holds(self) -> bool:
        """Whether what is printed is what is added up."""
        return self.figures.off == 0 if self.is_exact else self.figures.holds

    @property
    def line(self) -> tuple[bool, int]:
        """The row or column that is the total."""
        return self.is_across, self.total[self.is_across]

    @property
    def column(self) -> tuple[bool, int]:
        """The column or row in which this is added up."""
        return self.is_across, self.total[not self.is_across]

    @property
    def spots(self) -> frozenset[Spot]:
        """All cells that it is made of."""
        return frozenset((self.total, *self.addends))


@dataclass(frozen=True, slots=True)
class SumTests:
    """The sums of a table's rows, or of its columns."""

    sure: tuple[SumTest, ...]
    """Of sums whose structure is found."""
    open: tuple[SumTest, ...]
    """Of what is called a total and is no sum of what stands beside it."""


def sum_tests(grid: CellGrid, *, is_across: bool) -> SumTests:
    """The sums of rows; with `is_across` those of columns."""
    rows, cols = list(grid.body), list(range(grid.n_cols))
    along = cols if is_across else rows
    if is_across:
        lines = [_line([(r, c) for r in rows], grid) for c in cols]
        labelled = {c for c in cols if is_total(grid.heading(c))}
    else:
        lines = [_line([(r, c) for c in cols], grid) for r in rows]
        labelled = {n for n, r in enumerate(rows) if is_total(grid.label(r))}

    def spot(line: int, column: int) -> Spot:
        return (rows[column], along[line]) if is_across else (along[line], column)

    def tests(sums: Iterable[Sum]) -> tuple[SumTest, ...]:
        return tuple(
            SumTest(spot(each.total, at.column), tuple(spot(n, at.column) for n in each.addends), at, is_across)
            for each in sums
            for at in each.places
        )

    found = sums_of(lines, labelled)
    missing = labelled - {each.total for each in found}
    return SumTests(tests(found), tests(_above(lines, n, labelled) for n in sorted(missing)))


def _line(spots: Sequence[Spot], grid: CellGrid) -> Line:
    quantities = tuple(grid.quantities[r][c] for r, c in spots)
    nil = tuple(grid.is_nil[r][c] for r, c in spots)
    return Line(quantities, nil, is_label=not any(q is not None for q in quantities))


def _above(lines: Sequence[Line], total: int, labelled: set[int]) -> Sum:
    """What is called a total, and what stands between it and the total or heading before."""
    start = total
    while start > 0 and start - 1 not in labelled and not lines[start - 1].is_label:
        start -= 1
    return add_up(lines, total, range(start, total))


def without_rounding(tests: Sequence[SumTest]) -> list[SumTest]:
    """The tests, those of values that are not rounded marked: nearly all add up exactly, as rounded ones would not."""
    by_unit: dict[Fraction, list[SumTest]] = {}
    for test in tests:
        by_unit.setdefault(test.figures.unit, []).append(test)
    exact = {unit for unit, same in by_unit.items() if sum(map(_bits_for_exact, same)) >= _EXACT_BITS}
    return [replace(test, is_exact=test.figures.unit in exact) for test in tests]


def _bits_for_exact(test: SumTest) -> float:
    """How much more likely a sum is off by what it is off by if values are not rounded, as a logarithm.

    The rounding errors of n addends and a total are uniform, with a variance of 1/12 each; their sum, which is a whole
    number of units, is nearly normal. What is off by more than rounding explains tells nothing.
    """
    figures = test.figures
    if not figures.holds:
        return 0.0
    spread = sqrt(2 * (figures.n_addends + 1) / 12)
    off = float(figures.off / figures.unit)
    if_rounded = max((erf((off + 0.5) / spread) - erf((off - 0.5) / spread)) / 2, _LEAST_CHANCE)
    if_exact = 1 - _WRONG_SHARE if off == 0 else _WRONG_SHARE / _FEW_UNITS
    return log2(if_exact / if_rounded)


def is_clear(test: SumTest, sure: Sequence[SumTest]) -> bool:
    """Whether a column that does not add up should: it does elsewhere, or all others do and it nearly does."""
    figures = test.figures
    # Means and rates are given to more decimals than what they are of.
    beside = [o for o in sure if o.line == test.line and o.figures.unit == figures.unit]
    column = [other for other in sure if other.column == test.column and other is not test]
    n_missed = sum(not other.holds for other in beside)
    n_held = len(beside) - n_missed
    is_near = figures.off <= _NEAR * abs(figures.printed) or _is_slip(figures, 2 if n_held >= _FIRM else 3)
    is_near |= n_held >= _FIRM and figures.off <= _FEW_UNITS * figures.unit
    n_elsewhere = sum(other.holds for other in column)
    is_usual = n_held > 0 and n_missed * 2 <= n_held + (n_held == 1)
    return (is_usual and is_near) or n_elsewhere >= 2 or (is_near and n_elsewhere >= 1)


def is_misread(test: SumTest) -> bool:
    """Whether what is called a total differs from what stands above it as by a slip of the eye."""
    figures = test.figures
    if figures.n_addends < _FEWEST_ADDENDS or figures.printed * figures.added_up <= 0 or figures.holds:
        return False
    is_long = len(_digits(figures.printed, figures.unit)) >= _FEWEST_DIGITS
    return (is_long and figures.off <= _FEW_UNITS * figures.unit) or _is_slip(figures, _FEWEST_DIGITS)


def _is_slip(figures: Place, n_digits: int) -> bool:
    """Whether what is printed and what is added up differ in one digit of at least so many."""
    one, other = _digits(figures.printed, figures.unit), _digits(figures.added_up, figures.unit)
    return len(one) == len(other) >= n_digits and Hamming.distance(one, other) == 1


def _digits(value: Fraction, unit: Fraction) -> str:
    return str(int(abs(value) / unit))
