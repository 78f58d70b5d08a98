"""Charts as tables: DePlot's lines, pipe tables, comma-separated values and OTSL.

Lines that name a thing before the table are understood as well, and asked for where we choose: `TITLE | ...`,
`TYPE | bar`, `X-AXIS | title | unit | tick | ...` and `Y-AXIS | title | unit | tick | ...`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from io import StringIO

from docai.dialects.charts import chart_kind, chart_of, chart_text, rows_of_chart
from docai.dialects.dialect import Shown
from docai.dialects.draft import Draft
from docai.dialects.fences import unfenced
from docai.dialects.html_tables import read_first_table
from docai.dialects.limits import legible
from docai.dialects.otsl import has_otsl, read_otsl
from docai.domain.charts import Axis, Chart
from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock, Reading
from docai.domain.tables import Table, positions
from docai.errors import ReplyUnreadable

LINE_END = "<0x0A>"
"""DePlot's tokenizer has no line feed; its model writes this instead (Liu et al., 2212.10505)."""

_NAMED = frozenset({"TITLE", "TYPE", "X-AXIS", "Y-AXIS"})
"""In capitals, as DePlot writes its title: a column may well be called `Type`."""
_RULE = re.compile(r"[\s|:+-]*-[\s|:+-]*")
_PIPE = re.compile(r"(?<!\\)\|")
_ESCAPED = re.compile(r"\\([\\|])")


class ChartTableDialect:
    """One chart, as a model writes it of a chart's crop."""

    name = "chart_table"
    has_boxes = False
    kinds = frozenset({BlockKind.CHART})

    def read(self, text: str, shown: Shown) -> Reading:
        """See `Dialect`."""
        text, is_open = unfenced(legible(text))
        draft = Draft(is_truncated=is_open)
        read_chart(text, draft)
        return draft.reading()

    def write(self, blocks: Sequence[ReadBlock], shown: Shown) -> str:
        """The first chart; a crop shows one."""
        chart = next((b.chart for b in blocks if b.chart is not None), None)
        return write_chart(chart) if chart is not None else ""


def read_chart(text: str, draft: Draft) -> None:
    """The chart in a text, into the draft.

    Raises:
        ReplyUnreadable: there is no table in it.
    """
    named: list[list[str]] = []
    if has_otsl(text) or "<table" in text:
        is_cut = "</table>" not in text
        block = read_otsl(text, draft) if has_otsl(text) else read_first_table(text, draft, is_truncated=is_cut)
        rows = rows_of_table(block.table) if block.table else []
    else:
        named, rows = _lines(text)
    if len(rows) > 2 and len(rows[-1]) < len(rows[0]):
        draft.broken_off(f"a chart's table breaks off in row {len(rows)}")
        rows = rows[:-1]
    try:
        chart = chart_of(rows)
    except ValueError as error:
        raise ReplyUnreadable(f"there is no chart's table in the reply: {error}") from error
    chart = _with_names(chart, named)
    draft.add(ReadBlock(kind=BlockKind.CHART, text=chart_text(chart), chart=chart))


def write_chart(chart: Chart) -> str:
    """The chart in lines, everything but the table named before it."""
    lines = []
    if chart.title:
        lines.append(["TITLE", chart.title])
    lines.append(["TYPE", chart.kind.value])
    for name, axis in (("X-AXIS", chart.x_axis), ("Y-AXIS", chart.y_axis)):
        lines.append([name, axis.title, axis.unit, *axis.ticks])
    lines += rows_of_chart(chart)
    return "\n".join(" | ".join(_escaped(field) for field in line) for line in lines)


def rows_of_table(table: Table) -> list[list[str]]:
    """A table's texts; a merged cell's text stands in every place that it covers."""
    grid = [[""] * table.n_cols for _ in range(table.n_rows)]
    for cell in table.cells:
        for row, col in positions(cell):
            grid[row][col] = cell.text
    return grid


def _lines(text: str) -> tuple[list[list[str]], list[list[str]]]:
    """The lines that name a thing, and the rows of the table."""
    lines = [line.strip() for line in text.replace(LINE_END, "\n").split("\n")]
    lines = [line for line in lines if line and not _RULE.fullmatch(line)]
    if any("|" in line for line in lines):
        fields = [[_plain(f) for f in _PIPE.split(_framed(line))] for line in lines]
    else:
        head = next(iter(lines), "")
        delimiter = max("\t,;", key=head.count)
        fields = _separated("\n".join(lines), delimiter)
    n_named = next((n for n, row in enumerate(fields) if row[0] not in _NAMED), len(fields))
    return fields[:n_named], fields[n_named:]


def _separated(text: str, delimiter: str) -> list[list[str]]:
    try:
        return [[f.strip() for f in row] for row in csv.reader(StringIO(text), delimiter=delimiter) if row]
    except csv.Error as error:
        raise ReplyUnreadable(f"there is no chart's table in the reply: {error}") from error


def _framed(line: str) -> str:
    """A line without the pipes at its ends, if it has them at both."""
    return line[1:-1] if len(line) > 1 and line[0] == line[-1] == "|" and line[-2] != "\\" else line


def _with_names(chart: Chart, named: Sequence[Sequence[str]]) -> Chart:
    said: dict[str, object] = {}
    for name, *fields in named:
        if name == "TITLE":
            said["title"] = " | ".join(fields)
        elif name == "TYPE":
            said["kind"] = chart_kind(" ".join(fields))
        else:
            title, unit, *ticks = [*fields, "", ""][: max(2, len(fields))]
            said["x_axis" if name == "X-AXIS" else "y_axis"] = Axis(title=title, unit=unit, ticks=tuple(ticks))
    return chart.model_copy(update=said)


def _escaped(field: str) -> str:
    return " ".join(field.replace("\\", "\\\\").replace("|", "\\|").split("\n"))


def _plain(field: str) -> str:
    return _ESCAPED.sub(r"\1", field.strip())
