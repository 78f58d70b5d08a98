"""Random blocks, tables with spans and charts for the tests of dialects."""

from __future__ import annotations

from hypothesis import strategies as st

from docai.dialects.charts import chart_text, point
from docai.dialects.spans import table_text
from docai.domain.charts import Axis, Chart, ChartKind, Series
from docai.domain.geometry import Box
from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock
from docai.domain.tables import Cell, CellRole, Table

WORDS = st.text(st.sampled_from("abzXYZ019.,;:!?%$€-+*_~#|\\/<>&'\"()[]{}=^`äß中文é±≤"), min_size=1, max_size=7)
"""Words with every sign that is markup somewhere."""
LINES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
BOXES = st.tuples(*[st.integers(0, 400)] * 2, *[st.integers(20, 90)] * 2).map(
    lambda b: Box(x0=b[0] / 500, y0=b[1] / 500, x1=(b[0] + b[2]) / 500, y1=(b[1] + b[3]) / 500)
)
ROLES = st.sampled_from([CellRole.DATA, CellRole.DATA, CellRole.COLUMN_HEADER, CellRole.ROW_HEADER])


@st.composite
def tables(draw: st.DrawFn, *, texts: st.SearchStrategy[str] = LINES, with_spans: bool = True) -> Table:
    """A table of up to 5 x 5 places; blocks of them merged at random."""
    n_rows, n_cols = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    taken: set[tuple[int, int]] = set()
    cells = []
    for row in range(n_rows):
        for col in range(n_cols):
            if (row, col) in taken:
                continue
            height = draw(st.integers(1, min(3, n_rows - row))) if with_spans else 1
            width = draw(st.integers(1, min(3, n_cols - col))) if with_spans else 1
            covered = {(r, c) for r in range(row, row + height) for c in range(col, col + width)}
            if covered & taken:
                height = width = 1
                covered = {(row, col)}
            taken |= covered
            cells.append(
                Cell(
                    row=row,
                    col=col,
                    row_span=height,
                    col_span=width,
                    text=draw(st.one_of(st.just(""), texts)),
                    role=_role(draw, height, width == n_cols)
                    if with_spans
                    else CellRole.COLUMN_HEADER
                    if row == 0
                    else CellRole.DATA,
                )
            )
    return Table(n_rows=n_rows, n_cols=n_cols, cells=tuple(cells))


def _role(draw: st.DrawFn, height: int, is_alone: bool) -> CellRole:
    """Any role; a section only where a cell fills one row."""
    return draw(st.sampled_from([CellRole.SECTION, CellRole.ROW_HEADER]) if is_alone and height == 1 else ROLES)


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    """A chart of up to 3 series over the same categories."""
    categories = draw(st.lists(LINES, min_size=1, max_size=4, unique=True))
    names = draw(st.lists(LINES, min_size=1, max_size=3))
    axes = [Axis(title=draw(LINES), unit=draw(WORDS), ticks=tuple(draw(st.lists(WORDS, max_size=3)))) for _ in "xy"]
    return Chart(
        kind=draw(st.sampled_from(ChartKind)),
        title=draw(LINES),
        x_axis=axes[0],
        y_axis=axes[1],
        series=tuple(Series(name=n, points=tuple(point(c, draw(WORDS)) for c in categories)) for n in names),
    )


@st.composite
def blocks(draw: st.DrawFn, kinds: frozenset[BlockKind]) -> ReadBlock:
    """A block of one of the kinds."""
    kind = draw(st.sampled_from(sorted(kinds)))
    box = draw(BOXES)
    if kind is BlockKind.TABLE:
        table = draw(tables())
        return ReadBlock(kind=kind, text=table_text(table), table=table, box=box)
    if kind is BlockKind.CHART:
        chart = draw(charts())
        return ReadBlock(kind=kind, text=chart_text(chart), chart=chart, box=box)
    level = draw(st.integers(1, 5)) if kind is BlockKind.HEADING else None
    return ReadBlock(kind=kind, text=draw(LINES), box=box, level=level)
