"""Folders with a manifest."""

from pathlib import Path

import pytest

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.manifest_folder import has_manifest, manifest_items
from tests.unit.evaluation.datasets.published import write


def test_the_items_of_a_group_are_named_with_their_truth(tmp_path: Path) -> None:
    source = Source(tmp_path, "all")
    assert not has_manifest(source)
    items = [{"file": "a/x.y.pdf", "gt": "a/x.json", "pages": 3}, {"file": "b/z.pdf", "gt": "b/z.json"}]
    write(tmp_path / "manifest.json", {"items": [*items, {"file": "a/none.pdf", "gt": None}]})
    write(tmp_path / "a" / "x.y.pdf", b"%PDF")
    write(tmp_path / "a" / "x.json", {})
    (item,) = manifest_items(source, "a")
    assert has_manifest(source)
    assert (item.id, item.file, item.truth) == ("x.y", tmp_path / "a" / "x.y.pdf", tmp_path / "a" / "x.json")
    assert item.facts["pages"] == 3
    with pytest.raises(DatasetMissing, match=r"There is no .*z.pdf"):
        manifest_items(source, "b")
    with pytest.raises(DatasetMissing, match="no item of c/"):
        manifest_items(source, "c")


@pytest.mark.parametrize(
    ("content", "named"), [([], "no items"), ({"items": [{}]}, "without a file"), ("{", "no JSON")]
)
def test_a_damaged_manifest_is_named(tmp_path: Path, content: object, named: str) -> None:
    write(tmp_path / "manifest.json", content)
    with pytest.raises(DatasetDamaged, match=named):
        manifest_items(Source(tmp_path, "all"), "a")
