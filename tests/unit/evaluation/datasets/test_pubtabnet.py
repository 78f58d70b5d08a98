"""PubTabNet from its archive, the hub and a folder with a manifest."""

import json
from pathlib import Path
from typing import Any

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.pubtabnet import DATASET
from docai.evaluation.metrics.table_grids import pubtabnet_html
from docai.evaluation.samples import Sample, Task
from docai.evaluation.scoring.true_tables import PageTablesTruth
from tests.unit.evaluation.datasets.published import cell, picture, write, write_parquet

STRUCTURE = [
    *("<thead>", "<tr>", "<td", ' colspan="2"', ">", "</td>", "</tr>", "</thead>"),
    *("<tbody>", "<tr>", "<td>", "</td>", "<td>", "</td>", "</tr>", "</tbody>"),
]
CELLS = [
    {"tokens": ["<b>", "p", " ", "<", " ", "1", "</b>"], "bbox": [4, 2, 36, 8]},
    {"tokens": []},
    {"tokens": ["7"], "bbox": [30, 12, 38, 18]},
]
HTML: dict[str, Any] = {"structure": {"tokens": STRUCTURE}, "cells": CELLS}
WRITTEN = (
    '<html><body><table><thead><tr><td colspan="2"><b>p &lt; 1</b></td></tr></thead>'
    "<tbody><tr><td></td><td>7</td></tr></tbody></table></body></html>"
)


def load(folder: Path, split: str = "val") -> list[Sample]:
    return list(DATASET.load(Source(folder, split)))


def line(name: str, split: str = "val", **other: object) -> str:
    return json.dumps({"filename": name, "split": split, "imgid": 1, "html": HTML, **other}) + "\n"


def check(sample: Sample) -> None:
    truth = PageTablesTruth.model_validate(sample.truth)
    (table,) = truth.tables
    (grid,) = table.tables(truth.unit, None)
    assert table.html == WRITTEN
    assert [(c.row, c.col, c.col_span, c.text) for c in grid.cells] == [
        (0, 0, 2, "p < 1"),
        (1, 0, 1, ""),
        (1, 1, 1, "7"),
    ]
    box = grid.cells[0].box
    assert box is not None
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx((0.1, 0.1, 0.9, 0.4))
    assert grid.cells[1].box is None
    assert sample.task is Task.PARSE
    assert sample.categories == {"structure": "spanning cells"}


@pytest.mark.parametrize("inside", [".", "pubtabnet"])
def test_the_archive_is_read(tmp_path: Path, inside: str) -> None:
    write(tmp_path / inside / "PubTabNet_2.0.0.jsonl", line("b.png") + line("t.png", "train") + line("a.png"))
    for name in ("a", "b"):
        write(tmp_path / inside / "val" / f"{name}.png", picture())
    first, second = load(tmp_path)
    assert (first.id, second.id) == ("b", "a")
    assert first.files[0].read() == picture()
    check(first)


def test_the_hubs_forms_are_read(tmp_path: Path) -> None:
    forms: list[dict[str, Any]] = [
        {"html": HTML},
        {"html": repr(HTML), "html_table": WRITTEN},
        {"html": STRUCTURE, "cells": [CELLS], "filename": "x.png"},
    ]
    for number, form in enumerate(forms):
        folder = tmp_path / str(number)
        write_parquet(folder / "data" / "val-00000-of-00001.parquet", [{"imgid": 5, "image": cell(), **form}])
        (sample,) = load(folder)
        check(sample)
        assert (sample.id, sample.files[0].name) == (("x", "x.png") if number == 2 else ("5", "5.png"))


def test_a_folder_with_a_manifest_is_read(tmp_path: Path) -> None:
    items = [{"file": f"{name}.png", "gt": f"{name}.gt.html"} for name in ("pubtabnet/a", "other/b")]
    write(tmp_path / "manifest.json", {"items": items})
    write(tmp_path / "pubtabnet" / "a.png", picture())
    write(tmp_path / "pubtabnet" / "a.gt.html", WRITTEN)
    (sample,) = load(tmp_path)
    (table,) = PageTablesTruth.model_validate(sample.truth).tables
    assert (sample.id, table.html) == ("a", WRITTEN)
    assert [cell.text for cell in table.readings[0]] == ["p < 1", "", "7"]
    write(tmp_path / "pubtabnet" / "a.gt.html", "none")
    with pytest.raises(DatasetDamaged, match="holds no table"):
        load(tmp_path)


def test_what_is_missing_or_damaged_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match=r"PubTabNet_2.0.0.jsonl"):
        load(tmp_path)
    path = write(tmp_path / "PubTabNet_2.0.0.jsonl", line("a.png"))
    with pytest.raises(DatasetMissing, match=r"val/a.png"):
        load(tmp_path)
    write(tmp_path / "val" / "a.png", b"no picture")
    with pytest.raises(DatasetDamaged, match="picture cannot be read"):
        load(tmp_path)
    for content, named in (("{", "no JSON"), ("{}", "no filename"), (line("a.png", html={"cells": []}), "structure")):
        write(path, content)
        with pytest.raises(DatasetDamaged, match=named):
            load(tmp_path)
    write_parquet(tmp_path / "hub" / "val-0.parquet", [{"imgid": 5, "image": cell()}])
    with pytest.raises(DatasetDamaged, match="no column html"):
        load(tmp_path / "hub")
    with pytest.raises(DatasetMissing, match=r"train\*.parquet"):
        load(tmp_path / "hub", "train")


def test_the_scorer_takes_the_published_form_for_primary(tmp_path: Path) -> None:
    write(tmp_path / "PubTabNet_2.0.0.jsonl", line("a.png"))
    write(tmp_path / "val" / "a.png", picture())
    (sample,) = load(tmp_path)
    (table,) = PageTablesTruth.model_validate(sample.truth).tables
    assert DATASET.scorer.primary == "teds_official"
    assert "p &lt; 1" in pubtabnet_html(table.tables(PageTablesTruth(tables=()).unit, None)[0], with_sections=True)
