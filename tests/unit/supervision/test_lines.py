"""Children's lines on a console."""

from __future__ import annotations

import io

from rich.console import Console

from docai.supervision.lines import PrefixedLines


def _printed(line: str, *, is_terminal: bool) -> str:
    output = io.StringIO()
    console = Console(
        file=output, force_terminal=is_terminal, color_system="standard" if is_terminal else None, width=20
    )
    PrefixedLines(console, ("api", "worker-1"))("api", line)
    return output.getvalue()


def test_a_line_stands_whole_behind_its_childs_name() -> None:
    line = "a line [that is] longer than the console is wide"
    assert _printed(line, is_terminal=False) == f"api      | {line}\n"


def test_a_terminal_shows_the_name_in_colour() -> None:
    printed = _printed("said", is_terminal=True)
    assert printed.startswith("\x1b[36mapi")
    assert printed.endswith("said\n")


def test_a_line_cannot_steer_the_terminal() -> None:
    assert "\x1b" not in _printed("\x1b[2Jgone\x07\r", is_terminal=False)


def test_an_empty_line_is_passed_over() -> None:
    assert _printed("", is_terminal=False) == ""
