"""Pictures are looked up in the file when they are read."""

from pathlib import Path

import pytest

from docai.errors import DatasetDamaged
from docai.evaluation.datasets.parquet_pictures import kept_picture, located_rows, placed_picture
from tests.unit.evaluation.datasets.published import cell, picture, write_parquet


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    rows = [{"name": str(n), "image": cell(n), "raw": picture(n, "JPEG"), "other": None} for n in range(7)]
    return [write_parquet(tmp_path / "a.parquet", rows[:5]), write_parquet(tmp_path / "b.parquet", rows[5:])]


def test_each_row_has_its_own_picture(paths: list[Path]) -> None:
    found = list(located_rows(paths, ["name", "image", "raw"]))
    assert [row["name"] for _, row in found] == [str(n) for n in range(7)]
    for n, (place, row) in enumerate(found):
        assert kept_picture(place, row, "image", "page").name == "page.png"
        assert kept_picture(place, row, "image").read() == picture(n)
        assert kept_picture(place, row, "raw", "page").name == "page.jpg"
        assert placed_picture(place, "raw").read() == picture(n, "JPEG")
    assert str(found[5][0]) == f"{paths[1]}, row 1"


def test_the_same_picture_has_the_same_name(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "a.parquet", [{"image": cell(1)}, {"image": cell(2)}, {"image": cell(1)}])
    names = [kept_picture(place, row, "image").name for place, row in located_rows([path])]
    assert names[0] == names[2] != names[1]


def test_a_cell_without_a_picture_is_named(paths: list[Path], tmp_path: Path) -> None:
    place, row = next(located_rows(paths, ["other"]))
    with pytest.raises(DatasetDamaged, match=r"a.parquet, row 1 has no picture in column other"):
        kept_picture(place, row, "other")
    with pytest.raises(DatasetDamaged, match="no picture in column other"):
        placed_picture(place, "other").read()
    with pytest.raises(DatasetDamaged, match="no picture in column absent"):
        placed_picture(place, "absent").read()
    path = write_parquet(tmp_path / "c.parquet", [{"image": {"bytes": b"GIF89a", "path": None}}])
    place, row = next(located_rows([path]))
    with pytest.raises(DatasetDamaged, match="PNG"):
        kept_picture(place, row, "image")


def test_a_file_that_went_away_is_named(paths: list[Path]) -> None:
    place, row = next(located_rows(paths, ["image"]))
    file = kept_picture(place, row, "image")
    paths[0].write_bytes(b"no parquet")
    with pytest.raises(DatasetDamaged, match="cannot be read"):
        file.read()
