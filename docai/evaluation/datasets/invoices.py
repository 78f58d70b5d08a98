"""Invoices of vendors with the fields that invoice2data's own tests expect of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Dataset, Source
from docai.evaluation.datasets.files import all_present, json_of
from docai.evaluation.datasets.label_schemas import schema_of
from docai.evaluation.datasets.manifest_folder import has_manifest, manifest_items
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.fields import FieldScorer, FieldsTruth


def _load(source: Source) -> Iterator[Sample]:
    if has_manifest(source):
        for item in manifest_items(source, "invoices"):
            yield _sample(item.file, json_of(item.truth))
        return
    found = [
        path for path in all_present(source, "*.pdf", "tests/compare/*.pdf") if path.with_suffix(".json").is_file()
    ]
    if not found:
        raise DatasetMissing(f"No PDF in {source.folder} has a JSON file of its name beside it.")
    for path in found:
        yield _sample(path, json_of(path.with_suffix(".json")))


def _sample(path: Path, label: Any) -> Sample:  # noqa: ANN401 - whatever the file holds
    first = label[0] if isinstance(label, list) and label else label
    if not isinstance(first, dict):
        raise DatasetDamaged(f"The label of {path.name} is neither a JSON object nor a list of one.", path=str(path))
    return Sample(
        id=path.stem,
        task=Task.EXTRACT,
        files=(SampleFile.at(path),),
        truth=FieldsTruth(data=first).model_dump(mode="json"),
        schema=schema_of(first),
    )


DATASET = Dataset(
    name="invoices",
    title="Invoices of invoice2data's tests (Invoice-X)",
    task=Task.EXTRACT,
    splits=("test",),
    load=_load,
    scorer=FieldScorer(),
    layout=(
        "`*.pdf` with `*.json` of the same name, in the folder or in `tests/compare/`; or a folder with manifest.json."
    ),
    obtain="git clone https://github.com/invoice-x/invoice2data FOLDER",
    licence="MIT; the invoices are the vendors' own",
)
