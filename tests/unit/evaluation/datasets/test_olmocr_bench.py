"""olmOCR-bench from its files and a folder with a manifest."""

import json
from pathlib import Path

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.olmocr_bench import DATASET
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.olmocr import OlmocrTruth
from tests.unit.evaluation.datasets.published import write


def load(folder: Path) -> list[Sample]:
    return list(DATASET.load(Source(folder, "all")))


def told(sample: Sample) -> list[tuple[str, str, str, int]]:
    tests = OlmocrTruth.model_validate(sample.truth).tests
    return [(test.id, test.type, test.split, test.page) for test in tests]


def line(number: int, pdf: str, kind: str = "present", **fields: object) -> str:
    given = fields or {"text": "Nile", "max_diffs": 1, "first_n": None}
    about = {"pdf": pdf, "page": 1, "id": f"t{number}", "type": kind, "url": "u", "checked": "verified"}
    return json.dumps({**about, **given}) + "\n"


@pytest.mark.parametrize("inside", [".", "bench_data", "olmOCR-bench/bench_data"])
def test_the_tests_of_a_pdf_are_one_sample(tmp_path: Path, inside: str) -> None:
    root = tmp_path / inside
    write(root / "multi_column.jsonl", line(1, "multi_column/b.pdf") + line(2, "a.pdf"))
    write(
        root / "tables.jsonl",
        line(3, "a.pdf", "table", cell="5", up="Sum") + line(4, "c.pdf", "baseline", max_length=0),
    )
    for name in ("multi_column/b.pdf", "a.pdf", "c.pdf"):
        write(root / "pdfs" / name, b"%PDF")
    first, second, third = load(tmp_path)
    assert [sample.id for sample in (first, second, third)] == ["a", "c", "multi_column_b"]
    assert third.files[0].name == "multi_column_b.pdf"
    assert third.categories == {"folder": "multi_column"}
    assert told(first) == [
        ("t2", "present", "multi_column", 1),
        ("t3", "table", "tables", 1),
        ("a.pdf_baseline", "baseline", "baseline", 1),
    ]
    assert told(second) == [("t4", "baseline", "tables", 1)]
    assert OlmocrTruth.model_validate(first.truth).tests[0].fields == {"text": "Nile", "max_diffs": 1}


def test_a_folder_with_a_manifest_is_read(tmp_path: Path) -> None:
    write(tmp_path / "manifest.json", {"items": [{"file": "olmocr/a.pdf", "gt": "olmocr/a.tests.json"}]})
    write(tmp_path / "olmocr" / "a.pdf", b"%PDF")
    path = write(tmp_path / "olmocr" / "a.tests.json", f"[{line(1, 'a.pdf')}]")
    (sample,) = load(tmp_path)
    assert told(sample) == [("t1", "present", "present", 1)]
    write(path, [])
    with pytest.raises(DatasetDamaged, match="no list of tests"):
        load(tmp_path)


def test_what_is_missing_or_damaged_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match=r"bench_data/\*.jsonl"):
        load(tmp_path)
    path = write(tmp_path / "tables.jsonl", line(1, "a.pdf"))
    with pytest.raises(DatasetMissing, match=r"pdfs/a.pdf"):
        load(tmp_path)
    write(tmp_path / "pdfs" / "a.pdf", b"%PDF")
    bad = (
        ("{", "line 1, is no JSON"),
        (line(1, "a.pdf", "font"), "line 1, is no test of a known type"),
        (line(1, "a.pdf", "table", text="x"), "line 1, is no test of type table"),
        (line(1, "a.pdf", "order", before="ab", after="cd", max_diffs=2), "line 1, is no test of type order"),
        (json.dumps({"id": "t", "type": "math", "math": "x"}), "names no pdf"),
    )
    for content, named in bad:
        write(path, content)
        with pytest.raises(DatasetDamaged, match=named):
            load(tmp_path)
