"""Rows found to be sums by adding up."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from docai.checks.sums import Line, Sum, add_up, sums_of
from docai.grounding.numbers import Quantity


def lines(*rows: list[str | None]) -> list[Line]:
    """Rows of numbers; None where nothing stands, `?` where something does that is no number."""
    return [
        Line(
            tuple(_quantity(text) for text in row),
            tuple(text is None for text in row),
            is_label=not any(_quantity(text) for text in row),
        )
        for row in rows
    ]


def _quantity(text: str | None) -> Quantity | None:
    if text is None or text == "?":
        return None
    return Quantity(Fraction(text), len(text.partition(".")[2]), "", False)


def found(*rows: list[str | None], labelled: tuple[int, ...] = ()) -> list[tuple[int, tuple[int, ...]]]:
    return [(each.total, each.addends) for each in sums_of(lines(*rows), labelled)]


@settings(max_examples=25, deadline=None)
@given(
    st.integers(2, 8).flatmap(
        lambda n: st.lists(st.lists(st.integers(1_000, 99_999), min_size=n, max_size=n), min_size=3, max_size=9)
    )
)
def test_the_sum_of_rows_of_large_numbers_is_found(rows: list[list[int]]) -> None:
    total = [sum(column) for column in zip(*rows, strict=True)]
    text: list[list[str | None]] = [[str(n) for n in row] for row in [*rows, total]]
    sums = [each for each in sums_of(lines(*text), ()) if each.total == len(rows)]
    assert [each.addends for each in sums] == [tuple(range(len(rows)))]
    assert all(place.holds and place.off == 0 for place in sums[0].places)


def test_what_is_unknown_is_not_added_up_and_what_is_nothing_is() -> None:
    rows: list[list[str | None]] = [["1204", "777"], ["842", "?"], [None, "310"], ["2046", "1087"]]
    (each,) = sums_of(lines(*rows), (3,))
    assert [(place.column, place.n_addends) for place in each.places] == [(0, 2)]


def test_values_of_unlike_decimals_are_exact() -> None:
    rows: list[list[str | None]] = [["0.1", "12.25"], ["0.2", "7.5"], ["1000", "980"], ["1000.3", "999.75"]]
    (each,) = sums_of(lines(*rows), (3,))
    assert [place.off for place in each.places] == [0, 0]
    assert each.places[0].tolerance == Fraction(65, 100)


def test_labels_between_rows_are_passed_over() -> None:
    rows: list[list[str | None]] = [["1204", "8842"], [None, None], ["842", "1310"], ["2046", "10152"]]
    assert found(*rows) == [(3, (0, 2))]


def test_too_few_rows_or_figures_are_no_sum() -> None:
    assert found(["1204", "8842"], ["1204", "8842"]) == []
    assert found([str(10**16), "1"], [str(10**16), "2"], [str(2 * 10**16), "3"]) == []


def test_long_tables_are_searched_where_totals_are_called_so() -> None:
    rows: list[list[str | None]] = [[str(1000 + 7 * n), str(5000 + 11 * n)] for n in range(200)]
    rows.append([str(sum(int(row[k] or 0) for row in rows)) for k in (0, 1)])
    assert found(*rows) == [(200, tuple(range(200)))]


def test_two_rows_can_be_held_against_each_other_without_a_search() -> None:
    each = add_up(lines(["5", "?"], ["7", "2"], ["13", "2"]), 2, (0, 1))
    assert isinstance(each, Sum)
    assert [(place.added_up, place.printed, place.holds) for place in each.places] == [(12, 13, True)]
    assert each.places[0].tolerance == Fraction(3, 2)
