"""FUNSD in each of its layouts, for values of keys and for words."""

from pathlib import Path
from typing import Any

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets import funsd, funsd_words
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.form_answers import FormAnswerTruth
from docai.evaluation.scoring.scanned_words import ScannedWordsTruth
from tests.unit.evaluation.datasets.laid_out import drawn_picture, write_json


def entity(number: int, label: str, text: str, *linking: tuple[int, int]) -> dict[str, Any]:
    words = [{"text": word, "box": [1, 2, 3, 4]} for word in text.split()]
    return {"id": number, "label": label, "text": text, "linking": linking, "words": words, "box": [1, 2, 3, 4]}


FORM = {
    "form": [
        entity(0, "header", "FAX"),
        entity(1, "question", "Date :", (1, 2)),
        entity(2, "answer", "May 1", (1, 2)),
        entity(3, "question", "To:", (3, 4), (3, 5)),
        entity(4, "answer", "Ada", (3, 4)),
        entity(5, "answer", "Bob", (3, 5)),
        entity(6, "question", "DATE", (6, 7)),
        entity(7, "answer", "May 2", (6, 7)),
        entity(8, "question", "Empty:", (8, 9)),
        entity(9, "answer", " ", (8, 9)),
        entity(10, "question", "Alone:"),
    ]
}


def load(folder: Path, split: str = "test", dataset: Any = funsd) -> list[Sample]:
    return list(dataset.DATASET.load(Source(folder, split)))


@pytest.mark.parametrize("within", ["dataset", "."])
def test_keys_are_asked_for_with_all_their_values(tmp_path: Path, within: str) -> None:
    folder = tmp_path / within / "testing_data"
    write_json(folder / "annotations" / "8.json", FORM)
    (folder / "images").mkdir()
    (folder / "images" / "8.png").write_bytes(drawn_picture(5))
    samples = load(tmp_path)
    assert [(s.id, s.question, s.group) for s in samples] == [
        ("8/1", "What is the Date?", "8"),
        ("8/2", "What is the To?", "8"),
    ]
    values = [FormAnswerTruth.model_validate(sample.truth).values for sample in samples]
    # Nothing tells one date of the form from the other.
    assert values == [["May 1", "May 2"], ["Ada", "Bob"]]
    assert samples[0].task is Task.ANSWER
    assert samples[0].files[0].read().startswith(b"\x89PNG")
    (words,) = load(tmp_path, dataset=funsd_words)
    truth = ScannedWordsTruth.model_validate(words.truth)
    assert truth.words == ["FAX", "Date", ":", "May", "1", "To:", "Ada", "Bob", "DATE", "May", "2", "Empty:", "Alone:"]
    assert truth.lines[1] == "Date :"


def test_a_folder_with_a_manifest(tmp_path: Path) -> None:
    (tmp_path / "img").mkdir()
    (tmp_path / "img" / "7.png").write_bytes(drawn_picture(1))
    write_json(tmp_path / "manifest.json", {"items": [{"file": "img/7.png", "gt": "gt/7.json"}]})
    truth = {
        "entities": [{"text": "To: Ada"}],
        "words": [{"text": "To:"}],
        "key_values": [{"key": "To:", "values": ["Ada"]}],
    }
    write_json(tmp_path / "gt" / "7.json", truth)
    assert [(s.id, s.question, s.truth) for s in load(tmp_path)] == [("7/1", "What is the To?", {"values": ["Ada"]})]
    assert ScannedWordsTruth.model_validate(load(tmp_path, dataset=funsd_words)[0].truth).lines == ["To: Ada"]
    write_json(tmp_path / "gt" / "7.json", {})
    with pytest.raises(DatasetDamaged, match="lacks `entities`"):
        load(tmp_path)


def test_what_is_missing_or_damaged_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match="testing_data/annotations"):
        load(tmp_path)
    write_json(tmp_path / "training_data" / "annotations" / "8.json", FORM)
    with pytest.raises(DatasetMissing, match=r"images/8\.png"):
        load(tmp_path, "train")
    (tmp_path / "training_data" / "images").mkdir()
    (tmp_path / "training_data" / "images" / "8.png").write_bytes(drawn_picture(1))
    write_json(tmp_path / "training_data" / "annotations" / "8.json", {"form": [{"id": 1}]})
    with pytest.raises(DatasetDamaged, match="annotation of 8 lacks"):
        load(tmp_path, "train")
