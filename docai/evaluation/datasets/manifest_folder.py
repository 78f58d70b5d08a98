"""Folders in which a `manifest.json` names the files and their truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.files import json_of

_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class ManifestItem:
    """A file with its truth."""

    id: str
    """Name of the file within its group, without a suffix."""
    file: Path
    truth: Path
    facts: Mapping[str, Any]
    """What else the manifest says."""


def has_manifest(source: Source) -> bool:
    """Whether the folder has a manifest."""
    return (source.folder / _MANIFEST).exists()


def manifest_items(source: Source, group: str, truth: str = "gt") -> list[ManifestItem]:
    """The items of a group, which is the first folder of their files, in order.

    Args:
        source: Where the manifest lies.
        group: Folder.
        truth: Under which key items name the file of their truth; those without are passed over.

    Raises:
        DatasetMissing: there is no item of the group, or a file that an item names is not there.
        DatasetDamaged: the manifest is of another form.
    """
    path = source.folder / _MANIFEST
    found = json_of(path)
    items = found.get("items") if isinstance(found, dict) else None
    if not isinstance(items, list):
        raise DatasetDamaged(f"{path} has no items.", path=str(path))
    mine = []
    for item in items:
        file, known = (item.get(key) if isinstance(item, dict) else None for key in ("file", truth))
        if not isinstance(file, str) or not isinstance(known, str | None):
            raise DatasetDamaged(f"{path} has an item without a file.", path=str(path))
        if Path(file).parts[0] == group and known is not None:
            mine.append(ManifestItem(Path(file).stem, _existing(source, file), _existing(source, known), facts=item))
    if not mine:
        raise DatasetMissing(f"{path} has no item of {group}/.", path=str(path))
    return mine


def _existing(source: Source, name: str) -> Path:
    path = source.folder / name
    if not path.is_file():
        raise DatasetMissing(f"There is no {path}.", path=str(path))
    return path
