"""DocuBench: fields of documents by a JSON Schema each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Dataset, Source
from docai.evaluation.datasets.files import all_present, json_of, present
from docai.evaluation.datasets.manifest_folder import has_manifest, manifest_items
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.fields import DocuBenchScorer, FieldsTruth
from docai.query.extraction.extracting import ExtractionPolicy

_MOST_CHARACTERS = ExtractionPolicy().max_instruction_characters
"""Of a guideline: an extraction with longer instructions is refused."""


def _load(source: Source) -> Iterator[Sample]:
    if has_manifest(source):
        for item in manifest_items(source, "docubench"):
            if not isinstance(schema := item.facts.get("schema"), str):
                raise DatasetMissing(f"The manifest names no schema of {item.file.name}.")
            yield _sample(item.file, json_of(item.truth), json_of(source.folder / schema))
        return
    for path in all_present(source, "documents/*.*"):
        label = json_of(present(source, f"labels/{path.stem}.json"))
        schema = json_of(present(source, f"schemas/{path.stem}.json"))
        told = source.folder / "guidelines" / f"{path.stem}.txt"
        guideline = told.read_text(encoding="utf-8").strip() if told.is_file() else ""
        yield _sample(path, label, schema, guideline[:_MOST_CHARACTERS])


def _sample(path: Path, label: Any, schema: Any, told: str = "") -> Sample:  # noqa: ANN401 - whatever the files hold
    if not isinstance(label, dict) or not isinstance(schema, dict):
        raise DatasetDamaged(f"The label or the schema of {path.name} is no JSON object.", path=str(path))
    return Sample(
        id=path.stem,
        task=Task.EXTRACT,
        files=(SampleFile.at(path),),
        truth=FieldsTruth(data=label).model_dump(mode="json"),
        question=told or None,
        schema=schema,
        categories={"format": path.suffix.lower().lstrip(".")},
    )


DATASET = Dataset(
    name="docubench",
    title="DocuBench, extraction by schema (DocuPipe, 2026)",
    task=Task.EXTRACT,
    splits=("test",),
    load=_load,
    scorer=DocuBenchScorer(),
    layout=(
        "`documents/ID.*`, `labels/ID.json`, `schemas/ID.json` and, where there are any, `guidelines/ID.txt`; or a "
        "folder with manifest.json. Formats that docai does not take in count as failed."
    ),
    obtain="git clone https://github.com/DocuPipe/DocuBench FOLDER",
    licence="labels and schemas CC BY 4.0; documents as its SOURCES.md says",
)
