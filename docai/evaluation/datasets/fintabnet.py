"""FinTabNet: pages of annual reports, with the HTML of their tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from docai.errors import DatasetDamaged
from docai.evaluation.datasets.dataset import Dataset, HubPlace, Source
from docai.evaluation.datasets.files import all_present, json_lines, present
from docai.evaluation.datasets.table_tokens import TableTokens, annotated, of_annotation
from docai.evaluation.datasets.tabular import picture, rows
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.page_tables import PageTablesScorer
from docai.evaluation.scoring.true_tables import BoxUnit, PageTablesTruth, TrueCell, TrueTable, true_cells


def load(source: Source) -> Iterator[Sample]:
    """The pages of a split; see `Dataset`."""
    if any(source.folder.glob("**/*.parquet")):
        yield from _of_hub(source)
    else:
        yield from _of_archive(source)


def _of_archive(source: Source) -> Iterator[Sample]:
    """A sample per page, which may hold several tables."""
    name = f"FinTabNet_1.0.0_cell_{source.split}.jsonl"
    annotation = present(source, name, f"*/{name}")
    pages: dict[str, list[TableTokens]] = {}
    for number, line in enumerate(json_lines(annotation), start=1):
        where = f"{annotation}, table {number}"
        if not isinstance(line, dict) or not isinstance(line.get("filename"), str):
            raise DatasetDamaged(f"{where}, has no filename.")
        pages.setdefault(line["filename"], []).append(of_annotation(where, line.get("html")))
    inside = "" if annotation.parent == source.folder else f"{annotation.parent.name}/"
    for filename, tables in pages.items():
        path = present(source, f"{inside}pdf/{filename}")
        flat = filename.replace("/", "_")
        truth = PageTablesTruth(tables=tuple(_in_points(tokens) for tokens in tables), unit=BoxUnit.POINTS)
        yield Sample(
            id=flat.removesuffix(".pdf"),
            task=Task.PARSE,
            files=(SampleFile.at(path, flat),),
            truth=truth.model_dump(mode="json", exclude_defaults=True),
            group=Path(filename).parts[0] if "/" in filename else "",
        )


def _of_hub(source: Source) -> Iterator[Sample]:
    """Parquet with pictures of single tables and the tokens in `html` and `cells` (`FinTabNet_OTSL`)."""
    paths = all_present(source, f"**/{source.split}*.parquet")
    for number, row in enumerate(rows(paths, ("filename", "image", "html", "cells"))):
        name = f"{str(row['filename']).replace('/', '_').removesuffix('.pdf').removesuffix('.png')}-{number}"
        tokens = annotated(name, row["html"], row["cells"])
        table = TrueTable(readings=(true_cells(tokens.plain_grid()),), html=tokens.html())
        truth = PageTablesTruth(tables=(table,)).model_dump(mode="json", exclude_defaults=True)
        yield Sample(name, Task.PARSE, (picture(name, row["image"]),), truth)


def _in_points(tokens: TableTokens) -> TrueTable:
    """The table with the boxes of its annotation, in points from the bottom of the page."""
    places = tokens.plain_grid()
    boxes = [cell.bbox for cell in tokens.cells] + [None] * len(places)
    reading = tuple(
        TrueCell(**cell.model_dump(exclude_defaults=True), box=box)
        for cell, box in zip(true_cells(places), boxes, strict=False)
    )
    return TrueTable(readings=(reading,), html=tokens.html())


DATASET = Dataset(
    name="fintabnet",
    title="FinTabNet 1.0 (Zheng, Burdick, Popa, Zhong, Wang, WACV 2021)",
    task=Task.PARSE,
    splits=("test", "val", "train"),
    load=load,
    scorer=PageTablesScorer(primary="teds_official", has_sections=False, is_complete=False),
    layout="`FinTabNet_1.0.0_cell_<split>.jsonl` and `pdf/`; or parquet files of the hub (`test*.parquet`).",
    obtain="`hf download docling-project/FinTabNet_OTSL --repo-type dataset --local-dir FOLDER`, "
    "or the archive `fintabnet.tar.gz` of IBM's Data Asset eXchange",
    licence="annotations CDLA-Permissive-1.0; pages of public filings",
    hub=HubPlace("docling-project/FinTabNet_OTSL", ("data/test-*.parquet",)),
)
