from __future__ import annotations

import math

import pymupdf
import pytest

from docai.charts.assembly import FoundChart
from docai.charts.labels import number_of
from docai.domain.charts import AxisDirection, AxisScale, Chart, ChartKind
from docai.domain.geometry import PointBox
from docai.pdf.draw import form, invoice, report
from docai.pdf.draw_chart import KINDS, DrawnChart, draw_chart
from docai.pdf.draw_sheet import Align, Sheet, Style, new_pdf
from docai.pdf.drawings import find_charts
from docai.pdf.words import read_words

BLUE, RED = (0.1, 0.2, 0.7), (0.8, 0.2, 0.1)
STYLE = Style(8)


def found_on(page: pymupdf.Page) -> list[FoundChart]:
    return find_charts(page, read_words(page).words, [PointBox(*page.rect)])


def read(drawn: DrawnChart) -> Chart:
    with pymupdf.open(stream=drawn.pdf) as pdf:
        (found,) = found_on(pdf[0])
    return found.chart


def axis(sheet: Sheet, labels: list[str], *, left: float = 100, foot: float = 400, step: float = 40) -> None:
    """A value axis with gridlines 300 points long; the first label at the foot."""
    for i, label in enumerate(labels):
        y = foot - step * i
        sheet.rule(left, y, left + 300, y)
        sheet.text(left - 6, y + 3, label, STYLE, Align.RIGHT)


def bar(sheet: Sheet, x: float, height: float, name: str, colour: tuple[float, float, float] = BLUE) -> None:
    sheet.fill(x - 15, 400 - height, x + 15, 400, colour)
    sheet.text(x, 415, name, STYLE, Align.CENTRE)


def values(chart: Chart) -> list[dict[str, float | None]]:
    return [{point.category: point.value for point in series.points} for series in chart.series]


@pytest.mark.parametrize("kind", KINDS)
def test_a_drawn_chart_is_read_back(kind: str) -> None:
    drawn = draw_chart(kind, 101)
    chart = read(drawn)
    assert chart.kind is drawn.chart.kind
    assert {series.name for series in chart.series} == {series.name for series in drawn.chart.series}
    by_name = {series.name: series for series in chart.series}
    for series in drawn.chart.series:
        said = by_name[series.name].points
        assert len(said) == len(series.points)
        for point in series.points:
            assert any(
                drawn.scale.share(other.value or math.nan)
                == pytest.approx(drawn.scale.share(point.value or 0), abs=0.01)
                for other in said
                if chart.kind is ChartKind.SCATTER or other.category == point.category
            )


def test_an_axis_tells_its_fit_in_fractions_of_the_page() -> None:
    drawn = draw_chart("lying", 101)
    fit = read(drawn).y_axis.fit
    assert fit is not None
    assert (fit.scale, fit.direction) == (AxisScale.LINEAR, AxisDirection.ACROSS)
    assert (fit.low, fit.high, fit.n_ticks) == (drawn.scale.low, drawn.scale.high, len(drawn.scale.ticks))
    assert fit.residual < 0.005
    assert 0 < fit.position_of(fit.low) < fit.position_of(fit.high) < 1


def test_a_printed_value_takes_the_place_of_the_measured_one() -> None:
    with pymupdf.open(stream=report().pdf) as pdf:
        (found,) = found_on(pdf[1])
    assert [point.text for point in found.chart.series[0].points] == ["1,850", "2,940", "4,310", "6,020", "7,485"]
    assert all(point.box and found.plot.holds(point.box.centre) for point in found.chart.series[0].points)


@pytest.mark.parametrize(("document", "page"), [(report, 0), (invoice, 0), (form, 0)])
def test_tables_and_forms_are_no_charts(document: object, page: int) -> None:
    assert callable(document)
    with pymupdf.open(stream=document().pdf) as pdf:
        assert found_on(pdf[page]) == []


def test_a_table_of_shaded_cells_beside_a_column_of_years_is_no_chart() -> None:
    with new_pdf() as pdf:
        sheet = Sheet(pdf[0], number=1)
        axis(sheet, ["2019", "2020", "2021", "2022"], step=20)
        for row in range(3):
            for col in range(3):
                sheet.fill(110 + 60 * col, 380 - 20 * row, 165 + 60 * col, 400 - 20 * row, (0.9, 0.9, 0.8))
                sheet.text(130 + 60 * col, 394 - 20 * row, f"{17 * row + col}", STYLE)
        for col, name in enumerate(("Oslo", "Rome", "Bern")):
            sheet.text(137 + 60 * col, 415, name, STYLE, Align.CENTRE)
        assert found_on(pdf[0]) == []


def test_a_label_that_does_not_fit_is_left_out_and_told() -> None:
    with new_pdf() as pdf:
        sheet = Sheet(pdf[0], number=1)
        axis(sheet, ["0", "10", "26", "30", "40"])
        for i, name in enumerate(("Oslo", "Rome", "Bern")):
            bar(sheet, 150 + 80 * i, 30 + 40 * i, name)
        (found,) = found_on(pdf[0])
    assert found.chart.y_axis.fit is not None
    assert found.chart.y_axis.fit.left_out == ("26",)
    assert values(found.chart) == [{"Oslo": 7.5, "Rome": 17.5, "Bern": 27.5}]


def test_bars_that_go_on_beyond_the_plot_are_not_read() -> None:
    with new_pdf() as pdf:
        sheet = Sheet(pdf[0], number=1)
        axis(sheet, ["0", "10", "20", "30"])
        sheet.frame(100, 265, 400, 400)
        for i, (name, height) in enumerate({"Oslo": 60, "Rome": 135, "Bern": 90}.items()):
            bar(sheet, 150 + 80 * i, height, name)
        assert found_on(pdf[0]) == []


def test_bars_without_names_are_not_read() -> None:
    with new_pdf() as pdf:
        sheet = Sheet(pdf[0], number=1)
        axis(sheet, ["0", "10", "20", "30"])
        for i in range(3):
            bar(sheet, 150 + 80 * i, 30 + 30 * i, "")
        assert found_on(pdf[0]) == []


def test_two_axes_that_disagree_leave_the_chart_unread() -> None:
    with new_pdf() as pdf:
        sheet = Sheet(pdf[0], number=1)
        axis(sheet, ["0", "10", "20", "30"])
        for i, label in enumerate(("0", "500", "1000", "1500")):
            sheet.text(406, 403 - 40 * i, label, STYLE)
        for i, name in enumerate(("Oslo", "Rome", "Bern")):
            bar(sheet, 150 + 80 * i, 30 + 30 * i, name)
        assert found_on(pdf[0]) == []


def curve(sheet: Sheet, heights: list[float], colour: tuple[float, float, float], dashes: str | None = None) -> None:
    corners = [(130 + 60 * i, 400 - height) for i, height in enumerate(heights)]
    sheet.page.draw_polyline(corners, color=colour, dashes=dashes)


def names(sheet: Sheet, labels: list[str]) -> None:
    for i, label in enumerate(labels):
        sheet.text(130 + 60 * i, 415, label, STYLE, Align.CENTRE)


def legend(sheet: Sheet, name: str, y: float, colour: tuple[float, float, float]) -> None:
    sheet.rule(420, y, 440, y, colour, 1)
    sheet.text(446, y + 3, name, STYLE)


def test_lines_are_told_by_the_names_of_their_paints() -> None:
    with new_pdf() as pdf:
        sheet = Sheet(pdf[0], number=1)
        axis(sheet, ["0", "10", "20", "30"])
        names(sheet, ["0", "1", "2", "3", "5"])
        curve(sheet, [20, 40, 60, 50, 100], BLUE)
        curve(sheet, [80, 70, 90, 30, 20], RED)
        legend(sheet, "Sun", 300, BLUE)
        legend(sheet, "Wind", 315, RED)
        (found,) = found_on(pdf[0])
    assert [series.name for series in found.chart.series] == ["Sun", "Wind"]
    assert values(found.chart) == [
        {"0": 5.0, "1": 10.0, "2": 15.0, "3": 12.5, "5": 25.0},
        {"0": 20.0, "1": 17.5, "2": 22.5, "3": 7.5, "5": 5.0},
    ], "evenly spaced labels are names, not a scale on which 5 would be 4"


def test_a_line_that_the_legend_names_and_the_plot_does_not_show_leaves_the_chart_unread() -> None:
    with new_pdf() as pdf:
        sheet = Sheet(pdf[0], number=1)
        axis(sheet, ["0", "10", "20", "30"])
        names(sheet, ["Jan", "Feb", "Mar", "Apr", "May"])
        curve(sheet, [20, 40, 60, 50, 100], BLUE)
        legend(sheet, "Sun", 300, BLUE)
        legend(sheet, "Wind", 315, RED)
        assert found_on(pdf[0]) == []


def test_a_line_that_runs_back_is_no_chart() -> None:
    with new_pdf() as pdf:
        sheet = Sheet(pdf[0], number=1)
        axis(sheet, ["0", "10", "20", "30"])
        names(sheet, ["Jan", "Feb", "Mar", "Apr", "May"])
        sheet.page.draw_polyline([(130, 380), (250, 330), (200, 300), (370, 310)], color=BLUE)
        assert found_on(pdf[0]) == []


def test_a_broken_axis_leaves_the_chart_unread() -> None:
    with new_pdf() as pdf:
        sheet = Sheet(pdf[0], number=1)
        axis(sheet, ["0", "10", "20", "30", "900"])
        for i, name in enumerate(("Oslo", "Rome", "Bern")):
            bar(sheet, 150 + 80 * i, 30 + 30 * i, name)
        assert found_on(pdf[0]) == []


def test_raised_exponents_are_powers() -> None:
    with new_pdf() as pdf:
        sheet = Sheet(pdf[0], number=1)
        axis(sheet, ["10"] * 4)
        for i in range(4):
            sheet.text(94.2, 399 - 40 * i, f"{i}", Style(5))
        for i, name in enumerate(("Oslo", "Rome", "Bern")):
            bar(sheet, 150 + 80 * i, 20 + 40 * i, name)
        (found,) = found_on(pdf[0])
    assert found.chart.y_axis.ticks == ("10^3", "10^2", "10^1", "10^0")
    (read_back,) = values(found.chart)
    assert read_back["Rome"] == pytest.approx(10**1.5, rel=0.02)


def test_a_factor_at_the_axis_end_is_part_of_the_unit() -> None:
    with new_pdf() as pdf:
        sheet = Sheet(pdf[0], number=1)
        axis(sheet, ["0", "1", "2", "3"])
        sheet.frame(100, 270, 400, 400)
        sheet.text(100, 266, "1e6", STYLE)
        for i, name in enumerate(("Oslo", "Rome", "Bern")):
            bar(sheet, 150 + 80 * i, 30 + 30 * i, name)
        (found,) = found_on(pdf[0])
    assert found.chart.y_axis.unit == "1e6"
    assert number_of(found.chart.series[0].points[0].text) == 0.75


def test_a_page_without_charts_is_not_looked_at_for_shapes() -> None:
    class Unread(pymupdf.Page):
        def get_cdrawings(self, *_: object, **__: object) -> list[object]:
            raise AssertionError("the drawing was read")

    with new_pdf() as pdf:
        page = pdf[0]
        page.insert_text((72, 72), "Nothing but a line of text")
        words = read_words(page).words
        page.__class__ = Unread
        assert find_charts(page, words, []) == []
