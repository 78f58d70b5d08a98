"""OmniDocBench from its annotation and a folder with a manifest."""

from pathlib import Path
from typing import Any

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.omnidocbench import DATASET
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.omnidoc import OmnidocTruth
from tests.unit.evaluation.datasets.published import picture, write


def mark(category: str, number: int, order: int | None, **content: str) -> dict[str, Any]:
    return {"category_type": category, "anno_id": number, "order": order, "ignore": False, "poly": [], **content}


def page(name: str = "images/a.b.jpg") -> dict[str, Any]:
    return {
        "layout_dets": [
            mark("text_block", 4, 5, text="and goes on."),
            mark("title", 1, 1, text="Title"),
            mark("text_block", 2, 2, text="It is cut "),
            mark("equation_isolated", 5, 4, latex="$$x=1$$"),
            mark("table", 6, 3, html="<table><tr><td>1</td></tr></table>"),
            mark("figure", 7, 6),
            mark("page_number", 8, None, text="12"),
        ],
        "extra": {
            "relation": [
                {"relation_type": "truncated", "source_anno_id": 2, "target_anno_id": 4},
                {"relation_type": "parent_son", "source_anno_id": 1, "target_anno_id": 6},
            ]
        },
        "page_info": {
            "image_path": name,
            "page_attribute": {"data_source": "book", "language": "english", "layout": "single_column"},
        },
    }


def load(folder: Path) -> list[Sample]:
    return list(DATASET.load(Source(folder, "all")))


@pytest.mark.parametrize("inside", [".", "OmniDocBench"])
def test_pages_are_read_with_cut_blocks_put_together(tmp_path: Path, inside: str) -> None:
    write(tmp_path / inside / "OmniDocBench.json", [page()])
    write(tmp_path / inside / "images" / "a.b.jpg", picture(kind="JPEG"))
    (sample,) = load(tmp_path)
    assert sample.id == "a.b"
    assert sample.files[0].read() == picture(kind="JPEG")
    assert sample.categories == {"source": "book", "language": "english", "layout": "single_column"}
    truth = OmnidocTruth.model_validate(sample.truth)
    assert [(block.category, block.text, block.order) for block in truth.blocks] == [
        ("page_number", "12", None),
        ("title", "Title", 1),
        ("text_block", "It is cut and goes on.", 2),
    ]
    assert truth.formulas == ("$$x=1$$",)
    assert truth.tables == ("<table><tr><td>1</td></tr></table>",)


def test_a_folder_with_a_manifest_is_read(tmp_path: Path) -> None:
    write(tmp_path / "manifest.json", {"items": [{"file": "omnidoc/p.jpg", "gt": "omnidoc/p.gt.json"}]})
    write(tmp_path / "omnidoc" / "p.jpg", picture())
    write(tmp_path / "omnidoc" / "p.gt.json", page())
    (sample,) = load(tmp_path)
    assert sample.id == "p"
    assert len(OmnidocTruth.model_validate(sample.truth).blocks) == 3


def test_what_is_missing_or_damaged_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match=r"OmniDocBench.json"):
        load(tmp_path)
    path = write(tmp_path / "OmniDocBench.json", [page()])
    with pytest.raises(DatasetMissing, match=r"images/a.b.jpg"):
        load(tmp_path)
    write(tmp_path / "images" / "a.b.jpg", picture())
    bad: list[tuple[object, str]] = [
        ({}, "no list of pages"),
        ([{}], "page 1, has no image_path"),
        ([{**page(), "layout_dets": [{"category_type": "equation_isolated"}]}], "page 1, is no annotation .*latex"),
        ([{**page(), "extra": {"relation": [{}]}}], "page 1, is no annotation .*relation_type"),
    ]
    for content, named in bad:
        write(path, content)
        with pytest.raises(DatasetDamaged, match=named):
            load(tmp_path)
