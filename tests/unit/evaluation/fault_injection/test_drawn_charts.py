from docai.domain.charts import Chart, ChartKind, DataPoint, Series
from docai.evaluation.fault_injection.drawn_charts import n_right
from docai.pdf.draw_chart_axes import Scale

SCALE = Scale(0.0, 200.0, (0.0, 200.0))
LOGARITHMIC = Scale(1.0, 100.0, (1.0, 100.0), is_log=True)


def chart(*values: float, name: str = "Solar") -> Chart:
    points = tuple(DataPoint(category=str(n), text=f"{v:g}", value=v) for n, v in enumerate(values))
    return Chart(kind=ChartKind.BAR, series=(Series(name=name, points=points),))


def test_a_point_is_right_within_a_hundredth_of_the_axis() -> None:
    assert n_right(chart(50, 80), chart(51.9, 82.1), SCALE) == 1


def test_on_a_logarithmic_axis_the_distance_is_that_on_paper() -> None:
    assert n_right(chart(10, 10), chart(10.4, 10.6), LOGARITHMIC) == 1


def test_values_of_another_series_do_not_count() -> None:
    assert n_right(chart(50), chart(50, name="Wind"), SCALE) == 0
