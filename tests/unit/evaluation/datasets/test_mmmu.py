from pathlib import Path
from typing import Any

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.mmmu import DATASET
from docai.evaluation.datasets.mmmu_pro import DATASET as PRO
from docai.evaluation.datasets.registry import dataset_named
from docai.evaluation.scoring.mmmu import MmmuTruth
from tests.unit.evaluation.datasets.published import cell, picture, write_parquet

_STANDARD = "standard (10 options)"


def _row(name: str, *shades: int, **changes: Any) -> dict[str, Any]:
    row = {
        "id": name,
        "question": "What is <image 1>?",
        "options": "['a dome', 'a vault <image 2>']",
        "explanation": "",
        **{f"image_{n}": None for n in range(1, 8)},
        **{f"image_{n}": cell(shade) for n, shade in enumerate(shades, start=1)},
        "img_type": "['Photographs']",
        "answer": "B",
        "topic_difficulty": "Easy",
        "question_type": "multiple-choice",
        "subfield": "Architecture",
    }
    return row | changes


def _pro_row(name: str, *shades: int) -> dict[str, Any]:
    return _row(name, *shades) | {"subject": "Art_Theory"}


def _whole(folder: Path) -> Source:
    open_question = {"question_type": "open", "options": "[]", "answer": "['24/7', '3.429']", "topic_difficulty": None}
    write_parquet(
        folder / "Art_Theory" / "validation-00000-of-00001.parquet",
        [_row("validation_Art_Theory_1", 10, 20), _row("validation_Art_Theory_2", 30)],
    )
    write_parquet(
        folder / "Math" / "validation-00000-of-00001.parquet", [_row("validation_Math_1", 40, **open_question)]
    )
    return Source(folder, "validation")


def test_questions_of_all_subjects(tmp_path: Path) -> None:
    first, second, third = DATASET.load(_whole(tmp_path))
    assert [file.name for file in first.files] == [
        "validation_Art_Theory_1_image_1.png",
        "validation_Art_Theory_1_image_2.png",
    ]
    assert [file.read() for file in first.files] == [picture(10), picture(20)]
    assert first.question == (
        "What is [picture validation_Art_Theory_1_image_1.png]?\n"
        "(A) a dome\n"
        "(B) a vault [picture validation_Art_Theory_1_image_2.png]\n"
        "Reply with the letter of the right option alone."
    )
    assert MmmuTruth.model_validate(first.truth) == MmmuTruth(
        answers=("B",), options={"A": "a dome", "B": "a vault <image 2>"}
    )
    assert first.categories == {
        "discipline": "Art and Design",
        "subject": "Art_Theory",
        "kind": "choice",
        "difficulty": "Easy",
    }
    assert second.files[0].read() == picture(30)
    assert third.question == "What is [picture]?\nReply with one word, one phrase or one number."
    assert MmmuTruth.model_validate(third.truth) == MmmuTruth(answers=("24/7", "3.429"))
    assert third.categories["discipline"] == "Science"
    assert third.categories["difficulty"] == "unknown"


def test_the_same_in_one_folder(tmp_path: Path) -> None:
    write_parquet(tmp_path / "data" / "dev-00000-of-00001.parquet", [_row("dev_Music_1", 10)])
    assert [each.id for each in DATASET.load(Source(tmp_path, "dev"))] == ["dev_Music_1"]


def test_a_folder_without_the_split(tmp_path: Path) -> None:
    _whole(tmp_path)
    with pytest.raises(DatasetMissing, match="dev-"):
        list(DATASET.load(Source(tmp_path, "dev")))


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (_row("validation_Alchemy_1", 10), "no subject 'Alchemy'"),
        (_row("validation_Math_1", 10, answer="?"), "'\\?' is none of its options"),
        (_row("validation_Math_1", 10, question=None), "question: "),
        (_row("validation_Math_1", image_1={"bytes": b"no picture", "path": ""}), "no bytes of a PNG"),
    ],
)
def test_a_damaged_row_is_named(tmp_path: Path, row: dict[str, Any], problem: str) -> None:
    write_parquet(tmp_path / "validation-0.parquet", [row])
    with pytest.raises(DatasetDamaged, match=problem):
        list(DATASET.load(Source(tmp_path, "validation")))


def test_a_file_without_a_column_and_one_that_is_no_parquet(tmp_path: Path) -> None:
    row = _row("validation_Math_1", 10)
    del row["options"]
    write_parquet(tmp_path / "validation-0.parquet", [row])
    with pytest.raises(DatasetDamaged, match="no column options"):
        list(DATASET.load(Source(tmp_path, "validation")))
    (tmp_path / "validation-0.parquet").write_bytes(b"PAR2")
    with pytest.raises(DatasetDamaged, match="cannot be read"):
        list(DATASET.load(Source(tmp_path, "validation")))


def test_pro_has_two_settings(tmp_path: Path) -> None:
    write_parquet(tmp_path / _STANDARD / "test-00000-of-00001.parquet", [_pro_row("test_Art_Theory_1", 10, 20)])
    seen = {"id": "test_Art_Theory_1", "image": cell(30), "options": "['x', 'y']", "answer": "A", "subject": "Art"}
    write_parquet(tmp_path / "vision" / "test-00000-of-00001.parquet", [seen])
    standard, vision = PRO.load(Source(tmp_path, "both"))
    assert standard.categories == {"setting": _STANDARD, "discipline": "Art and Design", "subject": "Art_Theory"}
    assert standard.question is not None
    assert "(B) a vault [picture test_Art_Theory_1_image_2.png]" in standard.question
    assert vision.id == "test_Art_Theory_1_vision"
    assert vision.files[0].read() == picture(30)
    assert vision.question == (
        "The picture holds a question with options. Reply with the letter of the right option alone."
    )
    assert MmmuTruth.model_validate(vision.truth).options == {"A": "x", "B": "y"}
    assert [each.id for each in PRO.load(Source(tmp_path, _STANDARD))] == ["test_Art_Theory_1"]
    with pytest.raises(DatasetMissing, match="4 options"):
        list(PRO.load(Source(tmp_path, "standard (4 options)")))


def test_a_damaged_row_of_pro_is_named(tmp_path: Path) -> None:
    row = _pro_row("test_Art_Theory_1", 10) | {"answer": "J"}
    write_parquet(tmp_path / _STANDARD / "test-0.parquet", [row])
    with pytest.raises(DatasetDamaged, match="row 1: the answer 'J'"):
        list(PRO.load(Source(tmp_path, _STANDARD)))


def test_both_are_known_by_name() -> None:
    assert dataset_named("mmmu") is DATASET
    assert dataset_named("mmmu-pro") is PRO
