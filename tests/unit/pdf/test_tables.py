from __future__ import annotations

import numpy as np
import pymupdf
import pytest
from pymupdf.layout.onnx.table_grid_types import GridPrediction

from docai.domain.tables import CellRole, Table
from docai.domain.words import PageWords
from docai.pdf.tables import FoundTable, read_tables
from docai.pdf.words import read_words

ROWS = [["Region", "2019", "2020"], ["North", "12", "9"], ["South", "15", "7"], ["West", "11", "8"]]
LEFTS, TOP, PITCH = [72.0, 260.0, 400.0], 200.0, 20.0
RIGHT, BOTTOM = 480.0, TOP + len(ROWS) * PITCH


def drawn(rows: list[list[str]], *, ruled: bool) -> pymupdf.Page:
    page = pymupdf.open().new_page()
    for r, row in enumerate(rows):
        for left, text in zip(LEFTS, row, strict=True):
            page.insert_text((left + 4, TOP + PITCH * r + 14), text, fontsize=10)
    for r in range(len(rows) + 1) if ruled else ():
        page.draw_line((LEFTS[0], TOP + PITCH * r), (RIGHT, TOP + PITCH * r))
    for x in (*LEFTS, RIGHT) if ruled else ():
        page.draw_line((x, TOP), (x, BOTTOM))
    return page


def with_layout(page: pymupdf.Page, *, columns: list[int], rows: list[int]) -> pymupdf.Page:
    """The page as after the layout model: one table, with lines at hundredths of its extent."""
    down, across = np.zeros(100, np.float32), np.zeros(100, np.float32)
    down[rows], across[columns] = 0.9, 0.9
    group = {
        "class_name": "table",
        "group_bbox": [LEFTS[0], TOP, RIGHT, BOTTOM],
        "table_grid": GridPrediction([], [], h_on_prob=down, v_on_prob=across),
    }
    page.layout_information = [group]
    return page


def only(found: tuple[FoundTable, ...]) -> Table:
    (one,) = found
    return one.table


def texts(table: Table) -> list[list[str]]:
    return [[table.at(r, c).text for c in range(table.n_cols)] for r in range(table.n_rows)]


def assert_evidence(table: Table, words: PageWords) -> None:
    """Every cell has a box, and the words it names are its text and stand in one cell only."""
    ids = [i for cell in table.cells for i in cell.word_ids]
    assert len(ids) == len(set(ids))
    for cell in table.cells:
        assert cell.box is not None
        assert cell.text.split() == [words.words[i].text for i in cell.word_ids]
        for i in cell.word_ids:
            box = words.words[i].box
            assert cell.box.holds(((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2))


def test_a_table_without_rules_is_read_from_guesses_and_white() -> None:
    page = with_layout(drawn(ROWS, ruled=False), columns=[45, 79], rows=[26, 50, 76])
    words = read_words(page)
    table = only(read_tables(page, words))
    assert texts(table) == ROWS
    assert_evidence(table, words)


def test_headers_labels_and_data_have_their_roles() -> None:
    page = with_layout(drawn(ROWS, ruled=False), columns=[45, 79], rows=[26, 50, 76])
    table = only(read_tables(page, read_words(page)))
    assert {table.at(0, c).role for c in range(3)} == {CellRole.COLUMN_HEADER}
    assert table.at(1, 0).role is CellRole.ROW_HEADER
    assert table.at(1, 1).role is CellRole.DATA


def test_a_ruled_table_that_the_layout_overlooked_is_found() -> None:
    page = drawn(ROWS, ruled=True)
    page.layout_information = []
    words = read_words(page)
    table = only(read_tables(page, words))
    assert texts(table) == ROWS
    assert_evidence(table, words)


def test_an_empty_cell_has_a_box_too() -> None:
    page = drawn([*ROWS[:3], ["West", "", "8"]], ruled=True)
    page.layout_information = []
    table = only(read_tables(page, read_words(page)))
    empty = table.at(3, 1)
    assert empty.text == ""
    assert empty.box is not None
    assert empty.box.area > 0


def test_a_ruled_picture_is_no_table() -> None:
    page = drawn(ROWS, ruled=True)
    page.layout_information = [{"class_name": "picture", "group_bbox": [60, 190, 500, 300]}]
    assert read_tables(page, read_words(page)) == ()


def test_the_layout_found_before_is_left_as_it_was() -> None:
    page = with_layout(drawn(ROWS, ruled=False), columns=[45, 79], rows=[26, 50, 76])
    before = page.layout_information
    read_tables(page, read_words(page))
    assert page.layout_information is before


@pytest.mark.parametrize("before", [None, [(0, 0, 10, 10, "text")]])
def test_a_page_without_raw_layout_is_laid_out_and_left_without(before: object) -> None:
    page = pymupdf.open().new_page()
    page.layout_information = before
    assert read_tables(page, PageWords(witness=None)) == ()
    assert page.layout_information == before


def test_a_region_without_words_is_no_table() -> None:
    page = with_layout(pymupdf.open().new_page(), columns=[45], rows=[26])
    assert read_tables(page, PageWords(witness=None)) == ()
