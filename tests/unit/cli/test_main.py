from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from docai.cli import main
from docai.errors import DocumentEncrypted

COMMANDS = (
    *("ingest", "list", "show", "tables", "search", "ask", "plan", "delete", "serve", "check", "demo"),
    *("review", "flags", "correct", "revisions", "diff", "reread", "replay"),
)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["docai", *arguments])
    with pytest.raises(SystemExit) as ended:
        main.main()
    return int(ended.value.code or 0)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_and_can_print_json(command: str) -> None:
    done = CliRunner().invoke(main.app, [command, "--help"], env={"COLUMNS": "80", "NO_COLOR": "1"})
    assert done.exit_code == 0
    assert "--json" in done.stdout


def test_help_shows_every_command() -> None:
    done = CliRunner().invoke(main.app, ["--help"], env={"NO_COLOR": "1"})
    assert all(f" {command} " in done.stdout for command in COMMANDS)


def test_every_command_is_in_the_documentation() -> None:
    told = (Path(__file__).parents[3] / "docs" / "cli.md").read_text()
    names = [command.name for command in main.app.registered_commands]
    names += [group.name for group in main.app.registered_groups]
    assert [name for name in names if f"`docai {name}" not in told] == []


def test_the_version_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "--version") == 0
    assert capsys.readouterr().out.startswith("docai ")


def test_an_error_is_one_line_and_what_to_do(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise DocumentEncrypted("The document needs a password.")

    monkeypatch.setattr(main, "app", refuse)
    assert run(monkeypatch, "plan", "x.pdf") == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "docai: The document needs a password.\nGive its password with --password.\n"


def test_a_full_disk_is_an_error_of_ours(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fill_up() -> None:
        raise OSError(28, "No space left on device", "a.png")

    monkeypatch.setattr(main, "app", fill_up)
    assert run(monkeypatch, "ask", "--json") == 1
    assert '"code": "store_full"' in capsys.readouterr().out


def test_a_programming_error_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def slip() -> None:
        raise OSError("no errno, not from the operating system")

    monkeypatch.setattr(main, "app", slip)
    monkeypatch.setattr(sys, "argv", ["docai"])
    with pytest.raises(OSError, match="no errno"):
        main.main()


def test_wrong_usage_ends_with_two(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "show") == 2
    assert "ID" in capsys.readouterr().err


def test_showing_help_loads_no_engine() -> None:
    code = (
        "import sys; import docai.cli.main;"
        "heavy = {'pymupdf', 'onnxruntime', 'sqlalchemy', 'qdrant_edge', 'cv2', 'fastapi', 'scipy', 'PIL'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=dict(os.environ), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
