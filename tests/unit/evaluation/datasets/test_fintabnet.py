"""FinTabNet from its archive and the hub."""

import json
from pathlib import Path

import pytest

from docai.domain.geometry import PageSize
from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.fintabnet import DATASET
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.true_tables import BoxUnit, PageTablesTruth
from tests.unit.evaluation.datasets.published import cell, write, write_parquet

STRUCTURE = ["<tr>", "<td>", "</td>", "<td", ' rowspan="2"', ">", "</td>", "</tr>", "<tr>", "<td>", "</td>", "</tr>"]
CELLS = [
    {"tokens": list("2010"), "bbox": [10.0, 80.0, 30.0, 90.0]},
    {"tokens": list("5.1"), "bbox": [60.0, 70.0, 70.0, 90.0]},
    {"tokens": list("2011"), "bbox": [10.0, 60.0, 30.0, 70.0]},
]
HTML = {"structure": {"tokens": STRUCTURE}, "cells": CELLS}


def load(folder: Path, split: str = "test") -> list[Sample]:
    return list(DATASET.load(Source(folder, split)))


def line(name: str = "AVB/2005/page_53.pdf", **other: object) -> str:
    return json.dumps({"filename": name, "table_id": 1, "html": HTML, **other}) + "\n"


@pytest.mark.parametrize("inside", [".", "fintabnet"])
def test_the_tables_of_a_page_are_one_sample(tmp_path: Path, inside: str) -> None:
    lines = line() + line("MMM/2006/page_1.pdf") + line()
    write(tmp_path / inside / "FinTabNet_1.0.0_cell_test.jsonl", lines)
    for name in ("AVB/2005/page_53", "MMM/2006/page_1"):
        write(tmp_path / inside / "pdf" / f"{name}.pdf", b"%PDF")
    first, second = load(tmp_path)
    assert (first.id, second.id, first.group) == ("AVB_2005_page_53", "MMM_2006_page_1", "AVB")
    assert first.files[0].name == "AVB_2005_page_53.pdf"
    assert first.files[0].read() == b"%PDF"
    truth = PageTablesTruth.model_validate(first.truth)
    assert (len(truth.tables), truth.unit) == (2, BoxUnit.POINTS)
    assert truth.tables[0].html == (
        '<html><body><table><tr><td>2010</td><td rowspan="2">5.1</td></tr><tr><td>2011</td></tr></table></body></html>'
    )
    (grid,) = truth.tables[0].tables(truth.unit, PageSize(width_pt=100, height_pt=100))
    assert [(c.row, c.col, c.row_span, c.text) for c in grid.cells] == [
        (0, 0, 1, "2010"),
        (0, 1, 2, "5.1"),
        (1, 0, 1, "2011"),
    ]
    box = grid.cells[1].box
    assert box is not None
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx((0.6, 0.1, 0.7, 0.3))


def test_the_hub_is_read(tmp_path: Path) -> None:
    row = {"filename": "AVB/2005/page_53.pdf", "image": cell(), "html": STRUCTURE, "cells": [CELLS]}
    write_parquet(tmp_path / "data" / "test-0.parquet", [row, row])
    first, second = load(tmp_path)
    assert (first.id, second.id) == ("AVB_2005_page_53-0", "AVB_2005_page_53-1")
    (table,) = PageTablesTruth.model_validate(first.truth).tables
    assert [c.text for c in table.readings[0]] == ["2010", "5.1", "2011"]
    write_parquet(tmp_path / "bad" / "test-0.parquet", [{"filename": "a", "image": cell(), "html": STRUCTURE}])
    with pytest.raises(DatasetDamaged, match="no column cells"):
        load(tmp_path / "bad")


def test_what_is_missing_or_damaged_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match=r"FinTabNet_1.0.0_cell_val.jsonl"):
        load(tmp_path, "val")
    path = write(tmp_path / "FinTabNet_1.0.0_cell_test.jsonl", line())
    with pytest.raises(DatasetMissing, match=r"pdf/AVB/2005/page_53.pdf"):
        load(tmp_path)
    for content, named in (("[1", "no JSON"), ("[]", "no filename"), (line(html=[]), "table 1: .*structure")):
        write(path, content)
        with pytest.raises(DatasetDamaged, match=named):
            load(tmp_path)
