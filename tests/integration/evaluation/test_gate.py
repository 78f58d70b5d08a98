"""The gate as it is run: it passes as docai is, and fails where pages are drawn too coarsely to be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from docai.cli.evaluate import evaluate
from docai.evaluation.gate.limits import Outcome, kept_limits

_LONGEST_S = 1200
"""It takes about a minute on two idle cores; the machine may be busy."""


def run_gate(*options: str) -> tuple[int, str]:
    result = CliRunner().invoke(evaluate, ["gate", *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout


@pytest.mark.timeout(_LONGEST_S)
def test_every_figure_is_held(tmp_path: Path) -> None:
    code, printed = run_gate("--json", "--out", str(tmp_path / "kept"))
    outcome = Outcome.model_validate_json(printed)
    assert [each.model_dump() for each in outcome.held if not each.is_held] == []
    assert (code, outcome.passed, outcome.unlimited) == (0, True, ())
    assert [each.limit for each in outcome.held] == list(kept_limits().limits)
    kept = tmp_path / "kept"
    assert Outcome.model_validate_json((kept / "outcome.json").read_bytes()) == outcome
    figures = [json.loads(line) for line in (kept / "figures.jsonl").read_text().splitlines()]
    assert {figure["name"] for figure in figures} == {each.limit.figure for each in outcome.held}
    assert sorted(path.name for path in kept.glob("*.pdf")) == ["digital.pdf", "prints.pdf", "scans.pdf"]


@pytest.mark.timeout(_LONGEST_S)
def test_it_fails_when_pages_are_drawn_at_72_dpi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCAI_RASTER__FLOOR_DPI", "72")
    monkeypatch.setenv("DOCAI_RASTER__CEILING_DPI", "72")
    code, printed = run_gate()
    assert code == 1
    assert "LEFT" in printed
    assert "figures left their limits" in printed
    left = {line.split()[0] for line in printed.splitlines() if line.split()[-1:] == ["LEFT"]}
    assert {"cer.5pt_100dpi", "cer.6pt_100dpi", "word_f1.7pt_90dpi"} <= left
    # A text layer is read whatever the picture's resolution.
    assert not {"cer.digital", "word_f1.digital", "anls.digital"} & left
