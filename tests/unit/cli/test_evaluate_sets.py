"""`docai eval sets` tells what there is, and `docai eval run` what is missing."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from docai.cli.evaluate import evaluate
from docai.errors import ConfigurationError, DatasetMissing, InvalidRequest
from docai.evaluation.datasets.registry import NAMES


def test_every_set_is_listed_with_how_it_is_had(tmp_path: Path) -> None:
    (tmp_path / "sroie").mkdir()
    done = CliRunner().invoke(evaluate, ["sets", "--data", str(tmp_path), "--json"])
    assert done.exit_code == 0, done.output
    listed = json.loads(done.stdout)["data"]
    assert [each["name"] for each in listed] == list(NAMES)
    for each in listed:
        assert each["title"]
        assert each["layout"]
        assert each["obtain"]
        assert each["licence"]
        assert each["primary"]
        assert each["splits"]
        assert each["is_here"] == (each["name"] == "sroie")


def test_the_list_and_a_set_in_full_are_printed(tmp_path: Path) -> None:
    assert "icdar2013" in CliRunner().invoke(evaluate, ["sets"]).stdout
    told = CliRunner().invoke(evaluate, ["sets", "sroie", "--data", str(tmp_path)]).stdout
    assert "licence" in told
    assert "here" in told


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        (["sroi"], InvalidRequest, "no data set 'sroi'"),
        (["sroie"], DatasetMissing, "DOCAI_EVALUATION__DATA"),
        (["sroie", "--data", "nowhere"], DatasetMissing, "There is no nowhere"),
        (["sroie", "--split", "some"], InvalidRequest, "no split 'some'"),
        (["sroie", "--profile", "best"], ConfigurationError, "no profile 'best'"),
        (["sroie", "--profile", "layout", "--visual-tokens", "256"], ConfigurationError, "no vision-language model"),
        (["vidore-v2", "--fetch"], InvalidRequest, "DOCAI_EVALUATION__DATA"),
    ],
)
def test_what_is_wrong_with_a_run_is_told_before_it_begins(
    arguments: list[str], error: type[Exception], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(evaluate, ["run", *arguments])
    assert isinstance(done.exception, error)
    assert said in str(done.exception)
    assert list(tmp_path.iterdir()) == []
