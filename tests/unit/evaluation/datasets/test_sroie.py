"""SROIE in each of its layouts, for fields and for words."""

from pathlib import Path
from typing import Any

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets import sroie, sroie_words
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.receipt_entities import EntitiesTruth
from docai.evaluation.scoring.scanned_words import ScannedWordsTruth
from tests.unit.evaluation.datasets.laid_out import drawn_picture, write_json, write_parquet

ENTITIES = {"company": "ABC HO", "date": "09/01/2019", "address": "NO.2, JALAN", "total": "31.00"}
LINES = ["ABC HO", "TOTAL: 31,00"]


def load(folder: Path, split: str = "test", dataset: Any = sroie) -> list[Sample]:
    return list(dataset.DATASET.load(Source(folder, split)))


def laid_out(folder: Path, name: str = "X1") -> None:
    for part in ("img", "entities", "box"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "img" / f"{name}.jpg").write_bytes(drawn_picture(200, "JPEG"))
    write_json(folder / "entities" / f"{name}.txt", ENTITIES)
    lines = "".join(f"1,2,3,2,3,4,1,4,{line}\r\n" for line in LINES)
    (folder / "box" / f"{name}.txt").write_bytes(lines.encode() + b"1,2,3,2,3,4,1,4,\xff\r\n")


@pytest.mark.parametrize("within", ["test", "."])
def test_a_folder_of_pictures_entities_and_boxes(tmp_path: Path, within: str) -> None:
    laid_out(tmp_path / within)
    (fields,) = load(tmp_path)
    assert (fields.id, fields.task) == ("X1", Task.EXTRACT)
    assert EntitiesTruth.model_validate(fields.truth) == EntitiesTruth(**ENTITIES)
    assert fields.schema is not None
    assert set(fields.schema["properties"]) == set(ENTITIES)
    assert fields.files[0].name == "X1.jpg"
    assert fields.files[0].read().startswith(b"\xff\xd8")
    (words,) = load(tmp_path, dataset=sroie_words)
    assert words.task is Task.PARSE
    # Of a line whose bytes are no UTF-8, what can be read stays.
    assert ScannedWordsTruth.model_validate(words.truth).lines == [*LINES, "\N{REPLACEMENT CHARACTER}"]


def test_the_hub_has_both_in_a_row(tmp_path: Path) -> None:
    cell = {"bytes": drawn_picture(9), "path": "X2.png"}
    row = {"image": cell, "entities": ENTITIES, "words": LINES, "bboxes": [[1, 2, 3, 4]]}
    write_parquet(tmp_path / "data" / "test-00000-of-00001.parquet", [row, row | {"image": cell | {"path": None}}])
    assert [sample.id for sample in load(tmp_path)] == ["X2", "test-0001"]
    assert ScannedWordsTruth.model_validate(load(tmp_path, dataset=sroie_words)[0].truth).lines == LINES
    with pytest.raises(DatasetMissing, match="train-"):
        load(tmp_path, "train")


def test_a_folder_with_a_manifest(tmp_path: Path) -> None:
    (tmp_path / "img").mkdir()
    (tmp_path / "img" / "7.jpg").write_bytes(drawn_picture(1, "JPEG"))
    write_json(tmp_path / "manifest.json", {"items": [{"file": "img/7.jpg", "gt": "gt/7.json"}]})
    write_json(tmp_path / "gt" / "7.json", {"fields": ENTITIES, "lines": [{"text": line} for line in LINES]})
    assert EntitiesTruth.model_validate(load(tmp_path)[0].truth).total == "31.00"
    assert ScannedWordsTruth.model_validate(load(tmp_path, dataset=sroie_words)[0].truth).lines == LINES
    write_json(tmp_path / "gt" / "7.json", {"lines": []})
    with pytest.raises(DatasetDamaged, match="lacks `fields`"):
        load(tmp_path)


def test_what_is_missing_or_damaged_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match=r"img/\*"):
        load(tmp_path)
    laid_out(tmp_path)
    (tmp_path / "box" / "X1.txt").write_text("1,2,3\n")
    with pytest.raises(DatasetDamaged, match=r"X1.txt, line 1, has no eight numbers"):
        load(tmp_path, dataset=sroie_words)
    (tmp_path / "entities" / "X1.txt").write_text("company: ABC")
    with pytest.raises(DatasetDamaged, match="is no JSON"):
        load(tmp_path)
    (tmp_path / "entities" / "X1.txt").write_text("[1]")
    with pytest.raises(DatasetDamaged, match="no JSON object"):
        load(tmp_path)
    write_json(tmp_path / "entities" / "X1.txt", {"total": 3})
    with pytest.raises(DatasetDamaged, match="are no texts"):
        load(tmp_path)
    (tmp_path / "entities" / "X1.txt").unlink()
    with pytest.raises(DatasetMissing, match=r"entities/X1\.txt"):
        load(tmp_path)
