"""FUNSD's forms, from each of the layouts in which they are published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docai.errors import DatasetDamaged
from docai.evaluation.datasets.dataset import Source
from docai.evaluation.datasets.files import all_present, json_of, present
from docai.evaluation.datasets.manifest_folder import has_manifest, manifest_items
from docai.evaluation.samples import SampleFile

SPLITS = ("test", "train")
LAYOUT = (
    "`testing_data/` and `training_data/` with `annotations/*.json` and `images/*.png`, within `dataset/` or not; or a "
    "folder with manifest.json."
)
OBTAIN = "https://guillaumejaume.github.io/FUNSD/dataset.zip, unpacked in FOLDER"
LICENCE = "non-commercial research and education"

_FOLDERS = {"test": "testing_data", "train": "training_data"}


@dataclass(frozen=True, slots=True)
class Form:
    """A form with its truth for both tasks."""

    name: str
    file: SampleFile
    entries: tuple[str, ...]
    """Texts of its entities."""
    words: tuple[str, ...]
    key_values: tuple[tuple[str, tuple[str, ...]], ...]
    """Each key with the values that are linked to it, in the form's order; a key may come several times."""


def forms(source: Source) -> Iterator[Form]:
    """The forms of a split, in order of their names; a manifest is read as a whole, whatever the split.

    Raises:
        DatasetMissing: there are no annotations, or a picture is not there.
        DatasetDamaged: an annotation cannot be read, or lacks what it should have.
    """
    if has_manifest(source):
        for item in manifest_items(source, "img"):
            yield _of_manifest(item.id, SampleFile.at(item.file), json_of(item.truth))
        return
    split = _FOLDERS[source.split]
    for path in all_present(source, f"{split}/annotations/*.json", f"dataset/{split}/annotations/*.json"):
        within = Source(path.parent.parent, source.split)
        picture = present(within, f"images/{path.stem}.png")
        yield _of_annotation(path.stem, SampleFile.at(picture), json_of(path))


def _of_manifest(name: str, file: SampleFile, truth: Any) -> Form:  # noqa: ANN401 - whatever the file holds
    try:
        return Form(
            name,
            file,
            tuple(str(entity["text"]) for entity in truth["entities"]),
            tuple(str(word["text"]) for word in truth["words"]),
            tuple((str(pair["key"]), tuple(map(str, pair["values"]))) for pair in truth["key_values"]),
        )
    except (KeyError, TypeError):
        raise DatasetDamaged(f"The truth of {name} lacks `entities`, `words` or `key_values`.") from None


def _of_annotation(name: str, file: SampleFile, annotation: Any) -> Form:  # noqa: ANN401 - whatever the file holds
    try:
        entities = annotation["form"]
        words = tuple(str(word["text"]) for entity in entities for word in entity["words"])
        return Form(name, file, tuple(str(e["text"]) for e in entities), words, tuple(_key_values(entities)))
    except (KeyError, TypeError, ValueError):
        raise DatasetDamaged(
            f"The annotation of {name} lacks `form`, or its entries lack `id`, `text`, `label`, `linking` or `words`."
        ) from None


def _key_values(entities: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each question with the answers that it is linked to; links stand at both of their ends."""
    by_id = {entity["id"]: entity for entity in entities}
    links = {tuple(link): None for entity in entities for link in entity["linking"]}
    for entity in entities:
        if entity["label"] != "question" or not str(entity["text"]).strip():
            continue
        ends = [other for one, other in links if one == entity["id"] and other in by_id]
        values = tuple(str(by_id[end]["text"]) for end in ends if by_id[end]["label"] == "answer")
        if any(value.strip() for value in values):
            yield str(entity["text"]), tuple(value for value in values if value.strip())
