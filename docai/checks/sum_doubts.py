"""Which cell of a sum that does not come out is likely the wrong one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from docai.checks.cell_grid import CellGrid
from docai.checks.sum_tests import Spot, SumTest
from docai.domain.evidence import Verdict
from docai.domain.words import Witness

_DOUBTFUL = frozenset({Verdict.CONFLICT, Verdict.PARTIAL, Verdict.MODEL_ONLY, Verdict.ILLEGIBLE})
_SAME = frozenset({Verdict.EXACT, Verdict.NORMALISED})
_MOST_NAMED = 2


def in_doubt(grid: CellGrid, wrong: Sequence[SumTest], cleared: Collection[Spot]) -> dict[Spot, list[SumTest]]:
    """The cells that are likely wrong, each with the sums that say so.

    They are those that a witness reads otherwise; else the one cell of two such sums; else the total.

    Args:
        grid: the table, with its evidence.
        wrong: sums that do not come out.
        cleared: the cells of sums that do.
    """
    found: dict[Spot, list[SumTest]] = {}
    for test in wrong:
        for spot in _likeliest(grid, test, wrong, cleared):
            found.setdefault(spot, []).append(test)
    return found


def is_as_printed(grid: CellGrid, test: SumTest) -> bool:
    """Whether the text layer has all of a sum as it was read: then it is the document that does not add up."""
    return all(_is_printed(grid, spot) for spot in test.spots if not grid.is_nil[spot[0]][spot[1]])


def _likeliest(grid: CellGrid, test: SumTest, wrong: Sequence[SumTest], cleared: Collection[Spot]) -> list[Spot]:
    doubtful = sorted(spot for spot in test.spots if _is_doubtful(grid, spot))
    if 0 < len(doubtful) <= _MOST_NAMED:
        return doubtful
    left = sorted(spot for spot in test.spots if spot not in cleared)
    shared = [spot for spot in left if any(spot in other.spots for other in wrong if other is not test)]
    if len(shared) == 1:
        return shared
    if test.total in left:
        return [test.total]
    return left if len(left) == 1 else []


def _is_doubtful(grid: CellGrid, spot: Spot) -> bool:
    evidence = grid.at[spot[0]][spot[1]].evidence
    return evidence is not None and evidence.verdict in _DOUBTFUL


def _is_printed(grid: CellGrid, spot: Spot) -> bool:
    evidence = grid.at[spot[0]][spot[1]].evidence
    return evidence is not None and evidence.witness is Witness.TEXT_LAYER and evidence.verdict in _SAME
