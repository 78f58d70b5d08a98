from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

import pytest
from rich.console import Console

from docai.checks.flags import flags_of
from docai.cli.correcting import Walk, walk
from docai.domain.checks import CellPlace
from docai.domain.evidence import Verdict
from docai.domain.flags import Flag, FlagKind, Severity, ValuePlace
from tests.unit.rendering.readings import page

CONFLICT = ValuePlace(block=1, cell=CellPlace(row=0, col=2))


def flag(place: ValuePlace | None, **facts: object) -> Flag:
    made = Flag(kind=FlagKind.CONFLICT, severity=Severity.HIGH, page_number=1, message="Look here.", place=place)
    return made.model_copy(update=facts)


def walked(flags: list[Flag], *answers: str) -> tuple[Walk, str]:
    left: Iterator[str] = iter(answers)
    out = StringIO()
    console = Console(file=out, width=100, markup=False, highlight=False)
    result = walk(page(), flags, ask=lambda question: next(left), console=console)
    assert next(left, None) is None, "fewer questions than answers"
    return result, out.getvalue()


@pytest.mark.parametrize(
    ("answers", "text"),
    [(["a"], "02"), (["A "], "02"), (["u"], "92"), (["t", " 08 "], "08"), (["x", "t", "", "a"], "02")],
)
def test_a_value_is_accepted_replaced_or_typed(answers: list[str], text: str) -> None:
    result, said = walked([flag(CONFLICT, said="02", heard="92")], *answers)
    assert [(c.place, c.text) for c in result.corrections] == [(CONFLICT, text)]
    assert not result.has_quit
    assert "table 1, row 1, column 3" in said


def test_what_was_read_before_a_correction_is_the_other_reading() -> None:
    corrected = flag(ValuePlace(block=0), kind=FlagKind.CORRECTED, said="read s0", heard="read so")
    result, _ = walked([corrected], "u")
    assert [c.text for c in result.corrections] == ["read s0"]


def test_where_there_is_no_other_reading_none_can_be_taken() -> None:
    result, _ = walked([flag(CONFLICT, said="02")], "u", "s")
    assert result == Walk()


def test_what_is_skipped_stays_open_and_quitting_keeps_what_was_said() -> None:
    cells = [ValuePlace(block=1, cell=CellPlace(row=1, col=col)) for col in range(3)]
    result, _ = walked([flag(place) for place in cells], "", "a", "q")
    assert [c.place for c in result.corrections] == [cells[1]]
    assert result.has_quit


def test_a_value_is_asked_about_once_and_what_is_no_value_not_at_all() -> None:
    result, said = walked([flag(None), flag(CONFLICT), flag(CONFLICT)], "a")
    assert len(result.corrections) == 1
    assert said.count("of no value") == 1


def test_a_table_as_a_whole_can_only_be_found_right() -> None:
    whole = ValuePlace(block=1)
    result, _ = walked([flag(whole, heard="x")], "u", "t", "a")
    assert [(c.place, c.text) for c in result.corrections] == [(whole, page().blocks[1].text)]
    assert walked([flag(whole)], "s")[0] == Walk()
    assert walked([flag(whole)], "q")[0] == Walk(has_quit=True)


def test_a_skipped_value_is_asked_about_again_at_its_next_flag() -> None:
    result, _ = walked([flag(CONFLICT), flag(CONFLICT)], "s", "a")
    assert len(result.corrections) == 1


def test_the_flags_of_a_real_page_can_be_walked_through() -> None:
    flags = list(flags_of(page()))
    asked = {f.place for f in flags if f.place is not None}
    result, said = walked(flags, *["a"] * len(asked))
    assert {c.place for c in result.corrections} == asked
    assert Verdict.CONFLICT.value in said
