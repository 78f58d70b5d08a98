"""Questions for cells of tables and values of charts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from docai.domain.charts import Chart
from docai.domain.geometry import Box
from docai.domain.parses import Block
from docai.domain.tables import Cell, CellRole, Table
from docai.evaluation.own_sets.proposals import Proposal, ProposalKind, is_amount, is_answer, is_believed
from docai.grids.roles import is_figure

TOTAL = re.compile(r"\b(?:sub)?total\b|\bsum\b|\bbalance\b|\bamount (?:due|payable)\b", re.IGNORECASE)


def table_proposals(block: Block, page: int) -> Iterator[Proposal]:
    """A question for each cell that a row and a column name: "What is <row> in <column>?"."""
    table = block.table
    if table is None:
        return
    names = [_column_name(table, column) for column in range(table.n_cols)]
    labels = [_row_label(table, row) for row in range(table.n_rows)]
    for cell in table.cells:
        if cell.role is not CellRole.DATA or not is_answer(cell.text) or not is_believed(cell.evidence):
            continue
        label, name = labels[cell.row], names[cell.col]
        if label is None or label is cell or not name or labels.count(label) > 1 or names.count(name) > 1:
            continue
        row = _plain(label.text)
        if sum(_plain(other.text) == row for other in labels if other is not None) > 1:
            continue  # nothing tells the rows apart
        yield Proposal(
            kind=ProposalKind.TOTAL if TOTAL.search(row) and is_amount(cell.text) else ProposalKind.TABLE,
            question=f"What is {row} in {name}?",
            answer=cell.text,
            page=page,
            box=_box(cell) or block.box,
            quote=f"{row} | {name} | {cell.text}",
            subject=row,
            within=_plain(table.caption or ""),
        )


def chart_proposals(block: Block, page: int) -> Iterator[Proposal]:
    """A question for each value of a chart that is printed on the page."""
    chart = block.chart
    if chart is None:
        return
    for name, category, text, box in _values(chart):
        what = f"{name} of {category}" if name else category
        proposal = Proposal(
            kind=ProposalKind.CHART,
            question=f"What is {what} in the chart?" if not chart.title else f"What is {what}?",
            answer=text,
            page=page,
            box=box or block.box,
            quote=f"{category} | {name} | {text}" if name else f"{category} | {text}",
            subject=category,
            within=_plain(chart.title),
        )
        yield proposal.told_apart()  # a category alone, such as a year, names nothing


def _values(chart: Chart) -> Iterator[tuple[str, str, str, Box | None]]:
    for series in chart.series:
        for point in series.points:
            is_printed = point.evidence is not None and is_believed(point.evidence)
            if is_printed and is_answer(point.text) and any(c.isalnum() for c in point.category):
                box = point.box if point.evidence is None else point.evidence.box or point.box
                yield _plain(series.name), _plain(point.category), point.text, box


def _row_label(table: Table, row: int) -> Cell | None:
    """What names a row: its first cell, if that is a label and no figure and heads this row alone."""
    first = table.at(row, 0)
    is_label = first.role in {CellRole.ROW_HEADER, CellRole.DATA} and first.row_span == 1 and first.col_span == 1
    return first if is_label and is_answer(first.text) and not is_figure(first.text) else None


def _column_name(table: Table, column: int) -> str:
    """What names a column: its headings from the top, each once."""
    found: list[str] = []
    for row in range(table.n_rows):
        cell = table.at(row, column)
        if cell.role is not CellRole.COLUMN_HEADER:
            break
        if (text := _plain(cell.text)) and text not in found:
            found.append(text)
    return ", ".join(found)


def _box(cell: Cell) -> Box | None:
    return cell.box if cell.evidence is None or cell.evidence.box is None else cell.evidence.box


def _plain(text: str) -> str:
    return " ".join(text.split()).strip(" :")
