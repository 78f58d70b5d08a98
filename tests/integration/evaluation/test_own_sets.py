"""A set of one's own through the real commands: documents of the store, proposed, confirmed, sealed."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from docai.cli.main import app
from docai.errors import DocumentNotFound, InvalidRequest, WrongSecretKey
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.own import ALL, DATASET
from docai.evaluation.own_sets.cloud_rule import must_stay_here
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.own_answers import OwnTruth
from docai.pdf.draw import show_set
from docai.pdf.draw_sheet import DrawnDocument

RUNNER = CliRunner()
DRAWN = {document.name: document for document in show_set() if document.name in {"invoice.pdf", "report.pdf"}}


def command(*arguments: str) -> str:
    done = RUNNER.invoke(app, arguments, catch_exceptions=True)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0
    return done.stdout


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCAI_HOME", str(Path(folder, "home")))
        documents = Path(folder, "documents")
        documents.mkdir()
        for name, drawn in DRAWN.items():
            (documents / name).write_bytes(drawn.pdf)
        command("ingest", str(documents))
        yield Path(folder)


@pytest.fixture(scope="module")
def made(home: Path) -> tuple[Path, dict[str, object]]:
    told = command("eval", "init", str(home / "own"), "--questions", "24", "--unanswerable", "0.25", "--json")
    return home / "own", json.loads(told)


def samples(folder: Path, split: str) -> list[Sample]:
    return list(DATASET.load(Source(folder, split)))


def test_questions_are_proposed_of_every_kind_of_content(made: tuple[Path, dict[str, object]]) -> None:
    folder, told = made
    kinds = told["kinds"]
    assert isinstance(kinds, dict)
    assert (told["documents"], told["questions"]) == (2, 24)
    assert {"table", "total", "chart", "heading", "prose", "unanswerable"} <= kinds.keys()
    assert must_stay_here(folder)
    with pytest.raises(InvalidRequest, match="own set already"):
        command("eval", "init", str(folder))


def test_proposed_answers_stand_where_they_are_said_to(made: tuple[Path, dict[str, object]]) -> None:
    asked = samples(made[0], ALL)
    assert {sample.categories["confirmed"] for sample in asked} == {"no"}
    answerable = [sample for sample in asked if sample.truth["answers"]]
    assert len(answerable) == 18
    wrong = [sample.id for sample in answerable if not _stands_there(sample, DRAWN[sample.files[0].name])]
    assert wrong == []
    for sample in asked:
        assert sample.files[0].read() == DRAWN[sample.files[0].name].pdf


def _stands_there(sample: Sample, drawn: DrawnDocument) -> bool:
    """Whether the first word of the answer was drawn on that page with its middle in the box."""
    truth = OwnTruth.model_validate(sample.truth)
    assert truth.box is not None
    first = truth.answers[0].split()[0]
    page = [word for word in drawn.words if word.page_number == truth.evidence[0].page]
    return any(first in word.text and truth.box.holds(word.box.centre) for word in page)


def test_a_person_confirms_and_only_that_is_measured(made: tuple[Path, dict[str, object]], home: Path) -> None:
    folder, _ = made
    told = json.loads(command("eval", "confirm", str(folder), "--accept", "q0001", "--reject", "q0002", "--json"))
    assert (told["confirmed"], told["rejected"], told["open"]) == (1, 1, 22)
    assert [sample.id for sample in samples(folder, "confirmed")] == ["q0001"]
    sheet = home / "sheet.html"
    assert "22 to be judged" in command("eval", "confirm", str(folder), "--sheet", str(sheet))
    assert sheet.read_text().count("<section") == 22
    assert sheet.read_text().count("<img") == sum(bool(s.truth["evidence"]) for s in samples(folder, ALL)[1:])
    with pytest.raises(InvalidRequest, match="asks questions"):
        command("eval", "confirm", str(folder))


def test_documents_are_drawn_by_lot_or_named(home: Path) -> None:
    assert "1 question about 1 document (" in command("eval", "init", str(home / "one"), "--questions", "1")
    listed = json.loads(command("list", "--json"))["data"]
    named = next(document["id"] for document in listed if document["name"] == "report.pdf")
    command("eval", "init", str(home / "named"), "--document", named[:8])
    assert {sample.files[0].name for sample in samples(home / "named", ALL)} == {"report.pdf"}
    with pytest.raises(DocumentNotFound):
        command("eval", "init", str(home / "none"), "--document", "ffffffff")
    assert not (home / "none").exists()


def test_a_sealed_set_holds_nothing_plain(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = home / "sealed"
    options = ("--encrypt", "--allow-cloud", "--questions", "6")
    assert "6 questions about 2 documents" in command("eval", "init", str(folder), *options)
    assert not must_stay_here(folder)
    names = [path.name for path in folder.rglob("*") if path.is_file()]
    assert all(name == "set.json" or name.endswith(".sealed") for name in names)
    assert all(b"%PDF" not in path.read_bytes() for path in folder.rglob("*") if path.is_file())
    asked = samples(folder, ALL)
    assert asked[0].files[0].read() == DRAWN[asked[0].files[0].name].pdf
    with pytest.raises(InvalidRequest, match="sealed"):
        command("eval", "confirm", str(folder), "--sheet", str(home / "no.html"))
    monkeypatch.setenv("DOCAI_HOME", str(home / "another"))
    with pytest.raises(WrongSecretKey):
        samples(folder, ALL)
