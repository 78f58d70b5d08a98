"""Own sets as a data set."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from docai.errors import DatasetMissing, WrongSecretKey
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.own import ALL, CONFIRMED, DATASET
from docai.evaluation.own_sets.questions import AnswerFormat, OwnQuestion
from docai.evaluation.own_sets.set_folder import new_set
from docai.evaluation.own_sets.set_record import SetRecord
from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.evidence_pages import EvidencePage
from docai.evaluation.scoring.own_answers import OwnTruth
from docai.sealing import Seal

KEY = Fernet.generate_key().decode()
CONTENT = b"%PDF a contract"


def laid_out(folder: Path, *, encrypted: bool = False) -> None:
    own = new_set(folder, SetRecord(encrypted=encrypted), lambda: Seal(KEY))
    own.add_document("a.pdf", CONTENT)
    own.add_document("b.pdf", CONTENT + b" 2")
    asked = {"question": "How much?", "answers": ("7",), "answer_format": AnswerFormat.NUMBER, "pages": (2,)}
    own.save(
        [
            OwnQuestion(id="1", files=("a.pdf", "b.pdf"), confirmed=True, kind="table", **asked),
            OwnQuestion(id="2", files=("a.pdf",), question="Who?", answerable=False),
            OwnQuestion(id="3", files=("a.pdf",), rejected=True, **asked),
            OwnQuestion(id="4", files=("b.pdf",), json_schema={"type": "object"}, fields={"x": 1}, confirmed=True),
        ]
    )


def load(folder: Path, split: str = CONFIRMED) -> list[Sample]:
    return list(DATASET.load(Source(folder, split)))


def test_confirmed_questions_are_asked(tmp_path: Path) -> None:
    laid_out(tmp_path)
    first, fields = load(tmp_path)
    assert (first.id, first.task, first.question, first.group) == ("1", Task.ANSWER, "How much?", "a.pdf")
    assert [file.name for file in first.files] == ["a.pdf", "b.pdf"]
    assert first.files[0].read() == CONTENT
    assert first.categories == {"kind": "table", "confirmed": "yes"}
    truth = OwnTruth.model_validate(first.truth)
    assert (truth.answers, truth.answer_format) == (["7"], AnswerFormat.NUMBER)
    assert truth.evidence == [EvidencePage(file="a.pdf", page=2)]
    assert (fields.task, fields.schema, fields.question) == (Task.EXTRACT, {"type": "object"}, None)
    assert OwnTruth.model_validate(fields.truth).fields == {"x": 1}


def test_others_are_asked_if_that_is_said_and_rejected_ones_never(tmp_path: Path) -> None:
    laid_out(tmp_path)
    assert [sample.id for sample in load(tmp_path, ALL)] == ["1", "2", "4"]
    (tmp_path / "questions.jsonl").write_text('{"id": "2", "file": "a.pdf", "question": "Who?", "answer": "Ada"}\n')
    with pytest.raises(DatasetMissing, match=r"None of the 1 questions .*`docai eval confirm"):
        load(tmp_path)
    (tmp_path / "questions.jsonl").write_text("")
    with pytest.raises(DatasetMissing, match="has no questions"):
        load(tmp_path, ALL)


def test_a_missing_document_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    laid_out(tmp_path)
    (tmp_path / "documents" / "b.pdf").unlink()
    with pytest.raises(DatasetMissing, match=r"has no document 'b\.pdf'"):
        load(tmp_path)


def test_a_sealed_set_is_opened_with_the_key_of_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCAI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DOCAI_SECRET_KEY", KEY)
    laid_out(tmp_path / "own", encrypted=True)
    assert load(tmp_path / "own")[0].files[1].read() == CONTENT + b" 2"
    monkeypatch.setenv("DOCAI_SECRET_KEY", Fernet.generate_key().decode())
    with pytest.raises(WrongSecretKey):
        load(tmp_path / "own")
