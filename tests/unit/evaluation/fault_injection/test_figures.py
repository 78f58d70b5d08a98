import pytest

from docai.evaluation.fault_injection.faults import FaultKind
from docai.evaluation.fault_injection.figures import Miss, Report, Row, Share, markdown, told, total, worst


def test_wilsons_interval_is_the_published_one() -> None:
    # R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 81 of 263 and 0 of 20.
    assert Share(hits=81, n=263).interval == pytest.approx((0.2553, 0.3662), abs=2e-4)
    assert Share(hits=0, n=20).interval == pytest.approx((0.0, 0.1611), abs=2e-4)


def test_a_share_of_none_is_no_share() -> None:
    assert Share().value is None
    assert Share().interval is None
    assert told(Share()) == "-"


def test_rows_of_one_set_and_kind_are_added_up() -> None:
    one = Row(source="a", kind="totals", found=Share(hits=1, n=2), false=Share(hits=0, n=5))
    other = Row(source="a", kind="totals", found=Share(hits=3, n=3), false=Share(hits=1, n=5))
    apart = Row(source="b", kind="totals", found=Share(hits=1, n=1))
    assert total([one, apart, other, Row(source="c", kind="none")]) == [
        Row(source="a", kind="totals", found=Share(hits=4, n=5), false=Share(hits=1, n=10)),
        apart,
    ]


def test_the_table_for_people_has_every_row() -> None:
    row = Row(source="drawn", kind="dropped_row", found=Share(hits=19, n=20), false=Share(hits=0, n=100))
    report = Report(seed=1, share=0.05, rounds=1, n_pages=1, seconds=1.0, rows=(row,))
    assert "| drawn | dropped row | 0.950 (0.764-0.991), 20 | 0.000 (0.000-0.037), 100 |" in markdown(report)


def test_of_each_kind_the_first_misses_are_kept() -> None:
    misses = [
        Miss(source="a", name=str(n), page_number=1, kind=kind, is_false_flag=False, was="", now="")
        for kind in (FaultKind.TOTALS, FaultKind.CELL_DIGITS)
        for n in range(3)
    ]
    assert [miss.name for miss in worst(misses, 2)] == ["0", "1", "0", "1"]
