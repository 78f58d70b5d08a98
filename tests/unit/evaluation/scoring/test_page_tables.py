"""Tables of pages, found and held against their truth."""

import pytest

from docai.domain.geometry import Box, PageSize
from docai.domain.tables import Cell, Table
from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.page_tables import PageTablesScorer
from docai.evaluation.scoring.scorer import Scored
from docai.evaluation.scoring.true_tables import BoxUnit, PageTablesTruth, TrueCell, TrueTable, true_cells
from tests.unit.evaluation.scoring.read_pages import A4, FAILED, page_of_tables, read, table_of

PEOPLE = table_of([["Name", "Age"], ["Ada", "36"], ["Alan", "41"]], n_head=1)
PEOPLE_HTML = (
    "<html><body><table><thead><tr><td>Name</td><td>Age</td></tr></thead>"
    "<tbody><tr><td>Ada</td><td>36</td></tr><tr><td>Alan</td><td>41</td></tr></tbody></table></body></html>"
)
PRICES = table_of([["Wine", "12.50"], ["Bread", "3.10"]])
SCORER = PageTablesScorer(primary="adjacency_f1")


def sample_of(*tables: TrueTable, unit: BoxUnit = BoxUnit.FRACTIONS) -> Sample:
    truth = PageTablesTruth(tables=tables, unit=unit)
    return Sample("s", Task.PARSE, (), truth.model_dump(mode="json", exclude_defaults=True))


def true(table: Table, *, page: int = 1, html: str | None = None) -> TrueTable:
    return TrueTable(pages=(page,), readings=(true_cells(table.cells),), html=html)


def values(sample: Sample, prediction: Prediction, scorer: PageTablesScorer = SCORER) -> dict[str, float]:
    return scorer.score(sample, prediction).values


def figures(*pairs: tuple[Sample, Prediction], scorer: PageTablesScorer = SCORER) -> dict[str, float]:
    return scorer.figures([Scored(sample, said, scorer.score(sample, said)) for sample, said in pairs])


def test_the_truth_as_prediction_is_worth_1() -> None:
    sample = sample_of(true(PEOPLE, html=PEOPLE_HTML), true(PRICES, page=2))
    said = read(page_of_tables(PEOPLE), page_of_tables(PRICES, number=2))
    found = values(sample, said)
    assert set(found) == {
        "teds",
        "teds_struct",
        "teds_official",
        "teds_struct_official",
        "grits_top",
        "grits_con",
        "adjacency_precision",
        "adjacency_recall",
        "adjacency_f1",
    }
    assert set(found.values()) == {1.0}
    assert set(figures((sample, said)).values()) == {1.0}


def test_a_wrong_cell_costs_what_the_metrics_say() -> None:
    wrong = table_of([["Name", "Age"], ["Ada", "36"], ["Alan", "47"]], n_head=1)
    found = values(sample_of(true(PEOPLE)), read(page_of_tables(wrong)))
    # 3 rows and 6 cells count, and one of two characters is wrong; of 7 relations two touch the cell
    assert found["teds"] == pytest.approx(1 - 0.5 / 9)
    assert found["teds_struct"] == found["grits_top"] == 1.0
    assert found["grits_con"] == pytest.approx((5 + 0.5) / 6)
    assert found["adjacency_f1"] == pytest.approx(5 / 7)


def test_a_table_on_another_page_is_another_table() -> None:
    found = values(sample_of(true(PEOPLE)), read(page_of_tables(PEOPLE, number=2)))
    assert found == dict.fromkeys(found, 0.0)
    assert "teds" in found


def test_one_too_many_counts_where_the_truth_is_complete() -> None:
    sample, said = sample_of(true(PEOPLE)), read(page_of_tables(PRICES, PEOPLE))
    assert values(sample, said)["adjacency_precision"] == pytest.approx(7 / 11)
    assert figures((sample, said))["tables_right"] == 0.5
    part = PageTablesScorer(primary="teds_official", is_complete=False)
    assert values(sample, said, part)["adjacency_precision"] == 1.0
    assert "tables_right" not in figures((sample, said), scorer=part)


def test_relations_are_pooled_and_documents_averaged() -> None:
    both = [(sample_of(true(PEOPLE)), read(page_of_tables(PEOPLE))), (sample_of(true(PRICES)), FAILED)]
    found = figures(*both)
    assert found["adjacency_precision"] == 1.0
    assert found["adjacency_recall"] == pytest.approx(7 / 11)
    assert found["adjacency_f1"] == pytest.approx(14 / 18)
    # mean precision and recall of both documents are 1/2
    assert found["adjacency_f1_documents"] == pytest.approx(0.5)
    assert found["teds"] == found["tables_found"] == 0.5


def test_nothing_read_is_worth_nothing_and_a_page_without_tables_has_no_values() -> None:
    for said in (FAILED, read(), read(page_of_tables())):
        found = values(sample_of(true(PEOPLE, html=PEOPLE_HTML)), said)
        assert found == dict.fromkeys(found, 0.0)
        assert found.keys() >= {"teds_official", "adjacency_f1"}
    assert values(sample_of(), FAILED) == {}
    assert figures((sample_of(), FAILED)) == {}
    assert values(sample_of(), read(page_of_tables(PEOPLE)))["adjacency_f1"] == 0.0


def test_the_better_of_two_readings_counts() -> None:
    cut = table_of([["Name", "Age"], ["Ada", "36"]])
    both = TrueTable(readings=(true_cells(PEOPLE.cells), true_cells(cut.cells)))
    assert values(sample_of(both), read(page_of_tables(cut)))["teds"] == 1.0


def test_the_published_form_tells_heads() -> None:
    sample = sample_of(true(PEOPLE, html=PEOPLE_HTML))
    headless = table_of([["Name", "Age"], ["Ada", "36"], ["Alan", "41"]])
    found = values(sample, read(page_of_tables(headless)))
    assert found["teds"] == 1.0
    assert found["teds_official"] < 1.0
    flat = PEOPLE_HTML.replace("<thead>", "").replace("</thead>", "").replace("<tbody>", "").replace("</tbody>", "")
    without = PageTablesScorer(primary="teds_official", has_sections=False)
    assert values(sample_of(true(PEOPLE, html=flat)), read(page_of_tables(PEOPLE)), without)["teds_official"] == 1.0


@pytest.mark.parametrize("unit", list(BoxUnit))
def test_places_count_where_the_truth_has_boxes(unit: BoxUnit) -> None:
    boxes = [Box(x0=0.1, y0=0.1, x1=0.4, y1=0.2), Box(x0=0.5, y0=0.1, x1=0.9, y1=0.2)]
    table = Table(n_rows=1, n_cols=2, cells=tuple(Cell(row=0, col=c, text="ab"[c], box=boxes[c]) for c in (0, 1)))
    cells = true_cells(table.cells)
    if unit is BoxUnit.POINTS:
        width, height = A4.width_pt, A4.height_pt
        cells = tuple(
            cell.model_copy(update={"box": (b.x0 * width, (1 - b.y1) * height, b.x1 * width, (1 - b.y0) * height)})
            for cell, b in zip(cells, boxes, strict=True)
        )
    sample = sample_of(TrueTable(readings=(cells,)), unit=unit)
    assert values(sample, read(page_of_tables(table)))["grits_loc_grid"] == pytest.approx(1.0)
    low = Box(x0=0.5, y0=0.2, x1=0.9, y1=0.3)
    moved = table.model_copy(update={"cells": (table.cells[0], table.cells[1].model_copy(update={"box": low}))})
    assert values(sample, read(page_of_tables(moved)))["grits_loc_grid"] == pytest.approx(0.5)
    unplaced = tuple(cell.model_copy(update={"box": None}) for cell in cells)
    assert "grits_loc_grid" not in values(
        sample_of(TrueTable(readings=(unplaced,)), unit=unit), read(page_of_tables(table))
    )
    assert values(sample, FAILED)["grits_loc_grid" if unit is BoxUnit.FRACTIONS else "teds"] == 0.0


def test_places_on_a_page_that_is_shown_turned_do_not_count() -> None:
    boxes = [(100.0, 830.0, 200.0, 840.0), (300.0, 830.0, 400.0, 840.0)]
    cells = tuple(TrueCell(row=0, col=c, text="ab"[c], box=boxes[c]) for c in (0, 1))
    sample = sample_of(TrueTable(readings=(cells,)), unit=BoxUnit.POINTS)
    page = page_of_tables(table_of([["a", "b"]]))
    turned = page.model_copy(update={"size": PageSize(width_pt=842.0, height_pt=595.0)})
    assert "grits_loc_grid" in values(sample, read(page))
    assert "grits_loc_grid" not in values(sample, read(turned))


def test_tables_too_large_to_compare_are_named() -> None:
    large = table_of([[str(r * 72 + c) for c in range(72)] for r in range(72)])
    score = SCORER.score(sample_of(true(large)), read(page_of_tables(large)))
    assert score.values["grits_top"] == 0.0
    assert score.values["adjacency_f1"] == 1.0
    assert score.detail["tables"][0]["too_large"] == ["teds", "teds_struct", "grits_top", "grits_con"]


def test_texts_for_people_and_a_truth_of_another_form() -> None:
    sample = sample_of(true(PEOPLE))
    assert SCORER.truth_text(sample) == "3 x 2: Name | Age | Ada | 36 | Alan | 41"
    assert SCORER.prediction_text(read(page_of_tables(PRICES))) == "2 x 2: Wine | 12.50 | Bread | 3.10"
    assert SCORER.prediction_text(FAILED) == "no table"
    with pytest.raises(ValueError, match="s: no truth of tables"):
        SCORER.score(Sample("s", Task.PARSE, (), {"answers": []}), FAILED)
