from __future__ import annotations

import pytest

from docai.domain.checks import CellPlace
from docai.domain.flags import ValuePlace
from docai.errors import InvalidRequest
from docai.rendering.page_values import page_values
from docai.rendering.place_names import place_name, place_named
from tests.unit.rendering.readings import page

CELL = ValuePlace(block=1, cell=CellPlace(row=1, col=2))


def test_places_count_from_one_within_the_page() -> None:
    names = [place_name(page(), value.place) for value in page_values(page())]
    assert names[0] == "block 1 (paragraph)"
    assert names[5] == "table 1, row 2, column 3"
    assert names[7] == "chart 1, series 1, point 2"
    assert place_name(page(), ValuePlace(block=1)) == "table 1"
    assert place_name(page(), ValuePlace(block=2)) == "chart 1"


def test_every_name_names_its_place() -> None:
    parse = page()
    places = [value.place for value in page_values(parse)] + [ValuePlace(block=1), ValuePlace(block=2)]
    assert [place_named(parse, place_name(parse, place)) for place in places] == places


@pytest.mark.parametrize("name", ["Table 1  row 2 column 3", " table 1, ROW 2, column 3 "])
def test_names_may_be_written_freely(name: str) -> None:
    assert place_named(page(), name) == CELL


def test_a_merged_cell_is_named_by_any_of_its_columns() -> None:
    assert place_named(page(), "table 1, row 1, column 2") == ValuePlace(block=1, cell=CellPlace(row=0, col=0))


@pytest.mark.parametrize(
    "name",
    [
        "",
        "table",
        "table 1, row 1",
        "row 1, column 1",
        "table 0, row 1, column 1",
        "table 2, row 1, column 1",
        "table 1, row 3, column 1",
        "table 1, row 1, column 4",
        "table 1, row 0, column 1",
        "table 1, series 1, point 1",
        "chart 1, row 1, column 1",
        "chart 1, series 2, point 1",
        "chart 1, series 1, point 3",
        "block 4",
        "table 1; drop",
    ],
)
def test_what_names_no_place_of_the_page_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest):
        place_named(page(), name)
