"""A chart's values as a table: a row for each category, a column for each series."""

from __future__ import annotations

from itertools import zip_longest

from docai.domain.charts import Chart, DataPoint
from docai.domain.tables import Cell, CellRole, Table


def chart_table(chart: Chart) -> Table | None:
    """The chart as a table with its title as caption; None where it has no values.

    A category that a series has several values of, as dots above one place, has as many rows.
    """
    categories = list(dict.fromkeys(point.category for series in chart.series for point in series.points))
    if not categories:
        return None
    heads = [_named(chart.x_axis.title, chart.x_axis.unit), *(series.name for series in chart.series)]
    if len(chart.series) == 1 and not chart.series[0].name:
        heads[1] = _named(chart.y_axis.title, chart.y_axis.unit)
    cells = [Cell(row=0, col=n, text=head, role=CellRole.COLUMN_HEADER) for n, head in enumerate(heads)]
    row = 0
    for category in categories:
        columns = [[point for point in series.points if point.category == category] for series in chart.series]
        for values in zip_longest(*columns):
            row += 1
            cells.append(Cell(row=row, col=0, text=category, role=CellRole.ROW_HEADER))
            cells += [_value(point, row, col) for col, point in enumerate(values, start=1)]
    return Table(n_rows=1 + row, n_cols=len(heads), cells=tuple(cells), caption=chart.title or None)


def _value(point: DataPoint | None, row: int, col: int) -> Cell:
    if point is None:
        return Cell(row=row, col=col)
    return Cell(row=row, col=col, text=point.text, box=point.box, evidence=point.evidence)


def _named(title: str, unit: str) -> str:
    return f"{title} ({unit})" if title and unit else title or unit
