"""olmOCR-bench: unit tests of a cell and its neighbours in the tables of a page."""

from __future__ import annotations

import re
from typing import NamedTuple

from lxml import etree, html
from pydantic import BaseModel, ConfigDict, Field
from rapidfuzz import fuzz

from docai.evaluation.metrics.olmocr_text import normal_text

_SEPARATOR = re.compile(r"\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?")
_BAR = re.compile(r"(?<!\\)\|")
_LEAST = 0.5
"""Similarity that a short cell must reach however many edits are let pass."""
_LARGEST_SPAN = 500


class TableRule(BaseModel):
    """A test of type `table`; an empty text is not asked for."""

    model_config = ConfigDict(frozen=True)

    cell: str = Field(min_length=1)
    up: str = ""
    down: str = ""
    left: str = ""
    right: str = ""
    top_heading: str = ""
    """Of a cell anywhere above, in a column of the cell."""
    left_heading: str = ""
    """Of a cell anywhere to the left, in a row of the cell."""
    max_diffs: int = Field(default=0, ge=0)
    ignore_markdown_tables: bool = False


class _Cell(NamedTuple):
    row: int
    col: int
    last_row: int
    last_col: int
    text: str


def has_cell(markdown: str, rule: TableRule) -> bool:
    """Whether a table of the page has the cell with the neighbours asked for (`TableTest`, `olmocr/bench/tests.py`).

    Texts agree when rapidfuzz's `ratio` reaches 1 - max_diffs / length, and at least 0.5. A cell over several rows or
    columns has all the neighbours along its side, one of which must agree. Tables are read from HTML and, unless the
    rule says otherwise, from lines with bars.
    """
    tables = _html_tables(markdown)
    if not rule.ignore_markdown_tables:
        tables += _bar_tables(markdown)
    return any(_passes(cell, table, rule) for table in tables for cell in table if _agree(rule.cell, cell.text, rule))


def _passes(cell: _Cell, table: list[_Cell], rule: TableRule) -> bool:
    neighbours: dict[str, list[str]] = {
        "up": [],
        "down": [],
        "left": [],
        "right": [],
        "top_heading": [],
        "left_heading": [],
    }
    for other in table:
        for name in _relations(cell, other):
            neighbours[name].append(other.text)
    asked = {name: text for name in neighbours if (text := getattr(rule, name))}
    return all(any(_agree(text, other, rule) for other in neighbours[name]) for name, text in asked.items())


def _relations(cell: _Cell, other: _Cell) -> list[str]:
    """What another cell is to a cell."""
    found = []
    if other.col <= cell.last_col and cell.col <= other.last_col:
        found += ["up"] * (other.last_row == cell.row - 1) + ["down"] * (other.row == cell.last_row + 1)
        found += ["top_heading"] * (other.last_row < cell.row)
    if other.row <= cell.last_row and cell.row <= other.last_row:
        found += ["left"] * (other.last_col == cell.col - 1) + ["right"] * (other.col == cell.last_col + 1)
        found += ["left_heading"] * (other.last_col < cell.col)
    return found


def _agree(wanted: str, found: str, rule: TableRule) -> bool:
    sought = normal_text(wanted)
    return fuzz.ratio(sought, normal_text(found)) / 100 >= max(_LEAST, 1 - rule.max_diffs / max(1, len(sought)))


def _bar_tables(markdown: str) -> list[list[_Cell]]:
    """Runs of lines with bars that have a line of dashes among them."""
    tables: list[list[_Cell]] = []
    rows: list[list[str]] = []
    is_table = False
    for line in (*map(str.strip, markdown.splitlines()), ""):
        if rows and _SEPARATOR.fullmatch(line):
            is_table = True
        elif line.startswith("|") or (rows and "|" in line):
            rows.append([text.strip() for text in _BAR.split(line.removeprefix("|").removesuffix("|"))])
        else:
            if is_table:
                tables.append([_Cell(r, c, r, c, text) for r, row in enumerate(rows) for c, text in enumerate(row)])
            rows, is_table = [], False
    return tables


def _html_tables(markdown: str) -> list[list[_Cell]]:
    if "<table" not in markdown:
        return []
    try:
        page = html.fromstring(f"<div>{markdown}</div>")
    except (etree.ParserError, ValueError):
        return []
    return [_html_cells(table) for table in page.iter("table") if not any(True for _ in table.iterancestors("table"))]


def _html_cells(table: html.HtmlElement) -> list[_Cell]:
    taken: set[tuple[int, int]] = set()
    cells = []
    rows = list(table.iter("tr"))
    for row, line in enumerate(rows):
        col = 0
        for cell in line.iterchildren("td", "th"):
            while (row, col) in taken:
                col += 1
            last_row = min(row + _span(cell.get("rowspan")), len(rows)) - 1
            last_col = col + _span(cell.get("colspan")) - 1
            taken |= {(r, c) for r in range(row, last_row + 1) for c in range(col, last_col + 1)}
            text = " ".join(" ".join(cell.itertext()).split())
            cells.append(_Cell(row, col, last_row, last_col, text))
            col = last_col + 1
    return cells


def _span(value: str | None) -> int:
    return min(max(1, int(value)), _LARGEST_SPAN) if value and value.strip().isdecimal() else 1
