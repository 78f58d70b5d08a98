"""The ICDAR 2013 table competition from its XML and a folder with a manifest."""

from pathlib import Path
from typing import Any

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.icdar2013 import DATASET
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.true_tables import BoxUnit, PageTablesTruth, TrueTable
from tests.unit.evaluation.datasets.published import write

XML = """<?xml version="1.0" encoding="UTF-8"?>
<document filename='eu-001.pdf'>
  <table id='1'>
    <region id='1' page='2' col-increment='0' row-increment='0'>
      <cell id='1' start-row='0' start-col='1' end-col='2'>
        <bounding-box x1='316' y1='533' x2='441' y2='543'/><content> Fee &amp; charge </content>
      </cell>
      <cell id='2' start-row='1' start-col='0' end-row='2'><content>Water</content></cell>
    </region>
    <region id='2' page='3' col-increment='0' row-increment='3'>
      <cell id='1' start-row='0' start-col='0'><content>Air</content></cell>
    </region>
  </table>
  <table id='2'><region id='1' page='3'/></table>
</document>
"""


def load(folder: Path) -> list[Sample]:
    return list(DATASET.load(Source(folder, "competition")))


def tables(sample: Sample) -> tuple[TrueTable, ...]:
    truth = PageTablesTruth.model_validate(sample.truth)
    assert truth.unit is BoxUnit.POINTS
    return truth.tables


def test_the_xml_is_read(tmp_path: Path) -> None:
    for name in ("us-002", "eu-001"):
        write(tmp_path / "competition-dataset" / f"{name}.pdf", b"%PDF")
        write(tmp_path / "competition-dataset" / f"{name}-str.xml", XML)
    first, second = load(tmp_path)
    assert (first.id, second.id, second.categories) == ("eu-001", "us-002", {"source": "us"})
    table, empty = tables(first)
    assert (table.pages, empty.pages, empty.readings) == ((2, 3), (3,), ((),))
    cells = [(c.row, c.col, c.row_span, c.col_span, c.text, c.box) for c in table.readings[0]]
    assert cells == [
        (0, 1, 1, 2, "Fee & charge", (316.0, 533.0, 441.0, 543.0)),
        (1, 0, 2, 1, "Water", None),
        (3, 0, 1, 1, "Air", None),
    ]


def test_a_folder_with_a_manifest_is_read(tmp_path: Path) -> None:
    def reading(text: str) -> dict[str, Any]:
        cell = {"row": 0, "col": 0, "row_end": 1, "col_end": 0, "text": text, "bbox_pdf_bl": [1, 2, 3, 4]}
        return {"regions": [{"page": 1, "cells": [cell]}]}

    truth = {"tables": [{"pages": [1], **reading("a"), "alternatives": [reading("b")]}]}
    write(tmp_path / "manifest.json", {"items": [{"file": "icdar2013/eu-9.pdf", "gt": "icdar2013/eu-9.gt.json"}]})
    write(tmp_path / "icdar2013" / "eu-9.pdf", b"%PDF")
    path = write(tmp_path / "icdar2013" / "eu-9.gt.json", truth)
    (sample,) = load(tmp_path)
    (table,) = tables(sample)
    assert [[(c.text, c.row_span, c.box) for c in cells] for cells in table.readings] == [
        [("a", 2, (1.0, 2.0, 3.0, 4.0))],
        [("b", 2, (1.0, 2.0, 3.0, 4.0))],
    ]
    write(path, {"tables": [{"pages": [1]}]})
    with pytest.raises(DatasetDamaged, match=r"eu-9.gt.json is no structure of tables"):
        load(tmp_path)


@pytest.mark.parametrize(
    "xml", ["<document", XML.replace("page='2'", ""), XML.replace("start-col='1'", "start-col='x'")]
)
def test_what_is_missing_or_damaged_is_named(tmp_path: Path, xml: str) -> None:
    with pytest.raises(DatasetMissing, match=r"-str.xml"):
        load(tmp_path)
    write(tmp_path / "eu-001-str.xml", xml)
    with pytest.raises(DatasetMissing, match=r"eu-001.pdf"):
        load(tmp_path)
    write(tmp_path / "eu-001.pdf", b"%PDF")
    with pytest.raises(DatasetDamaged, match=r"eu-001-str.xml is no structure of tables"):
        load(tmp_path)
