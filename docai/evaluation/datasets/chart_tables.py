"""Data tables of charts: what ChartQA's charts, or those of Statista and Pew, were drawn from."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.datasets.dataset import Dataset, Source
from docai.evaluation.datasets.files import all_present
from docai.evaluation.datasets.manifest_folder import has_manifest, manifest_items
from docai.evaluation.datasets.rows_checked import document
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.chart_tables import ChartTables, ChartTableTruth

_GROUPS = ("statista", "pew")
"""Folders of the set in a folder with a manifest."""


def load(source: Source) -> Iterator[Sample]:
    """The charts of a split in order of their names; see `Dataset`."""
    if not has_manifest(source):
        inside = ("", "ChartQA Dataset/", "*/")
        for path in all_present(source, *(f"{folder}{source.split}/tables/*.csv" for folder in inside)):
            picture = document(path.parent.parent / "png" / f"{path.stem}.png")
            yield _sample(path.stem, picture, path, "chartqa", None)
        return
    if source.split != "test":
        raise DatasetMissing(f"{source.folder} has the split test alone.", folder=str(source.folder))
    for group in _GROUPS:
        for item in manifest_items(source, group, truth="gt_table"):
            title = item.facts.get("title")
            title = title if isinstance(title, str) and title.strip() else None
            yield _sample(f"{group}/{item.id}", SampleFile.at(item.file), item.truth, group, title)


def _sample(name: str, file: SampleFile, table: Path, origin: str, title: str | None) -> Sample:
    truth = ChartTableTruth(rows=_rows(table), title=title)
    n_columns = len(truth.rows[0])
    return Sample(
        id=name,
        task=Task.PARSE,
        files=(file,),
        truth=truth.model_dump(mode="json"),
        categories={"origin": origin, "series": "one" if n_columns == 2 else "several"},
    )


def _rows(path: Path) -> tuple[tuple[str, ...], ...]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = tuple(tuple(cell.strip() for cell in row) for row in csv.reader(file) if row)
    except (OSError, ValueError, csv.Error) as error:
        raise DatasetDamaged(f"{path} is no table: {error}.", path=str(path)) from None
    if len(rows) < 2 or len(rows[0]) < 2:
        raise DatasetDamaged(f"{path} has no values.", path=str(path))
    return rows


DATASET = Dataset(
    name="chart-tables",
    title="Data tables of ChartQA's charts (Masry et al., 2022), as DePlot is measured on (Liu et al., 2023)",
    task=Task.PARSE,
    splits=("test", "val", "train"),
    load=load,
    scorer=ChartTables(),
    layout="`test/tables/*.csv` and `test/png/` of ChartQA; or a folder with `manifest.json`.",
    obtain="https://github.com/vis-nlp/ChartQA",
    licence="GPL-3.0; charts of Statista, Pew Research Center, Our World in Data and the OECD",
)
