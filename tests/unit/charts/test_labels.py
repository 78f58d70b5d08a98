import pytest

from docai.charts.labels import labels_of, number_of
from docai.domain.geometry import Box, PageSize
from docai.domain.words import Word

SIZE = PageSize(width_pt=600, height_pt=800)


def word(text: str, x: float, y: float, width: float = 20, height: float = 10, line: int = 0) -> Word:
    return Word(text=text, box=Box.from_points((x, y, x + width, y + height), SIZE), line=line)


def test_words_a_space_apart_are_one_label() -> None:
    words = [word("New", 100, 50), word("York", 123, 50), word("Total", 200, 50)]
    assert [label.text for label in labels_of(words, SIZE)] == ["New York", "Total"]


def test_numbers_side_by_side_stay_apart() -> None:
    words = [word("2019", 100, 50), word("2020", 123, 50)]
    assert [label.text for label in labels_of(words, SIZE)] == ["2019", "2020"]


def test_a_number_in_two_words_is_one() -> None:
    words = [word("12", 100, 50), word("500", 122, 50), word("45", 300, 50), word("%", 322, 50, 8)]
    assert [label.text for label in labels_of(words, SIZE)] == ["12 500", "45 %"]


def test_print_up_the_page_is_told() -> None:
    words = [word("Revenue", 40, 300, 10, 50), word("growth", 40, 247, 10, 50), word("7", 100, 50, 5)]
    labels = labels_of(words, SIZE)
    assert [(label.text, label.is_upright) for label in labels] == [("Revenue growth", True), ("7", False)]


def test_powers_take_the_place_of_what_they_read_as() -> None:
    words = [word("102", 100, 50)]
    (label,) = labels_of(words, SIZE, {0: "10^2"})
    assert number_of(label.text) == 100


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("10^-2", 0.01),
        ("2 \N{MULTIPLICATION SIGN} 10^3", 2000),
        ("$1,500", 1500),
        ("-5%", -5),
        ("North", None),
        ("", None),
    ],
)
def test_numbers_are_read_as_axes_print_them(text: str, number: float | None) -> None:
    assert number_of(text) == (None if number is None else pytest.approx(number))
