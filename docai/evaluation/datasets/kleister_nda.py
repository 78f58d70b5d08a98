"""Kleister-NDA: date, jurisdiction, parties and term of non-disclosure agreements."""

from __future__ import annotations

import lzma
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Dataset, Source
from docai.evaluation.datasets.files import json_of, present
from docai.evaluation.datasets.manifest_folder import has_manifest, manifest_items
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.nda_values import KeyValuesTruth, NdaScorer

_SCHEMA = {
    "type": "object",
    "properties": {
        "effective_date": {
            "type": "string",
            "format": "date",
            "description": "Date from which the agreement is legally binding, as YYYY-MM-DD.",
        },
        "jurisdiction": {"type": "string", "description": "State or country under whose law the agreement stands."},
        "party": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Names of the parties to the agreement.",
        },
        "term": {
            "type": "string",
            "description": "How long the agreement holds: a number in digits and its unit, such as 2 years.",
        },
    },
}


def _load(source: Source) -> Iterator[Sample]:
    if has_manifest(source):
        for item in manifest_items(source, "nda"):
            yield _sample(item.file, _listed(item.file.name, json_of(item.truth)))
        return
    inputs = present(source, f"{source.split}/in.tsv.xz", f"{source.split}/in.tsv")
    try:
        expected = present(source, f"{source.split}/expected.tsv").read_text(encoding="utf-8").split("\n")
    except DatasetMissing as error:
        hidden = " Its answers are not published." if source.split == "test-A" else ""
        raise DatasetMissing(f"{error.message}{hidden}") from None
    names = list(_names(inputs))
    if len(names) > len(expected):
        raise DatasetDamaged(f"{inputs} has {len(names)} documents, and expected.tsv fewer lines.", path=str(inputs))
    for name, line in zip(names, expected, strict=False):
        yield _sample(present(source, f"documents/{name}"), _said(line))


def _names(path: Path) -> Iterator[str]:
    """The first column; the texts in the others may hold every character but a tabulator and an end of line."""
    try:
        content = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
        lines = content.decode("utf-8").split("\n")
    except (lzma.LZMAError, UnicodeDecodeError) as error:
        raise DatasetDamaged(f"{path} cannot be read: {error}.", path=str(path)) from None
    for line in lines:
        if line.strip():
            yield line.split("\t", 1)[0]


def _said(line: str) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for pair in line.split():
        key, mark, value = pair.partition("=")
        if not mark:
            raise DatasetDamaged(f"{pair!r} in expected.tsv is no key with a value.")
        values.setdefault(key, []).append(value.replace("_", " "))
    return values


def _listed(name: str, label: Any) -> dict[str, list[str]]:  # noqa: ANN401 - whatever the file holds
    if not isinstance(label, dict):
        raise DatasetDamaged(f"The label of {name} is no JSON object.")
    parts: Iterable[tuple[str, list[Any]]] = ((k, v if isinstance(v, list) else [v]) for k, v in label.items())
    return {key: [str(value) for value in values] for key, values in parts}


def _sample(path: Path, values: dict[str, list[str]]) -> Sample:
    return Sample(
        id=path.stem,
        task=Task.EXTRACT,
        files=(SampleFile.at(path),),
        truth=KeyValuesTruth(values=values).model_dump(mode="json"),
        schema=_SCHEMA,
    )


DATASET = Dataset(
    name="kleister-nda",
    title="Kleister-NDA (Stanislawek et al., ICDAR 2021)",
    task=Task.EXTRACT,
    splits=("dev-0", "train", "test-A"),
    load=_load,
    scorer=NdaScorer(),
    layout=(
        "`dev-0/in.tsv.xz`, `dev-0/expected.tsv` (`train` alike) and `documents/*.pdf`; or a folder with manifest.json."
    ),
    obtain="git clone https://github.com/applicaai/kleister-nda FOLDER",
    licence="none stated; the texts are public filings of the SEC",
)
