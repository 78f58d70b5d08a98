"""RMS and RNSS of the tables that docai read off charts."""

import pytest

from docai.domain.charts import Chart
from docai.domain.tables import Cell, CellRole, Table
from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.chart_tables import ChartTables, ChartTableTruth
from docai.evaluation.scoring.scorer import Scored
from tests.unit.evaluation.scoring.said import chart, charted, failed

SCORER = ChartTables()
ROWS = (("Country", "2010", "2020"), ("Peru", "20", "30%"), ("Chile", "25", "1,250"))
VALUES = {"2010": {"Peru": "20", "Chile": "25"}, "2020": {"Peru": "30%", "Chile": "1,250"}}


def sample(rows: tuple[tuple[str, ...], ...] = ROWS, title: str | None = None) -> Sample:
    return Sample("1", Task.PARSE, (), ChartTableTruth(rows=rows, title=title).model_dump(mode="json"))


def table(rows: tuple[tuple[str, ...], ...]) -> Table:
    cells = [Cell(row=r, col=c, text=text) for r, row in enumerate(rows) for c, text in enumerate(row)]
    return Table(n_rows=len(rows), n_cols=len(rows[0]), cells=tuple(cells))


def test_the_truth_is_worth_1() -> None:
    score = SCORER.score(sample(), charted(chart(VALUES)))
    assert set(score.values.values()) == {1.0}
    assert score.detail == {"n_entries": 4, "n_true": 4}


def test_a_wrong_value_costs_its_entry() -> None:
    wrong = VALUES | {"2010": {"Peru": "29", "Chile": "25"}}
    values = SCORER.score(sample(), charted(chart(wrong))).values
    assert values["rms_f1"] == values["rms_f1_product"] == values["rms_deplot_compat"] == 0.75
    assert 0 < values["rnss"] < 1


def test_a_dropped_series_costs_recall_alone() -> None:
    values = SCORER.score(sample(), charted(chart({"2010": VALUES["2010"]}))).values
    assert (values["rms_precision"], values["rms_recall"]) == (1.0, 0.5)
    assert values["rms_f1"] == pytest.approx(2 / 3)
    assert values["rms_deplot_compat"] == values["rms_recall"]  # the code's F1


def test_the_title_counts_where_it_is_known_and_in_deplots_code_alone() -> None:
    titled = sample(title="Exports of wine")
    values = SCORER.score(titled, charted(chart(VALUES, "Exports of wine"))).values
    assert (values["rms_f1"], values["rms_deplot_compat"]) == (1.0, 1.0)
    values = SCORER.score(titled, charted(chart(VALUES))).values
    assert (values["rms_f1"], values["rms_deplot_compat"]) == (1.0, 0.8)
    values = SCORER.score(sample(), charted(chart(VALUES, "Exports of wine"))).values
    assert values["rms_deplot_compat"] == 1.0


def test_a_chart_goes_before_a_table_and_the_largest_of_each_counts() -> None:
    small = chart({"x": {"y": "1"}})
    values = SCORER.score(sample(), charted(small, chart(VALUES), tables=[table(ROWS * 3)])).values
    assert values["rms_f1"] == 1.0
    for empty in ((), (Chart(),)):
        values = SCORER.score(sample(), charted(*empty, tables=[table((("a", "b"),)), table(ROWS)])).values
        assert values["rms_f1"] == 1.0


def test_merged_labels_stand_over_all_that_they_cover() -> None:
    merged = Table(
        n_rows=3,
        n_cols=3,
        cells=(
            Cell(row=0, col=0, text="Year"),
            Cell(row=0, col=1, col_span=2, text="Wine"),
            Cell(row=1, col=0, row_span=2, text="2010", role=CellRole.ROW_HEADER),
            Cell(row=1, col=1, text="5"),
            Cell(row=1, col=2, row_span=2, text="6"),
            Cell(row=2, col=1, text="7"),
        ),
    )
    true = (("Year", "Wine", "Wine"), ("2010", "5", "6"), ("2010", "7", ""))
    assert SCORER.score(sample(true), charted(tables=[merged])).values["rms_f1"] == 1.0
    assert SCORER.prediction_text(charted(tables=[merged])) == "Year | Wine | Wine; 2010 | 5 | 6; 2010 | 7 | "


@pytest.mark.parametrize("prediction", [failed(), charted(), charted(Chart())])
def test_nothing_read_is_worth_0(prediction: Prediction) -> None:
    assert set(SCORER.score(sample(), prediction).values.values()) == {0.0}
    assert SCORER.prediction_text(prediction) == "no table"


def test_a_truth_without_numbers_has_no_rnss() -> None:
    values = SCORER.score(
        sample((("Who", "Grade"), ("Ann", "good"))), charted(chart({"Grade": {"Ann": "good"}}))
    ).values
    assert values["rms_f1"] == 1.0
    assert not {"rnss", "rnss_deplot_compat"} & values.keys()


def test_figures_are_means_and_texts_are_cut() -> None:
    scored = [Scored(sample(), said, SCORER.score(sample(), said)) for said in (charted(chart(VALUES)), failed())]
    assert SCORER.figures(scored)[SCORER.primary] == 0.5
    assert SCORER.truth_text(sample()) == "Country | 2010 | 2020; Peru | 20 | 30%; Chile | 25 | 1,250"
    assert SCORER.truth_text(sample(ROWS * 30)).endswith(" ...")


def test_a_table_without_rows_is_no_truth() -> None:
    with pytest.raises(ValueError, match="rows"):
        SCORER.score(Sample("1", Task.PARSE, (), {"rows": [["a", "b"]]}), failed())
