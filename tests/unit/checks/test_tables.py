"""All checks of a table together."""

from __future__ import annotations

from docai.checks.tables import check_table
from docai.domain.checks import CheckName, CheckResult
from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind
from tests.unit.checks.printed_tables import block_of, page_of, words_of

ROWS = [
    ["Region", "2019", "2020", "Share"],
    ["North", "1,204", "1,310", "30 %"],
    ["South", "842", "799", "19 %"],
    ["East", "2,051", "2,118", "51 %"],
    ["Total", "4,097", "4,227", "100 %"],
]


def test_what_applies_is_told_with_the_tables_block() -> None:
    checks = check_table(2, block_of(ROWS), page_of(words_of(ROWS)[0]))
    assert {check.name for check in checks} == {
        CheckName.GRID_CLOSES,
        CheckName.CELLS_IN_LINE,
        CheckName.NUMERIC_COLUMN,
        CheckName.UNITS,
        CheckName.TOTALS,
        CheckName.PERCENTAGES,
    }
    assert {check.result for check in checks} == {CheckResult.PASSED}
    assert {check.block for check in checks} == {2}


def test_a_block_without_a_table_has_no_checks() -> None:
    block = Block(kind=BlockKind.PARAGRAPH, text="x", box=Box(x0=0, y0=0, x1=1, y1=1))
    assert check_table(0, block, page_of([])) == []
