"""How two results of a page differ, value by value."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docai.checks.pairing import overlap, paired_blocks, paired_columns, paired_rows
from docai.domain.charts import Chart
from docai.domain.checks import CellPlace
from docai.domain.evidence import Evidence, Verdict
from docai.domain.flags import ValuePlace
from docai.domain.geometry import Box
from docai.domain.parses import Block, PageParse
from docai.domain.revisions import ChangeKind, ValueChange
from docai.domain.tables import Cell, Table

SAME_BOX = 0.5
"""Intersection over union below which a value has moved."""


@dataclass(frozen=True, slots=True)
class _Value:
    """One value of a result, with what is compared of it."""

    place: ValuePlace
    text: str
    verdict: Verdict | None
    box: Box | None


_Pair = tuple[_Value | None, _Value | None]


def changes(before: PageParse, after: PageParse) -> tuple[ValueChange, ...]:
    """The values in which two results of one page differ, in the order of the page; empty where none does.

    A row or column too many counts as its own cells, and does not make those behind it differ. Exchanging the two
    results exchanges what was and what is, ADDED and REMOVED, and nothing else.

    Args:
        before: one result.
        after: the other, of the same page.
    """
    # Several matchings may be equally good: which one is taken must not depend on which result is called the first.
    is_turned = after.model_dump_json() < before.model_dump_json()
    pairs = list(_pairs(after, before) if is_turned else _pairs(before, after))
    turned: list[_Pair] = [(new, old) for old, new in pairs] if is_turned else pairs
    found = [(pair, change) for pair in turned if (change := _change(*pair, after.page_number)) is not None]
    return tuple(change for _, change in sorted(found, key=lambda each: _order(*each[0])))


def _order(old: _Value | None, new: _Value | None) -> tuple[int, int, int, bool]:
    value = new or old
    assert value is not None
    place = value.place
    row, col = (place.cell.row, place.cell.col) if place.cell else (place.point or (-1, -1))
    return place.block, row, col, new is None


def _change(old: _Value | None, new: _Value | None, page_number: int) -> ValueChange | None:
    kind = _kind(old, new)
    if kind is None:
        return None
    return ValueChange(
        kind=kind,
        page_number=page_number,
        before_place=old and old.place,
        after_place=new and new.place,
        before=None if old is None else old.text,
        after=None if new is None else new.text,
        before_verdict=old and old.verdict,
        after_verdict=new and new.verdict,
        box=new.box if new else old and old.box,
    )


def _kind(old: _Value | None, new: _Value | None) -> ChangeKind | None:
    if old is None or new is None:
        return ChangeKind.ADDED if old is None else ChangeKind.REMOVED
    if old.text != new.text:
        return ChangeKind.CHANGED
    if old.verdict != new.verdict:
        return ChangeKind.VERDICT
    has_moved = old.box is not None and new.box is not None and overlap(old.box, new.box) < SAME_BOX
    return ChangeKind.MOVED if has_moved else None


def _pairs(before: PageParse, after: PageParse) -> Iterator[_Pair]:
    """Every value of either result, with its counterpart in the other."""
    pairs = paired_blocks(before.blocks, after.blocks)
    for i, j in pairs:
        yield from _pairs_within(i, before.blocks[i], j, after.blocks[j])
    for i in sorted(set(range(len(before.blocks))) - {i for i, _ in pairs}):
        yield from ((value, None) for value in _values(i, before.blocks[i]))
    for j in sorted(set(range(len(after.blocks))) - {j for _, j in pairs}):
        yield from ((None, value) for value in _values(j, after.blocks[j]))


def _pairs_within(i: int, one: Block, j: int, other: Block) -> Iterator[_Pair]:
    is_one_kind = one.kind is other.kind
    yield _value_of_block(i, one, with_kind=not is_one_kind), _value_of_block(j, other, with_kind=not is_one_kind)
    if one.table is not None and other.table is not None:
        yield from _cell_pairs(i, one.table, j, other.table)
    if one.chart is not None and other.chart is not None:
        yield from _point_pairs(i, one.chart, j, other.chart)


def _values(index: int, block: Block) -> list[_Value]:
    """All values of a block that the other result does not have."""
    cells = [_value_of_cell(index, cell) for cell in block.table.cells] if block.table else []
    points = _points(index, block.chart) if block.chart else {}
    return [_value_of_block(index, block), *cells, *(value for values in points.values() for value in values)]


def _cell_pairs(i: int, one: Table, j: int, other: Table) -> Iterator[_Pair]:
    rows, columns = dict(paired_rows(one, other)), dict(paired_columns(one, other))
    unpaired = {(cell.row, cell.col): _value_of_cell(j, cell) for cell in other.cells}
    for cell in one.cells:
        row, col = rows.get(cell.row), columns.get(cell.col)
        counterpart = None if row is None or col is None else unpaired.pop((row, col), None)
        yield _value_of_cell(i, cell), counterpart
    yield from ((None, value) for value in unpaired.values())


def _point_pairs(i: int, one: Chart, j: int, other: Chart) -> Iterator[_Pair]:
    """Points by series and category; of several of one name in order."""
    ours, theirs = _points(i, one), _points(j, other)
    for key in ours.keys() | theirs.keys():
        old, new = ours.get(key, []), theirs.get(key, [])
        for n in range(max(len(old), len(new))):
            yield (old[n] if n < len(old) else None), (new[n] if n < len(new) else None)


def _points(index: int, chart: Chart) -> dict[tuple[str, str], list[_Value]]:
    found: dict[tuple[str, str], list[_Value]] = defaultdict(list)
    for s, series in enumerate(chart.series):
        for p, point in enumerate(series.points):
            place = ValuePlace(block=index, point=(s, p))
            found[series.name, point.category].append(_value(place, point.text, point.box, point.evidence))
    return found


def _value_of_cell(index: int, cell: Cell) -> _Value:
    place = ValuePlace(block=index, cell=CellPlace(row=cell.row, col=cell.col))
    return _value(place, cell.text, cell.box, cell.evidence)


def _value_of_block(index: int, block: Block, *, with_kind: bool = False) -> _Value:
    """A block as one value; of a table or chart what is said of the whole, since its cells and points are values."""
    if block.table is not None:
        text = block.table.caption or ""
    elif block.chart is not None:
        text = _chart_words(block.chart)
    else:
        text = block.text
    said = f"{block.kind.value}: {text}" if with_kind else text
    return _value(ValuePlace(block=index), said, block.box, block.evidence)


def _chart_words(chart: Chart) -> str:
    axes: Sequence[str] = (chart.x_axis.title, chart.x_axis.unit, chart.y_axis.title, chart.y_axis.unit)
    return " · ".join(word for word in (chart.title, *axes) if word)


def _value(place: ValuePlace, text: str, box: Box | None, evidence: Evidence | None) -> _Value:
    seen = evidence.box if evidence is not None else None
    return _Value(place, text, None if evidence is None else evidence.verdict, seen or box)
