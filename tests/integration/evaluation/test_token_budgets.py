"""Fewer visual tokens, end to end: a model behind a server that reads a page only if it is shown large enough."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from docai.cli.evaluate import evaluate
from docai.evaluation.reporting.budgets import Budgets
from docai.evaluation.running.run_folder import RunFolder
from docai.pdf.draw import invoice
from tests.integration.vlm.scripted_server import Asked, Reply, chunks, completion, scripted_server

FEW, MANY = 100, 1500
ENOUGH_PX = 300_000
"""Pixels from which on the scripted model makes out what it is shown."""
USAGE = {"prompt_tokens": 5000, "completion_tokens": 9, "total_tokens": 5009}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Outside pytest's own, whose paths are too long for the database's socket."""
    made = Path(tempfile.mkdtemp(prefix="docai-test-"))
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def own_set(folder: Path) -> Path:
    made, drawn = folder / "set", invoice()
    made.mkdir()
    (made / drawn.name).write_bytes(drawn.pdf)
    lines = [
        {"id": str(n), "file": drawn.name, "question": fact.question, "answer": fact.answer, "confirmed": True}
        for n, fact in enumerate(drawn.facts)
        if fact.answer
    ]
    (made / "questions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return made


def answered(asked: Asked, _: int) -> Reply:
    """The right answer with its quote, or none, by how many pixels the server was told to keep; pages are not read."""
    question = re.search(r"Question: (.+)$", asked.question.strip())
    if question is None:
        return completion("[]", usage=USAGE)
    pixels = asked.body["mm_processor_kwargs"]["size"]["longest_edge"]
    found = [fact for fact in invoice().facts if fact.question == question[1]]
    said: dict[str, Any] = {"evidence": [], "steps": [], "type": "none", "answer": "", "unanswerable": True}
    if found and pixels >= ENOUGH_PX:
        quote = {"image": 1, "quote": found[0].answer}
        said = said | {"evidence": [quote], "type": "span", "answer": found[0].answer, "unanswerable": False}
    return chunks([json.dumps(said)], usage=USAGE)


@pytest.fixture(scope="module")
def runs(folder: Path, own_set: Path) -> dict[int, Path]:
    made = {}
    with scripted_server(answered) as server:
        profile = folder / "model.toml"
        profile.write_text(
            f'[vlm]\nengine = "served"\nurl = "{server.url}"\nmodel = "m"\nsees_as = "qwen2.5-vl-7b"\n'
            'max_attempts = 1\n[answer]\nmin_confidence = 0.9\nunverified = "mark"\n'
        )
        for tokens in (FEW, MANY):
            made[tokens] = folder / f"run-{tokens}"
            command = ["run", "own", "--data", str(own_set), "--profile", str(profile), "--out", str(made[tokens])]
            done = CliRunner().invoke(evaluate, [*command, "--visual-tokens", str(tokens), "--json"])
            assert done.exit_code == 0, (done.stderr, done.exception)
    return made


def test_no_image_has_more_tokens_than_the_run_allows_and_each_plan_names_the_floor(runs: dict[int, Path]) -> None:
    for tokens, run in runs.items():
        folder = RunFolder(run)
        assert folder.record().visual_tokens == tokens
        shown = [
            page.plan
            for prediction in folder.predictions().values()
            if prediction.answer is not None and prediction.answer.model is not None
            for page in prediction.answer.model.shown
        ]
        assert shown
        assert all(0 < plan.sight.visual_tokens <= tokens for plan in shown)
        assert all(plan.floor_dpi >= 150 for plan in shown)
        assert any(plan.effective_dpi < plan.floor_dpi for plan in shown)


def test_the_model_answers_where_it_sees_enough(runs: dict[int, Path]) -> None:
    said = RunFolder(runs[MANY]).predictions().values()
    assert {prediction.answer and prediction.answer.engine for prediction in said} == {"vllm/m"}


def test_the_plot_has_the_score_at_each_limit(runs: dict[int, Path], folder: Path) -> None:
    picture = folder / "tokens.svg"
    done = CliRunner().invoke(evaluate, ["budgets", *map(str, runs.values()), "--out", str(picture), "--json"])
    assert done.exit_code == 0, done.stderr
    found = Budgets.model_validate_json(done.stdout)
    assert [point.visual_tokens for point in found.points] == [FEW, MANY]
    few, many = (point.primary.value for point in found.points)
    assert few < many == 1.0
    assert picture.read_text().startswith("<svg")


def test_the_comparison_names_what_flipped_and_the_setting_that_did_it(runs: dict[int, Path]) -> None:
    done = CliRunner().invoke(evaluate, ["compare", str(runs[FEW]), str(runs[MANY]), "--json"])
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["is_same_data"]
    assert len(found["gained"]) > 0 == len(found["lost"])
    assert "page_tokens" in json.dumps(found["changed"])
