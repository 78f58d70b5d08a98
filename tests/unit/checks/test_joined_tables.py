"""Headings that a table repeats on the next page."""

from __future__ import annotations

from docai.checks.joined_tables import check_joined
from docai.domain.checks import CheckName, CheckResult
from tests.unit.checks.printed_tables import block_of, cells

UPPER = block_of([["Account", "Opening", "Closing"], ["1000", "12", "14"]])


def test_the_same_heading_passes() -> None:
    lower = block_of([["Account", "Opening", " closing"], ["2000", "7", "9"]])
    (check,) = check_joined(UPPER, lower, 4)
    assert (check.name, check.result, check.block) == (CheckName.REPEATED_HEADER, CheckResult.PASSED, 4)


def test_a_heading_that_was_misread_names_its_cells() -> None:
    lower = block_of([["Account", "Opening", "C1osing"], ["2000", "7", "9"]])
    assert cells(check_joined(UPPER, lower, 0), CheckName.REPEATED_HEADER, CheckResult.FAILED) == [(0, 2)]


def test_another_table_or_one_without_a_heading_has_no_check() -> None:
    other = block_of([["Name", "Born", "Place"], ["Ann", "1970", "Lund"]])
    bare = block_of([["2000", "7", "9"]], n_head=0)
    narrow = block_of([["Account", "Opening"], ["1000", "12"]])
    assert [check_joined(UPPER, lower, 0) for lower in (other, bare, narrow)] == [[], [], []]
