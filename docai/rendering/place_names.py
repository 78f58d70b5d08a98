"""A value's place in words, `table 2, row 3, column 4`, and the place that such words name."""

from __future__ import annotations

import re

from docai.domain.checks import CellPlace
from docai.domain.flags import ValuePlace
from docai.domain.parses import Block, PageParse
from docai.errors import InvalidRequest

_NAMED = re.compile(
    r"(?P<what>table|chart|block) (?P<number>\d{1,6})"
    r"(?:,? row (?P<row>\d{1,6}),? column (?P<col>\d{1,6})|,? series (?P<series>\d{1,6}),? point (?P<point>\d{1,6}))?"
    r"(?: \(\w+( \w+)*\))?"
)


def place_name(parse: PageParse, place: ValuePlace) -> str:
    """The place in words; everything counts from 1, tables, charts and blocks within the page."""
    block = parse.blocks[place.block]
    if place.cell is not None:
        return f"table {_rank(parse, place.block)}, row {place.cell.row + 1}, column {place.cell.col + 1}"
    if place.point is not None:
        series, point = place.point
        return f"chart {_rank(parse, place.block)}, series {series + 1}, point {point + 1}"
    if _noun(block) == "block":
        return f"block {place.block + 1} ({block.kind.value.replace('_', ' ')})"
    return f"{_noun(block)} {_rank(parse, place.block)}"


def place_named(parse: PageParse, name: str) -> ValuePlace:
    """The place that words name as `place_name` gives them; any row and column of a merged cell name the cell.

    Raises:
        InvalidRequest: the words name no place, or none that the page has.
    """
    found = _NAMED.fullmatch(" ".join(name.lower().split()))
    if found is None:
        raise InvalidRequest(f"{name!r} is no place; say it like 'table 2, row 3, column 4' or 'block 5'.")
    part = {key: int(value) for key, value in found.groupdict().items() if value and value.isdecimal()}
    index = _index(parse, found["what"], part["number"])
    if index is None:
        raise InvalidRequest(f"The page has no {found['what']} {part['number']}.")
    block = parse.blocks[index]
    if "row" in part:
        return ValuePlace(block=index, cell=_cell(block, name, part["row"] - 1, part["col"] - 1))
    if "series" in part:
        return ValuePlace(block=index, point=_point(block, name, part["series"] - 1, part["point"] - 1))
    return ValuePlace(block=index)


def _noun(block: Block) -> str:
    if block.table is not None:
        return "table"
    return "block" if block.chart is None else "chart"


def _rank(parse: PageParse, index: int) -> int:
    """Which of the page's tables or charts a block is, from 1."""
    noun = _noun(parse.blocks[index])
    return sum(_noun(block) == noun for block in parse.blocks[: index + 1])


def _index(parse: PageParse, noun: str, number: int) -> int | None:
    alike = [i for i, block in enumerate(parse.blocks) if noun in {"block", _noun(block)}]
    return alike[number - 1] if 1 <= number <= len(alike) else None


def _cell(block: Block, name: str, row: int, col: int) -> CellPlace:
    table = block.table
    if table is None or not (0 <= row < table.n_rows and 0 <= col < table.n_cols):
        raise InvalidRequest(f"The page has no {name}.")
    cell = table.at(row, col)
    return CellPlace(row=cell.row, col=cell.col)


def _point(block: Block, name: str, series: int, point: int) -> tuple[int, int]:
    sequences = () if block.chart is None else block.chart.series
    if not (0 <= series < len(sequences) and 0 <= point < len(sequences[series].points)):
        raise InvalidRequest(f"The page has no {name}.")
    return series, point
