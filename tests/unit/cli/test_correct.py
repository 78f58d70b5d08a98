from __future__ import annotations

import sys
from io import StringIO

import pytest

from docai.cli import main
from docai.cli.correct import _corrections, _texts
from docai.domain.checks import CellPlace
from docai.domain.flags import ValuePlace
from docai.errors import InvalidRequest
from tests.unit.rendering.readings import page

CELL = ValuePlace(block=1, cell=CellPlace(row=1, col=2))


def test_places_are_named_in_words_or_as_flags_have_them() -> None:
    given = [("table 1, row 2, column 3", "7"), (CELL.model_dump_json(), "8")]
    found = _corrections(page(), given, ["block 1"])
    assert [(c.place, c.text) for c in found] == [(CELL, "7"), (CELL, "8"), (ValuePlace(block=0), "read so")]


@pytest.mark.parametrize("place", ['{"block": "x"}', "{", '{"cell": null}'])
def test_json_that_is_no_place_is_refused(place: str) -> None:
    with pytest.raises(InvalidRequest, match="not a place"):
        _corrections(page(), [(place, "7")], [])


def test_a_table_can_be_found_right_as_a_whole() -> None:
    (found,) = _corrections(page(), [], ["table 1"])
    assert (found.place, found.text) == (ValuePlace(block=1), page().blocks[1].text)


@pytest.mark.parametrize("place", ['{"block": 77}', '{"block": 1, "cell": {"row": 9, "col": 0}}'])
def test_what_is_not_there_cannot_be_accepted(place: str) -> None:
    with pytest.raises(InvalidRequest, match="no value at"):
        _corrections(page(), [], [place])


def test_a_text_may_come_from_standard_input_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO("two\nlines\n"))
    assert _texts(["-", "b"], 2) == ["two\nlines", "b"]
    with pytest.raises(InvalidRequest, match="Standard input"):
        _texts(["-", "-"], 2)
    with pytest.raises(InvalidRequest, match="2 places and 1 text"):
        _texts(["a"], 2)


@pytest.mark.parametrize("arguments", [("correct", "3e64", "--page", "1"), ("review", "3e64", "--correct", "--json")])
def test_what_cannot_be_done_is_said_before_anything_is_opened(
    arguments: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "argv", ["docai", *arguments])
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 1
    said = capsys.readouterr()
    assert "--" in said.out + said.err
