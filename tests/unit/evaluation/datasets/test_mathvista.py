import json
from pathlib import Path
from typing import Any

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.mathvista import DATASET
from docai.evaluation.datasets.registry import dataset_named
from docai.evaluation.metrics.mathvista import AnswerType, MathVistaQuestion
from docai.evaluation.scoring.mathvista import MathVistaTruth
from tests.unit.evaluation.datasets.published import cell, picture, write_parquet


def _problem(**changes: Any) -> dict[str, Any]:
    problem = {
        "question": "The slope at 2 is ____ that at 5",
        "image": "images/1.png",
        "choices": ["larger than", "equal to"],
        "unit": None,
        "precision": None,
        "answer": "equal to",
        "question_type": "multi_choice",
        "answer_type": "text",
        "metadata": {
            "category": "math-targeted-vqa",
            "context": "function plot",
            "grade": "college",
            "language": "english",
            "skills": ["algebraic reasoning", "statistical reasoning"],
            "source": "FunctionQA",
            "task": "textbook question answering",
        },
    }
    return problem | changes


_FREE: dict[str, Any] = {"choices": None, "question_type": "free_form"}


def _rows(folder: Path, *problems: dict[str, Any]) -> Source:
    rows = [{"pid": str(n), "decoded_image": cell(n)} | problem for n, problem in enumerate(problems, start=1)]
    write_parquet(folder / "data" / "testmini-00000-of-00001-0a.parquet", rows)
    return Source(folder, "testmini")


def test_questions_of_the_hub(tmp_path: Path) -> None:
    free = _problem(**_FREE, answer="1.2", answer_type="float", precision=1.0, unit="cm", question="How long?")
    choice, number = DATASET.load(_rows(tmp_path, _problem(), free))
    assert choice.id == "1"
    assert (choice.group, choice.files[0].read()) == (choice.files[0].name, picture(1))
    assert choice.question == (
        "The slope at 2 is ____ that at 5\n"
        "(A) larger than\n"
        "(B) equal to\n"
        "Reply with the letter of the right option alone."
    )
    assert MathVistaTruth.model_validate(choice.truth) == MathVistaTruth(
        answer="equal to",
        question=MathVistaQuestion(answer_type=AnswerType.TEXT, choices=("larger than", "equal to")),
        skills=("algebraic reasoning", "statistical reasoning"),
    )
    assert choice.categories["task"] == "textbook question answering"
    assert choice.categories["kind"] == "choice"
    assert "skills" not in choice.categories
    assert number.question == "How long? (in cm)\nReply with a number of 1 decimal place alone."
    assert MathVistaTruth.model_validate(number.truth).question.precision == 1


@pytest.mark.parametrize(
    ("answer_type", "request_"),
    [("integer", "a whole number"), ("list", "a list"), ("float", "2 decimal places"), ("text", "briefly")],
)
def test_what_is_to_be_replied(tmp_path: Path, answer_type: str, request_: str) -> None:
    (only,) = DATASET.load(_rows(tmp_path, _problem(**_FREE, answer_type=answer_type, precision=2.0)))
    assert request_ in (only.question or "")


def test_questions_of_the_official_download(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "1.png").write_bytes(picture(7))
    (tmp_path / "annot_testmini.json").write_text(json.dumps({"1": _problem(), "2": _problem()}))
    one, two = DATASET.load(Source(tmp_path, "testmini"))
    assert [one.id, two.id] == ["1", "2"]
    assert one.files[0].read() == picture(7)
    (tmp_path / "images" / "1.png").unlink()
    with pytest.raises(DatasetMissing, match=r"1\.png"):
        list(DATASET.load(Source(tmp_path, "testmini")))


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match="testmini"):
        list(DATASET.load(Source(tmp_path, "testmini")))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("[]", "no object"),
        ("{", "no JSON"),
        ('{"1": 3}', "question 1"),
        (json.dumps({"1": {**_problem(), "answer": None}}), "answer"),
        (json.dumps({"1": {**_problem(), "answer_type": "song"}}), "answer_type"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, content: str, problem: str) -> None:
    (tmp_path / "testmini.json").write_text(content)
    with pytest.raises(DatasetDamaged, match=problem):
        list(DATASET.load(Source(tmp_path, "testmini")))


def test_it_is_known_by_name() -> None:
    assert dataset_named("mathvista") is DATASET
