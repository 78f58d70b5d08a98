"""SROIE's receipts, from each of the layouts in which they are published."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docai.errors import DatasetDamaged
from docai.evaluation.datasets.dataset import HubPlace, Source
from docai.evaluation.datasets.files import all_present, json_of, present
from docai.evaluation.datasets.manifest_folder import has_manifest, manifest_items
from docai.evaluation.datasets.tabular import picture, rows
from docai.evaluation.samples import SampleFile

SPLITS = ("test", "train")
HUB = HubPlace("jsdnrs/ICDAR2019-SROIE")
LAYOUT = (
    "`test/` and `train/` (or the folder itself) with `img/*.jpg`, `entities/*.txt` and `box/*.txt`; or the hub's "
    "parquet in `data/`; or a folder with manifest.json."
)
OBTAIN = "hf download --repo-type dataset jsdnrs/ICDAR2019-SROIE --local-dir FOLDER"
LICENCE = "CC BY 4.0 (the competition's site and the hub's copy)"

_CORNERS = 8
"""Numbers before the text in a line of a box file."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt with its truth for both tasks."""

    name: str
    file: SampleFile
    entities: Mapping[str, Any]
    lines: tuple[str, ...]
    """What is printed, line by line; empty where that was not asked for."""


def receipts(source: Source, *, with_lines: bool) -> Iterator[Receipt]:
    """The receipts of a split, in order of their names; a manifest is read as a whole, whatever the split.

    Args:
        source: Where they lie.
        with_lines: Whether the texts of lines are needed; the entities are, otherwise.

    Raises:
        DatasetMissing: a picture, or the truth that is needed, is not there.
        DatasetDamaged: a file cannot be read, or lacks what it should have.
    """
    if has_manifest(source):
        yield from _of_manifest(source)
    elif list(source.folder.glob("data/*.parquet")):
        yield from _of_hub(source)
    else:
        yield from _of_folder(source, with_lines=with_lines)


def _of_manifest(source: Source) -> Iterator[Receipt]:
    for item in manifest_items(source, "img"):
        truth = json_of(item.truth)
        try:
            lines = tuple(str(line["text"]) for line in truth["lines"])
            entities = dict(truth["fields"])
        except (KeyError, TypeError, ValueError):
            raise DatasetDamaged(f"{item.truth} lacks `fields`, or `lines` with `text`.") from None
        yield Receipt(item.id, SampleFile.at(item.file), entities, lines)


def _of_hub(source: Source) -> Iterator[Receipt]:
    paths = all_present(source, f"data/{source.split}-*.parquet")
    for number, row in enumerate(rows(paths, ("image", "entities", "words"))):
        path = row["image"].get("path") if isinstance(row["image"], dict) else None
        name = Path(path).stem if path else f"{source.split}-{number:04}"
        if not isinstance(row["entities"], dict) or not isinstance(row["words"], list):
            raise DatasetDamaged(f"Row {number} of {source.split} has no entities or no words.")
        yield Receipt(name, picture(name, row["image"]), row["entities"], tuple(str(word) for word in row["words"]))


def _of_folder(source: Source, *, with_lines: bool) -> Iterator[Receipt]:
    split = source.folder / source.split
    folder = split if split.is_dir() else source.folder
    within = Source(folder, source.split)
    for path in all_present(within, "img/*.jpg", "img/*.png"):
        if with_lines:
            lines, entities = _lines(present(within, f"box/{path.stem}.txt")), {}
        else:
            lines, entities = (), _entities(present(within, f"entities/{path.stem}.txt"))
        yield Receipt(path.stem, SampleFile.at(path), entities, lines)


def _entities(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig", errors="replace"))
    except ValueError as error:
        raise DatasetDamaged(f"{path} is no JSON: {error}.", path=str(path)) from None
    if not isinstance(found, dict):
        raise DatasetDamaged(f"{path} holds no JSON object.", path=str(path))
    return found


def _lines(path: Path) -> tuple[str, ...]:
    # One of the published files has bytes that are no UTF-8.
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig", errors="replace").split("\n"), start=1):
        if not line.strip():
            continue
        parts = line.rstrip("\r").split(",", _CORNERS)
        if len(parts) <= _CORNERS:
            raise DatasetDamaged(f"{path}, line {number}, has no eight numbers and a text.", path=str(path))
        found.append(parts[_CORNERS])
    return tuple(found)
