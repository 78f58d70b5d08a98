"""Charts from the rows of a table and back, and numbers from what is printed at a point."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from docai.domain.charts import Axis, Chart, ChartKind, DataPoint, Series

MAX_POINTS = 10_000
"""Of a chart: more than anyone could tell apart at 300 dpi on a page."""

_UNIT = re.compile(r"^(.*\S)\s*[(\[]([^()\[\]]{1,40})[)\]]$")
_NUMBER = re.compile(r"[-+\N{MINUS SIGN}]?(\d{1,3}(?:,\d{3})+|\d{1,30})(\.\d{1,30})?")
_COMMA_NUMBER = re.compile(r"[-+\N{MINUS SIGN}]?\d{1,30},(?:\d{1,2}|\d{4,30})")
_AROUND = " \t\N{NO-BREAK SPACE}$€£¥%"
_KINDS = {
    "bar": ChartKind.BAR,
    "column": ChartKind.BAR,
    "histogram": ChartKind.BAR,
    "line": ChartKind.LINE,
    "pie": ChartKind.PIE,
    "donut": ChartKind.PIE,
    "scatter": ChartKind.SCATTER,
    "area": ChartKind.AREA,
}


def value_of(text: str) -> float | None:
    """The number that a text is; None where it is none, or where it could be two.

    Currency and percent signs are passed over. `1,234` is a grouped thousand; `1,5` can only have a decimal comma.
    """
    bare = text.strip(_AROUND).replace("\N{MINUS SIGN}", "-")
    if _NUMBER.fullmatch(bare):
        return float(bare.replace(",", ""))
    if _COMMA_NUMBER.fullmatch(bare):
        return float(bare.replace(",", "."))
    return None


def chart_kind(said: str) -> ChartKind:
    """The kind that a word such as `bar_chart` means."""
    words = re.split(r"[^a-z]+", said.lower())
    return next((kind for word, kind in _KINDS.items() if word in words), ChartKind.OTHER)


def split_unit(label: str) -> tuple[str, str]:
    """`Revenue (USD m)` as title and unit; no unit where none stands in brackets at the end."""
    found = _UNIT.match(label.strip())
    return (found[1], found[2]) if found else (label.strip(), "")


def chart_of(rows: Sequence[Sequence[str]], *, kind: ChartKind = ChartKind.OTHER, title: str = "") -> Chart:
    """A chart from a table whose first row names the series, and whose first column names the categories.

    The corner names the x axis. A single series is named by the y axis, so its name gives that axis too.

    Raises:
        ValueError: there is no row of values, rows differ in length, or there are too many points.
    """
    if len(rows) < 2 or len(rows[0]) < 2:
        raise ValueError("a chart's table has no values")
    width = len(rows[0])
    uneven = next((n for n, row in enumerate(rows) if len(row) != width), None)
    if uneven is not None:
        raise ValueError(f"row {uneven + 1} of a chart's table has {len(rows[uneven])} of {width} columns")
    if len(rows) * width > MAX_POINTS:
        raise ValueError(f"a chart has more than {MAX_POINTS} points")
    series = tuple(
        Series(name=rows[0][col], points=tuple(point(row[0], row[col]) for row in rows[1:] if row[col]))
        for col in range(1, width)
    )
    x_title, x_unit = split_unit(rows[0][0])
    y_title, y_unit = split_unit(rows[0][1]) if width == 2 else ("", "")
    return Chart(
        kind=kind,
        title=title,
        x_axis=Axis(title=x_title, unit=x_unit),
        y_axis=Axis(title=y_title, unit=y_unit),
        series=series,
    )


def rows_of_chart(chart: Chart) -> list[list[str]]:
    """The chart as a table; a category that comes twice in a series gets as many rows."""
    keys: dict[tuple[str, int], None] = {}
    columns: list[dict[tuple[str, int], str]] = []
    for series in chart.series:
        times: Counter[str] = Counter()
        column: dict[tuple[str, int], str] = {}
        for each in series.points:
            column[each.category, times[each.category]] = each.text
            times[each.category] += 1
        columns.append(column)
        keys.update(dict.fromkeys(column))
    corner = f"{chart.x_axis.title} ({chart.x_axis.unit})" if chart.x_axis.unit else chart.x_axis.title
    head = [corner, *(series.name for series in chart.series)]
    return [head, *([key[0], *(column.get(key, "") for column in columns)] for key in keys)]


def chart_text(chart: Chart) -> str:
    """What a chart says, as text: its title, then its table, tab-separated."""
    rows = rows_of_chart(chart) if chart.series else []
    return "\n".join(filter(None, [chart.title, *("\t".join(row) for row in rows)]))


def point(category: str, text: str) -> DataPoint:
    """A point with its number, where it is one."""
    return DataPoint(category=category, text=text, value=value_of(text))
