from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html
from typer.testing import CliRunner

from docai.cli.main import app
from docai.errors import DatasetMissing, InvalidRequest
from docai.evaluation.running.run_folder import RunFolder
from tests.unit.evaluation.reporting.measured import prediction, record, sample


def kept(path: Path, answers: Sequence[str | None], **changed: Any) -> str:
    """A run of questions to which `a` is the answer, as a folder."""
    samples = [replace(sample(number), truth={"answers": ["a"]}) for number in range(len(answers))]
    folder = RunFolder(path)
    folder.begin(record(dataset="docvqa", title="DocVQA", n_samples=len(samples), **changed), samples)
    for number, said in enumerate(answers):
        folder.append(prediction(number, said))
    return str(path)


def ran(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["eval", *arguments], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_two_runs_are_compared(tmp_path: Path) -> None:
    first = kept(tmp_path / "one", ["a", "no", None], settings={"reading": {"dpi": 150}})
    second = kept(tmp_path / "two", ["no", "a", "a"], settings={"reading": {"dpi": 300}})
    page = tmp_path / "made" / "comparison.html"
    found = json.loads(ran("compare", first, second, "--html", str(page), "--json"))
    assert (found["first_name"], found["second_name"], found["n"]) == ("one", "two", 3)
    anls = next(figure for figure in found["figures"] if figure["name"] == found["primary"])
    assert (anls["first"], anls["second"]) == (pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert [flip["sample_id"] for flip in found["gained"]] == ["s1", "s2"]
    assert [flip["sample_id"] for flip in found["lost"]] == ["s0"]
    assert found["changed"] == [{"name": "settings.reading.dpi", "first": "150", "second": "300"}]
    assert html.fromstring(page.read_text()).findtext(".//h1") == "DocVQA: two against one"
    said = ran("compare", first, second)
    assert said.startswith("one (first), two (second): 3 samples in 3 groups\n")
    assert "Right in the second run alone (anls of at least 0.5): 2" in said


def test_runs_with_limits_are_set_side_by_side(tmp_path: Path) -> None:
    small = kept(tmp_path / "small", ["no", "a"], visual_tokens=256)
    large = kept(tmp_path / "large", ["a", "a"], visual_tokens=4096)
    drawing = tmp_path / "made" / "budgets.svg"
    found = json.loads(ran("budgets", large, small, "--out", str(drawing), "--json"))
    assert [(point["name"], point["primary"]["value"]) for point in found["points"]] == [("small", 0.5), ("large", 1.0)]
    assert etree.fromstring(drawing.read_bytes()).tag == "{http://www.w3.org/2000/svg}svg"
    assert "small  256" in ran("budgets", large, small)


def test_a_report_is_made_again(tmp_path: Path) -> None:
    folder = kept(tmp_path / "run", ["a", "no"])
    assert "| anls (primary) | 0.500 |" in ran("report", folder, "--markdown")
    written = (tmp_path / "run" / "report.json").read_text()
    assert json.loads(ran("report", folder, "--json")) == json.loads(written)
    assert len(html.fromstring((tmp_path / "run" / "report.html").read_text()).xpath("//article")) == 2


def test_what_cannot_be_compared_is_said(tmp_path: Path) -> None:
    one, other = kept(tmp_path / "one", ["a"]), kept(tmp_path / "other", [])
    with pytest.raises(DatasetMissing, match="no prediction yet"):
        ran("compare", one, other)
    with pytest.raises(DatasetMissing, match="holds no run"):
        ran("compare", one, str(tmp_path / "nothing"))
    RunFolder(tmp_path / "third").begin(record(dataset="mmmu"), [])
    with pytest.raises(InvalidRequest, match="different data sets: docvqa, mmmu"):
        ran("budgets", one, str(tmp_path / "third"))
    with pytest.raises(InvalidRequest, match="at least two runs"):
        ran("budgets", one)
