"""Data tables of charts from ChartQA's folder and a folder with a manifest."""

from pathlib import Path

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.chart_tables import DATASET
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.samples import Sample, Task
from tests.unit.evaluation.datasets.published import picture, write


def load(folder: Path, split: str = "test") -> list[Sample]:
    return list(DATASET.load(Source(folder, split)))


@pytest.mark.parametrize("inside", [".", "ChartQA Dataset"])
def test_chartqas_tables_are_read(tmp_path: Path, inside: str) -> None:
    root = tmp_path / inside / "test"
    write(root / "tables" / "2.csv", '\ufeffYear,"Peru, all",Chile\r\n2010, 5 ,"1,200"\r\n\r\n')
    write(root / "tables" / "10.csv", "Who,Share\nPeru,5%\n")
    for n in (2, 10):
        write(root / "png" / f"{n}.png", picture(n))
    first, second = load(tmp_path)
    assert (first.id, second.id) == ("10", "2")
    assert (first.task, first.question) == (Task.PARSE, None)
    assert second.truth == {"rows": [["Year", "Peru, all", "Chile"], ["2010", "5", "1,200"]], "title": None}
    assert second.files[0].read() == picture(2)
    assert first.categories == {"origin": "chartqa", "series": "one"}
    assert second.categories == {"origin": "chartqa", "series": "several"}


def test_a_folder_with_a_manifest_is_read(tmp_path: Path) -> None:
    items = [
        {"file": "pew/b.png", "gt": None, "gt_table": "pew/b.csv"},
        {"file": "chartqa/a.png", "gt": "chartqa/a.qa.json", "gt_table": None},
        {"file": "statista/b.png", "gt": None, "gt_table": "statista/b.csv", "title": "Wine"},
    ]
    write(tmp_path / "manifest.json", {"items": items})
    for folder in ("pew", "statista"):
        write(tmp_path / folder / "b.csv", "Who,Share\nPeru,5%\n")
        write(tmp_path / folder / "b.png", picture())
    samples = load(tmp_path)
    assert [(sample.id, sample.truth["title"]) for sample in samples] == [("statista/b", "Wine"), ("pew/b", None)]
    with pytest.raises(DatasetMissing, match="split test alone"):
        load(tmp_path, "val")


def test_what_is_missing_or_damaged_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match=r"no test/tables/\*.csv"):
        load(tmp_path)
    path = write(tmp_path / "test" / "tables" / "1.csv", "Who,Share\nPeru,5%\n")
    with pytest.raises(DatasetMissing, match=r"png/1.png"):
        load(tmp_path)
    write(tmp_path / "test" / "png" / "1.png", picture())
    for content, named in ((b"Who,Share\n", "no values"), (b"Who\nPeru\n", "no values"), (b"\xff\xfe\xff", "no table")):
        write(path, content)
        with pytest.raises(DatasetDamaged, match=named):
            load(tmp_path)
