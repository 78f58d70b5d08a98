"""A chart held against the page: its ticks, its axes, the place of its values, and the drawing itself."""

from __future__ import annotations

from collections.abc import Sequence

from docai.charts.assembly import ENGINE
from docai.checks.chart_axes import axes_in, axis_of, check_axis, labels_in
from docai.checks.chart_drawing import check_drawing, drawn_as
from docai.checks.chart_points import check_points
from docai.domain.charts import Axis, AxisFit, Chart
from docai.domain.checks import Check, CheckName, CheckResult
from docai.domain.parses import Block
from docai.domain.words import PageWords


def check_chart(index: int, block: Block, words: PageWords, drawn: Sequence[Block]) -> list[Check]:
    """What is checked of a chart, with what came of it; what does not apply is not told.

    Args:
        index: of the block on its page.
        block: with its chart; one without has no checks.
        words: the page's, in which its tick labels are looked for.
        drawn: the page's blocks with charts read from the PDF's own drawing.
    """
    chart = block.chart
    if chart is None:
        return []
    if block.reader == ENGINE:
        return _check_drawn(index, chart)
    labels = labels_in(block.box, words)
    axes = axes_in(labels)
    checks: list[Check] = []
    for axis in (chart.y_axis, chart.x_axis):
        checks += check_axis(index, axis, axis_of(axis, axes), labels, words.witness)
    match = drawn_as(block, drawn)
    seen = axis_of(chart.y_axis, axes)
    fit = match.chart.y_axis.fit if match and match.chart else None
    fit = fit or (seen.fit if seen else None)
    if fit is not None:
        checks += check_points(index, chart, fit, block.reader)
    if match is not None and match.chart is not None:
        checks += check_drawing(index, chart, match.chart)
    return checks


def _check_drawn(index: int, chart: Chart) -> list[Check]:
    """Of a chart that was read from the drawing: its axes are fitted already, and each value is what is drawn."""
    checks = [
        check for axis in (chart.y_axis, chart.x_axis) if axis.fit for check in _drawn_axis(index, axis, axis.fit)
    ]
    if chart.y_axis.fit is not None:
        checks += check_points(index, chart, chart.y_axis.fit, ENGINE)
    points = tuple((s, p) for s, series in enumerate(chart.series) for p in range(len(series.points)))
    message = f"{len(points)} values are read from the page's drawing commands."
    return [
        *checks,
        Check(name=CheckName.DRAWING_AGREES, result=CheckResult.PASSED, message=message, block=index, points=points),
    ]


def _drawn_axis(index: int, axis: Axis, fit: AxisFit) -> list[Check]:
    left_out = f"; left out: {', '.join(map(repr, fit.left_out))}" if fit.left_out else ""
    told = {
        CheckName.TICKS_FOUND: f"{len(axis.ticks)} ticks stand on the page in a line.",
        CheckName.AXIS_FIT: (
            f"The axis is fitted to {fit.n_ticks} ticks, {fit.scale.value}, off by at most {fit.residual:.1%} of the "
            f"axis{left_out}."
        ),
    }
    return [Check(name=name, result=CheckResult.PASSED, message=text, block=index) for name, text in told.items()]
