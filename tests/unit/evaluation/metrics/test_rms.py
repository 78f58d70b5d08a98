import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.rms import DataTable, RmsPairing, rms, rms_deplot_compat

TRUTH = DataTable((("Year", "Cats", "Dogs"), ("2019", "10", "40"), ("2020", "20", "50")))


@st.composite
def tables(draw: st.DrawFn) -> DataTable:
    names = st.lists(st.sampled_from(["alpha", "bravo", "charlie", "delta"]), min_size=1, max_size=3, unique=True)
    head, labels = draw(names), draw(names)
    values = st.integers(1, 999).map(str)
    return DataTable((("", *head), *((label, *(draw(values) for _ in head)) for label in labels)))


def test_order_and_orientation_do_not_matter() -> None:
    other = DataTable((("Year", "Dogs", "Cats"), ("2020", "50", "20"), ("2019", "40", "10")))
    assert rms(other, TRUTH).f1 == 1.0
    assert rms(other.transposed(), TRUTH).f1 == pytest.approx(rms(TRUTH.transposed(), TRUTH).f1)


def test_a_wrong_value_costs_its_relative_error_up_to_a_tenth() -> None:
    near = DataTable((("Year", "Cats", "Dogs"), ("2019", "10", "42"), ("2020", "20", "50")))
    far = DataTable((("Year", "Cats", "Dogs"), ("2019", "10", "44"), ("2020", "20", "50")))
    assert rms(near, TRUTH).f1 == pytest.approx((4 - 0.05) / 4)
    assert rms(far, TRUTH).f1 == pytest.approx(3 / 4)


def test_labels_count_as_they_are_alike() -> None:
    # `2019 cats` against `2019 cat`: one of nine letters.
    said = DataTable((("Year", "Cat"), ("2019", "10")))
    true = DataTable((("Year", "Cats"), ("2019", "10")))
    assert rms(said, true).f1 == pytest.approx(8 / 9)


def test_labels_alone_pair_entries_unless_values_may() -> None:
    true = DataTable((("", "a"), ("2019", "10"), ("2018", "20")))
    said = DataTable((("", "a"), ("2018", "10"), ("2817", "20")))
    # Labels pair 2018 with 2018, whose values differ, and leave 2817 to 2019; by product 10 meets 10 and 20 meets 20.
    assert rms(said, true).f1 == 0.0
    assert rms(said, true, pairing=RmsPairing.PRODUCT).f1 == pytest.approx((5 / 6 + 4 / 6) / 2)


def test_a_row_left_out_costs_recall_and_deplot_reports_it_as_f1() -> None:
    cut = DataTable(TRUTH.rows[:2])
    assert (rms(cut, TRUTH).precision, rms(cut, TRUTH).recall) == (1.0, 0.5)
    assert rms(cut, TRUTH).f1 == pytest.approx(2 / 3)
    reported = rms_deplot_compat(cut, TRUTH)
    assert (reported.precision, reported.recall, reported.f1) == (1.0, 0.5, 0.5)


def test_printed_numbers_are_numbers_but_not_to_deplot() -> None:
    said, true = (DataTable((("Year", "Sales"), ("2019", text))) for text in ("1,234", "1234"))
    assert rms(said, true).f1 == 1.0
    assert rms_deplot_compat(said, true).f1 == pytest.approx(4 / 5)
    share = DataTable((("Year", "Sales"), ("2019", "12.34%")))
    assert rms_deplot_compat(share, DataTable((("Year", "Sales"), ("2019", "0.1234")))).f1 == pytest.approx(1.0)


def test_zero_is_met_by_zero_alone() -> None:
    said, near, true = (DataTable((("Year", "Sales"), ("2019", text))) for text in ("0.0", "0.1", "0"))
    assert (rms(said, true).f1, rms(near, true).f1) == (1.0, 0.0)
    assert rms_deplot_compat(said, true).f1 == 0.0


def test_the_last_of_equal_labels_counts_to_deplot_and_a_title_is_an_entry() -> None:
    true = DataTable((("", "a"), ("x", "1"), ("x", "2")), title="Sales")
    said = DataTable((("", "a"), ("x", "2")), title="Sales")
    assert rms(said, true).recall == 0.5
    assert rms_deplot_compat(said, true) == rms_deplot_compat(true, true)


def test_deplots_text_form() -> None:
    read = DataTable.from_linearised("TITLE | Pets\nYear | Cats | Dogs\n2019 | 10 | 40\n2020 | 20 | 50")
    assert read == DataTable(TRUTH.rows, "Pets")
    assert DataTable.from_linearised("") == DataTable(())


def test_tables_without_entries() -> None:
    nothing = DataTable(())
    assert (rms(nothing, nothing).f1, rms(nothing, TRUTH).f1, rms(TRUTH, nothing).f1) == (1.0, 0.0, 0.0)
    assert rms_deplot_compat(nothing, nothing).f1 == 1.0
    assert rms_deplot_compat(nothing, TRUTH).precision == 1.0
    nowhere = DataTable((("q", "qqqqqqqq"), ("qqqqqq", "7")))
    reported = rms_deplot_compat(nowhere, TRUTH)
    assert (reported.precision, reported.recall, reported.f1) == (0.0, 0.0, 0.0)


@settings(max_examples=30, deadline=None)
@given(tables(), tables())
def test_bounds_and_identity(one: DataTable, other: DataTable) -> None:
    for said, true in ((one, other), (other, one)):
        assert 0.0 <= rms(said, true).f1 <= 1.0
        assert rms(said, true).f1 <= rms(said, true, pairing=RmsPairing.PRODUCT).f1 + 1e-9
        assert 0.0 <= rms_deplot_compat(said, true).f1 <= 1.0
    assert rms(one, one).f1 == rms_deplot_compat(one, one).f1 == pytest.approx(1.0)


@settings(max_examples=20, deadline=None)
@given(tables())
def test_each_further_wrong_row_lowers_the_score(truth: DataTable) -> None:
    rows, scores = list(truth.rows), [1.0]
    for r in range(1, len(rows)):
        rows[r] = (rows[r][0], *("-5" for _ in rows[r][1:]))
        scores.append(rms(DataTable(tuple(rows)), truth).f1)
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] == 0.0
