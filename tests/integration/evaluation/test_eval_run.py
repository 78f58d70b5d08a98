"""Whole runs through the real embedded system: every task, what fails, what a kill leaves, and the report."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from lxml import html
from typer.testing import CliRunner

from docai.assembly.local import open_local
from docai.cli.evaluate import evaluate
from docai.domain.events import EventKind
from docai.errors import CloudNotAllowed, DatasetMissing, InvalidRequest
from docai.evaluation.contamination.findings import Contamination
from docai.evaluation.datasets import registry
from docai.evaluation.predictions import Prediction
from docai.evaluation.reporting.report import Report
from docai.evaluation.reporting.reports import PAGE, write_report
from docai.evaluation.running.kept_pages import kept_pictures
from docai.evaluation.running.profiles import profile_of
from docai.evaluation.running.run_folder import PREDICTIONS, RunFolder
from docai.evaluation.running.runner import Plan, run
from docai.evaluation.running.scoring_run import scored
from docai.settings import Settings, VlmSettings
from tests.integration.evaluation.drawn_set import ALL_TASKS, LONG_PAGES, N_LONG, QUESTIONS, draw, plan

ROOT = Path(__file__).parents[3]
VICTIM = """
import sys
from pathlib import Path
from docai.evaluation.running.runner import run
from tests.integration.evaluation.drawn_set import QUESTIONS, plan

class Told:
    def begin(self, what, n): print(what, n, flush=True)
    def advance(self): print("done", flush=True)

run(plan(QUESTIONS, Path(sys.argv[1]), Path(sys.argv[2]), split="long"), Told())
"""


@dataclass
class Counting:
    """Counts what a run tells."""

    begun: dict[str, int] = field(default_factory=dict)
    steps: Counter[str] = field(default_factory=Counter)
    _now: str = ""

    def begin(self, what: str, n: int) -> None:
        self.begun[what] = n
        self._now = what

    def advance(self) -> None:
        self.steps[self._now] += 1


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    draw(folder)
    return folder


@pytest.fixture(scope="module")
def runs() -> Iterator[Path]:
    """A folder for runs outside pytest's own, as `short_folder` in tests/conftest.py is."""
    folder = Path(tempfile.mkdtemp(prefix="docai-test-"))
    yield folder
    shutil.rmtree(folder)


@dataclass
class Ran:
    plan: Plan
    folder: RunFolder
    told: Counting

    @property
    def predictions(self) -> dict[str, Prediction]:
        return self.folder.predictions()


@pytest.fixture(scope="module")
def ran(data: Path, runs: Path) -> Ran:
    """A run of all tasks."""
    told = Counting()
    wanted = plan(ALL_TASKS, data, runs / "all")
    return Ran(wanted, run(wanted, told), told)


def test_every_sample_is_asked_and_the_record_says_with_what(ran: Ran) -> None:
    record = ran.folder.record()
    assert ran.predictions.keys() == {sample.id for sample in ran.folder.samples()}
    assert ran.told.begun == {"corpus read": 5, "asked": record.n_samples}
    assert ran.told.steps == {"corpus read": 5, "asked": record.n_samples}
    assert record.finished_at is not None
    assert record.seconds > 0
    # Invoice, report and form; the file with the form's bytes is not read again, and the broken one has no page.
    pages = {file.name: file.n_pages for file in ran.folder.files.read()}
    assert pages["form.pdf"] == pages["same-as-form.pdf"]
    assert record.n_pages_read == sum(pages.values()) - pages["form.pdf"]
    assert record.model is None
    assert record.engines.keys() == {"layout", "ocr", "encoder"}
    assert record.settings["vlm"]["engine"] == "none"
    assert "api_key" not in record.settings["vlm"]
    assert record.cost is None


def test_questions_are_answered_with_evidence(ran: Ran) -> None:
    values = {each.sample.question: each.score.values["says_it"] for each in scored(ran.folder, ALL_TASKS)}
    assert values["What is the invoice number?"] == 1.0
    found = ran.predictions["short-1"]
    assert found.answer is not None
    assert found.answer.citations
    assert found.n_pages == 1
    assert found.seconds > 0


def test_a_file_that_cannot_be_read_fails_its_sample_alone(ran: Ran) -> None:
    failed = {p.sample_id: p.failure for p in ran.predictions.values() if p.failure is not None}
    (failure,) = failed.values()
    assert failure.code == "document_unreadable"
    assert failure.message


def test_pages_are_parsed(ran: Ran) -> None:
    (page,) = ran.predictions["parse"].pages
    assert "KL-558213" in page.markdown
    assert "KL-558213" in page.text
    assert page.parse is not None
    assert page.size is not None


def test_fields_are_extracted_with_their_places(ran: Ran) -> None:
    extraction = ran.predictions["extract"].extraction
    assert extraction is not None
    assert extraction.data["invoice_number"] == "HM-2026-0417"
    assert all(f.page_number and f.box for f in extraction.fields if f.value is not None)


def test_pages_are_ranked_within_and_across(ran: Ran) -> None:
    found = ran.predictions["retrieve"]
    assert [(page.file, page.page) for page in found.within] == [("form.pdf", 1)]
    assert {page.file for page in found.across[:2]} == {"form.pdf", "same-as-form.pdf"}
    # The other name of the same bytes is the same document, and goes by the sample's own name.
    assert [page.file for page in ran.predictions["retrieve-same"].within] == ["same-as-form.pdf"]


def test_a_finished_run_asks_nothing_again_and_scores_the_same(ran: Ran) -> None:
    before, told, ended = scored(ran.folder, ALL_TASKS), Counting(), ran.folder.record().finished_at
    run(ran.plan, told)
    assert ran.folder.record().finished_at == ended
    assert told.begun == {"asked": 0}
    assert told.steps == {}
    assert scored(ran.folder, ALL_TASKS) == before


def test_the_commands_go_on_with_a_run_and_score_it(
    ran: Ran, data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(registry, "dataset_named", lambda _: ALL_TASKS)
    monkeypatch.setenv("DOCAI_HOME", str(tmp_path / "production"))
    out = str(ran.plan.out)
    arguments = ["run", ALL_TASKS.name, "--data", str(data), "--profile", "layout", "--out", out]
    done = CliRunner().invoke(evaluate, [*arguments, "--json"])
    assert done.exit_code == 0, done.output
    told = Report.model_validate_json(done.stdout)
    assert told.n == len(ran.predictions)
    assert told.primary_figure is not None
    scored_again = CliRunner().invoke(evaluate, ["score", out, "--json"])
    assert Report.model_validate_json(scored_again.stdout).figures == told.figures
    assert "says_it (primary)" in CliRunner().invoke(evaluate, ["score", out]).stdout
    assert not (tmp_path / "production").exists()


def test_what_failed_is_tried_again_on_request_and_held_against_training_data(ran: Ran, tmp_path: Path) -> None:
    told, trained_on = Counting(), tmp_path / "training.jsonl"
    trained_on.write_text(json.dumps({"prompt": "What is the invoice number?"}) + "\n")
    assert ran.folder.record().contamination is None
    run(replace(ran.plan, retries_failed=True, against=trained_on), told)
    found = Contamination.model_validate(ran.folder.record().contamination)
    assert [item.id for item in found.items] == ["short-1"]
    assert told.begun["asked"] == 1
    failed = [p for p in ran.predictions.values() if p.failure is not None]
    assert len(failed) == 1  # it is as broken as before


def test_the_report_shows_the_cited_places(ran: Ran) -> None:
    found = scored(ran.folder, ALL_TASKS)
    with kept_pictures(ran.folder) as pictures:
        report = write_report(ran.folder, ALL_TASKS, found, pictures)
        (first,) = [each for each in found if each.sample.id == "short-1"]
        (broken,) = [each for each in found if each.prediction.failure is not None]
        assert all(picture.startswith(b"\x89PNG") for picture in pictures(first))
        assert len(pictures(first)) == 1
        assert list(pictures(broken)) == []
    assert report.n_failed == 1
    page = html.fromstring((ran.folder.path / PAGE).read_bytes())
    assert page.xpath("//img[starts-with(@src, 'data:image/')]")


def test_pictures_are_none_once_the_runs_own_files_are_gone(ran: Ran, tmp_path: Path) -> None:
    (first, *_) = scored(ran.folder, ALL_TASKS)
    with kept_pictures(RunFolder(tmp_path)) as pictures:
        assert list(pictures(first)) == []


def test_other_settings_or_data_do_not_go_on_with_a_run(ran: Ran, data: Path) -> None:
    other = plan(ALL_TASKS, data, ran.plan.out, ocr_confidence=0.4)
    with pytest.raises(InvalidRequest, match=r"ocr\.min_confidence was 0\.5 and is 0\.4"):
        run(other, Counting())
    with pytest.raises(InvalidRequest, match="the data are others"):
        run(replace(ran.plan, first=2), Counting())
    with pytest.raises(InvalidRequest, match="dataset was 'drawn-tasks'"):
        run(replace(ran.plan, dataset=QUESTIONS), Counting())


def test_a_missing_file_ends_the_run_by_name(tmp_path: Path, short_folder: Path) -> None:
    (tmp_path / "short.json").write_text(json.dumps([{"file": "gone.pdf", "question": "?", "text": ""}]))
    with pytest.raises(DatasetMissing, match=r"gone\.pdf"):
        run(plan(QUESTIONS, tmp_path, short_folder / "run"), Counting())
    assert RunFolder(short_folder / "run").predictions() == {}


def test_pages_go_to_a_provider_only_on_request(data: Path, tmp_path: Path) -> None:
    cloud = Settings(vlm=VlmSettings(engine="anthropic", model="claude"))
    wanted = replace(plan(QUESTIONS, data, tmp_path / "run"), profile=profile_of("environment", cloud))
    with pytest.raises(CloudNotAllowed, match="--allow-cloud"):
        run(wanted, Counting())
    assert not (tmp_path / "run").exists()


def test_a_killed_run_reads_no_page_and_asks_no_sample_twice(data: Path, short_folder: Path) -> None:
    out = short_folder / "run"
    victim = subprocess.Popen(
        [sys.executable, "-c", VICTIM, str(data), str(out)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert victim.stdout is not None
    with victim.stdout:
        lines = [victim.stdout.readline().strip() for _ in range(2)]  # begun, and a sample asked
        victim.send_signal(signal.SIGKILL)
        victim.wait()
    assert lines == [f"asked {2 * N_LONG}", "done"]
    kept = RunFolder(out).predictions()
    assert 1 <= len(kept) < 2 * N_LONG
    read_before = {file.name for file in RunFolder(out).files.read()}
    with (out / PREDICTIONS).open("ab") as file:
        file.write(b'{"sample_id": "cut o')  # as a kill within a write leaves it

    told = Counting()
    wanted = plan(QUESTIONS, data, out, split="long")
    folder = run(wanted, told)
    assert told.begun == {"asked": 2 * N_LONG - len(kept)}
    asked = Counter(json.loads(line)["sample_id"] for line in (out / PREDICTIONS).read_text().splitlines())
    assert set(asked.values()) == {1}
    assert len(asked) == 2 * N_LONG
    assert {name: p for name, p in folder.predictions().items() if name in kept} == kept
    files = list(folder.files.read())
    assert Counter(file.name for file in files) == {f"long-{number}.pdf": 1 for number in range(N_LONG)}
    assert read_before <= {file.name for file in files}
    assert folder.record().n_pages_read == N_LONG * LONG_PAGES
    with open_local(wanted.settings) as local:
        for file in files:
            assert file.document_id is not None
            job = local.system.job_of(local.tenant.id, file.document_id)
            assert job is not None
            events = local.system.events(local.tenant.id, job.id)
            assert Counter(event.kind for event in events)[EventKind.PAGE_FINISHED] == LONG_PAGES
            pages = local.system.pages(local.tenant.id, file.document_id)
            assert [page.revision for page in pages] == [1] * LONG_PAGES
