from __future__ import annotations

from collections.abc import Sequence

import pytest

from docai.charts.assembly import ENGINE
from docai.checks.charts import check_chart
from docai.domain.charts import Axis, AxisDirection, AxisFit, AxisScale, Chart, ChartKind, DataPoint, Series
from docai.domain.checks import Check, CheckName, CheckResult
from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind
from docai.domain.words import PageWords, Witness, Word

BOX = Box(x0=0.1, y0=0.1, x1=0.8, y1=0.55)
TICKS = ("0", "10", "20", "30", "40")
FIT = AxisFit(
    scale=AxisScale.LINEAR,
    direction=AxisDirection.DOWN,
    slope=-100,
    intercept=50,
    residual=0,
    n_ticks=5,
    low=0,
    high=40,
)
"""Zero stands half down the page, 40 a tenth."""
Values = dict[str, float | None]


def page(ticks: Sequence[str] = TICKS, witness: Witness | None = Witness.TEXT_LAYER) -> PageWords:
    """Tick labels up the left side of the chart, one above the other."""
    words = [
        Word(text=tick, box=Box(x0=0.12, y0=0.494 - 0.1 * i, x1=0.15, y1=0.506 - 0.1 * i), line=i)
        for i, tick in enumerate(ticks)
    ]
    return PageWords(witness=witness, words=tuple(words))


def chart(
    series: dict[str, Values], *, ticks: Sequence[str] = TICKS, boxed: bool = False, fit: AxisFit | None = None
) -> Chart:
    return Chart(
        kind=ChartKind.BAR,
        y_axis=Axis(ticks=tuple(ticks), fit=fit),
        series=tuple(
            Series(name=name, points=tuple(point(c, v, boxed=boxed) for c, v in values.items()))
            for name, values in series.items()
        ),
    )


def point(category: str, value: float | None, *, boxed: bool) -> DataPoint:
    top = 0.5 - (value or 0) / 100
    box = Box(x0=0.3, y0=max(0.0, top), x1=0.35, y1=0.5) if boxed and value is not None else None
    return DataPoint(category=category, text="unreadable" if value is None else f"{value:g}", value=value, box=box)


def block(said: Chart, *, reader: str | None = None) -> Block:
    return Block(kind=BlockKind.CHART, text="", box=BOX, chart=said, reader=reader)


def checks(said: Chart, words: PageWords, drawn: Sequence[Block] = ()) -> dict[tuple[CheckName, CheckResult], Check]:
    found = check_chart(4, block(said), words, drawn)
    assert all(check.block == 4 for check in found)
    return {(check.name, check.result): check for check in found}


def test_a_block_without_a_chart_has_no_checks() -> None:
    assert check_chart(0, Block(kind=BlockKind.CHART, text="Trade", box=BOX), page(), ()) == []


def test_ticks_in_a_line_that_fit_pass() -> None:
    found = checks(chart({"": {"Oslo": 12.0}}), page())
    assert (CheckName.TICKS_FOUND, CheckResult.PASSED) in found
    assert "5 ticks, linear" in found[CheckName.AXIS_FIT, CheckResult.PASSED].message


def test_a_tick_that_is_not_printed_fails_on_a_text_layer_and_is_undecided_on_a_scan() -> None:
    said = chart({"": {"Oslo": 12.0}}, ticks=("0", "10", "20", "30", "46"))
    assert "'46'" in checks(said, page())[CheckName.TICKS_FOUND, CheckResult.FAILED].message
    assert (CheckName.TICKS_FOUND, CheckResult.UNDECIDED) in checks(said, page(witness=Witness.OCR))


def test_a_printed_tick_that_does_not_fit_fails() -> None:
    ticks = ("0", "10", "26", "30", "40")
    assert (
        "'26'"
        in checks(chart({"": {"Oslo": 12.0}}, ticks=ticks), page(ticks))[CheckName.AXIS_FIT, CheckResult.FAILED].message
    )


def test_a_chart_without_print_is_undecided() -> None:
    found = checks(chart({"": {"Oslo": 12.0}}), PageWords(witness=None))
    assert set(found) == {(CheckName.TICKS_FOUND, CheckResult.UNDECIDED), (CheckName.AXIS_FIT, CheckResult.UNDECIDED)}


def test_ticks_scattered_over_the_chart_are_no_axis() -> None:
    places = ((0.2, 0.2), (0.35, 0.4), (0.5, 0.3), (0.6, 0.45), (0.7, 0.15))
    words = tuple(
        Word(text=tick, box=Box(x0=x, y0=y, x1=x + 0.03, y1=y + 0.012), line=i)
        for i, (tick, (x, y)) in enumerate(zip(TICKS, places, strict=True))
    )
    found = checks(chart({"": {"Oslo": 12.0}}), PageWords(witness=Witness.TEXT_LAYER, words=words))
    assert (CheckName.TICKS_FOUND, CheckResult.FAILED) in found


def test_a_value_beyond_the_axis_fails() -> None:
    found = checks(chart({"": {"Oslo": 12.0, "Rome": 21.0, "Bern": 330.0}}), page())
    assert found[CheckName.POINT_ON_AXIS, CheckResult.FAILED].points == ((0, 2),)


def test_values_in_another_unit_than_the_axis_are_undecided() -> None:
    found = checks(chart({"": {"Oslo": 12000.0, "Rome": 21000.0, "Bern": 33000.0}}), page())
    assert (CheckName.POINT_ON_AXIS, CheckResult.UNDECIDED) in found
    assert (CheckName.POINT_ON_AXIS, CheckResult.FAILED) not in found


def test_a_value_is_held_against_where_its_bar_ends() -> None:
    said = chart({"": {"Oslo": 12.0, "Rome": 21.0, "Bern": 33.0}}, boxed=True)
    wrong = said.series[0].points[1].model_copy(update={"value": 27.0, "text": "27"})
    points = (said.series[0].points[0], wrong, said.series[0].points[2])
    said = said.model_copy(update={"series": (Series(points=points),)})
    found = checks(said, page())
    assert found[CheckName.POINT_ON_AXIS, CheckResult.FAILED].points == ((0, 1),)
    assert found[CheckName.POINT_ON_AXIS, CheckResult.PASSED].points == ((0, 0), (0, 2))


def test_values_that_the_drawing_confirms_are_named() -> None:
    drawn = block(chart({"": {"Oslo": 12.1, "Rome": 21.0}}, fit=FIT), reader=ENGINE)
    found = checks(chart({"": {"Oslo": 12.0, "Rome": 21.0}}), page(), [drawn])
    assert found[CheckName.DRAWING_AGREES, CheckResult.PASSED].points == ((0, 0), (0, 1))
    assert (CheckName.DRAWING_AGREES, CheckResult.FAILED) not in found


def test_values_that_the_drawing_has_otherwise_or_not_at_all_are_in_doubt() -> None:
    said = {"Sun": {"Oslo": 12.0, "Rome": 21.0, "Bern": 9.0}, "Wind": {"Oslo": 5.0}}
    shown = {"Sun": {"Oslo": 17.0, "Rome": 21.0}, "Wind": {"Oslo": 5.0, "Rome": 7.0}}
    drawn = block(chart(shown, boxed=True, fit=FIT), reader=ENGINE)
    found = checks(chart(said), page(), [drawn])
    assert found[CheckName.DRAWING_AGREES, CheckResult.PASSED].points == ((0, 1), (1, 0))
    failed = found[CheckName.DRAWING_AGREES, CheckResult.FAILED]
    assert failed.points == ((0, 0), (0, 2))
    assert "Oslo: 12, drawn 17" in failed.message
    assert "Rome: 7 is drawn and not read" in failed.message
    assert len(failed.boxes) == 2


def test_a_value_that_the_model_calls_unreadable_is_not_in_doubt() -> None:
    drawn = block(chart({"": {"Oslo": 12.0, "Rome": 21.0}}, fit=FIT), reader=ENGINE)
    found = checks(chart({"": {"Oslo": 12.0, "Rome": None}}), page(), [drawn])
    assert found[CheckName.DRAWING_AGREES, CheckResult.PASSED].points == ((0, 0),)
    assert (CheckName.DRAWING_AGREES, CheckResult.FAILED) not in found


def test_a_drawing_of_other_names_or_elsewhere_decides_nothing() -> None:
    drawn = block(chart({"": {"Lima": 12.0}}, fit=FIT), reader=ENGINE)
    said = chart({"": {"Oslo": 12.0}})
    assert (CheckName.DRAWING_AGREES, CheckResult.UNDECIDED) in checks(said, page(), [drawn])
    elsewhere = drawn.model_copy(update={"box": Box(x0=0.1, y0=0.7, x1=0.8, y1=0.9)})
    assert not any(name is CheckName.DRAWING_AGREES for name, _ in checks(said, page(), [elsewhere]))


@pytest.mark.parametrize(("value", "result"), [(1000.0, CheckResult.PASSED), (1150.0, CheckResult.FAILED)])
def test_on_a_logarithmic_axis_distances_count_and_not_differences(value: float, result: CheckResult) -> None:
    fit = FIT.model_copy(update={"scale": AxisScale.LOG, "slope": -10.0, "intercept": 5.0, "low": 1.0, "high": 10000.0})
    drawn = block(chart({"": {"Oslo": 1020.0}}, fit=fit), reader=ENGINE)
    found = checks(chart({"": {"Oslo": value}}, ticks=()), PageWords(witness=None), [drawn])
    assert (CheckName.DRAWING_AGREES, result) in found


def test_a_chart_from_the_drawing_speaks_for_itself() -> None:
    said = chart({"": {"Oslo": 12.0, "Rome": 21.0}}, boxed=True, fit=FIT)
    found = check_chart(0, block(said, reader=ENGINE), page(), [block(said, reader=ENGINE)])
    assert {(check.name, check.result) for check in found} == {
        (name, CheckResult.PASSED)
        for name in (CheckName.TICKS_FOUND, CheckName.AXIS_FIT, CheckName.POINT_ON_AXIS, CheckName.DRAWING_AGREES)
    }
    assert all(check.points == ((0, 0), (0, 1)) for check in found if check.points)
