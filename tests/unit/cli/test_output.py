from __future__ import annotations

import io
import sys

import pytest

from docai.cli.output import counted, place, results, shown, state_text, write
from docai.domain.documents import DocumentStatus, PageState
from docai.domain.geometry import Box


def test_a_number_agrees_with_its_noun() -> None:
    assert [counted(n, "page") for n in (0, 1, 2, 1500)] == ["0 pages", "1 page", "2 pages", "1,500 pages"]


def test_a_place_is_told_in_percent() -> None:
    assert place(Box(x0=0.1, y0=0.25, x1=0.5, y1=0.2619)) == "10% to 50% across, 25.0% to 26.2% down"


@pytest.mark.parametrize("evil", ["\x1b[2J", "\x9b31m", "a\rb", "\x07"])
def test_a_document_cannot_steer_the_terminal(evil: str) -> None:
    assert not set("\x1b\x9b\r\x07") & set(shown(evil))
    assert shown("a\tb\nc") == "a\tb\nc"


def test_piped_text_is_left_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    write("raw \x1b text")
    assert capsys.readouterr().out == "raw \x1b text\n"


def test_text_on_a_terminal_is_made_harmless(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "stdout", terminal)
    write("raw \x1b text\n")
    assert terminal.getvalue() == "raw \N{REPLACEMENT CHARACTER} text\n"


def test_a_name_in_brackets_is_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    results().print("[red]report[/red].pdf [link=x]")
    assert capsys.readouterr().out == "[red]report[/red].pdf [link=x]\n"


@pytest.mark.parametrize("state", [*DocumentStatus, *PageState])
def test_every_state_can_be_shown(state: DocumentStatus | PageState) -> None:
    assert state_text(state).plain == state.value.replace("_", " ")
