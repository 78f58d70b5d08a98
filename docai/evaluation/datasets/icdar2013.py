"""The ICDAR 2013 table competition: PDFs of the EU and of US agencies, with the cells of their tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from docai.errors import DatasetDamaged
from docai.evaluation.datasets.dataset import Dataset, Source
from docai.evaluation.datasets.files import all_present, json_of, present
from docai.evaluation.datasets.manifest_folder import has_manifest, manifest_items
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.page_tables import PageTablesScorer
from docai.evaluation.scoring.true_tables import BoxUnit, PageTablesTruth, TrueCell, TrueTable

_STRUCTURE = "-str.xml"


def load(source: Source) -> Iterator[Sample]:
    """The documents; see `Dataset`."""
    if has_manifest(source):
        for item in manifest_items(source, "icdar2013"):
            yield _sample(item.file, _of_json(item.truth))
        return
    for path in all_present(source, f"**/*{_STRUCTURE}"):
        name = path.name.removesuffix(_STRUCTURE)
        file = present(source, str(path.with_name(f"{name}.pdf").relative_to(source.folder)))
        yield _sample(file, _of_xml(path))


def _sample(file: Path, tables: tuple[TrueTable, ...]) -> Sample:
    truth = PageTablesTruth(tables=tables, unit=BoxUnit.POINTS)
    return Sample(
        id=file.stem,
        task=Task.PARSE,
        files=(SampleFile.at(file),),
        truth=truth.model_dump(mode="json", exclude_defaults=True),
        categories={"source": file.stem.split("-")[0]},
    )


def _of_xml(path: Path) -> tuple[TrueTable, ...]:
    """The tables of a structure file."""
    try:
        root = etree.parse(str(path), etree.XMLParser(resolve_entities=False, no_network=True)).getroot()
        return tuple(_table(table) for table in root.iter("table"))
    except (etree.XMLSyntaxError, KeyError, ValueError) as error:
        raise DatasetDamaged(f"{path} is no structure of tables: {error}.", path=str(path)) from None


def _table(table: etree._Element) -> TrueTable:
    """A table of regions; each says by how many rows and columns its cells are shifted."""
    pages, cells = [], []
    for region in table.iter("region"):
        pages.append(int(region.attrib["page"]))
        down, right = int(region.get("row-increment", 0)), int(region.get("col-increment", 0))
        cells += [_cell(cell, down, right) for cell in region.iter("cell")]
    return TrueTable(pages=tuple(dict.fromkeys(pages)), readings=(tuple(cells),))


def _cell(cell: etree._Element, down: int, right: int) -> TrueCell:
    row, col = int(cell.attrib["start-row"]), int(cell.attrib["start-col"])
    last_row, last_col = int(cell.get("end-row", row)), int(cell.get("end-col", col))
    edges = cell.find("bounding-box")
    box = None if edges is None else [float(edges.attrib[name]) for name in ("x1", "y1", "x2", "y2")]
    return TrueCell(
        row=row + down,
        col=col + right,
        row_span=last_row - row + 1,
        col_span=last_col - col + 1,
        text=(cell.findtext("content") or "").strip(),
        box=None if box is None else (box[0], box[1], box[2], box[3]),
    )


def _of_json(path: Path) -> tuple[TrueTable, ...]:
    """The tables of a truth of a manifest, with other readings that are right."""
    try:
        return tuple(
            TrueTable(
                pages=tuple(table["pages"]),
                readings=tuple(_reading(reading) for reading in (table, *table.get("alternatives", ()))),
            )
            for table in json_of(path)["tables"]
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DatasetDamaged(f"{path} is no structure of tables: {error}.", path=str(path)) from None


def _reading(table: dict[str, Any]) -> tuple[TrueCell, ...]:
    return tuple(
        TrueCell(
            row=cell["row"],
            col=cell["col"],
            row_span=cell["row_end"] - cell["row"] + 1,
            col_span=cell["col_end"] - cell["col"] + 1,
            text=cell["text"],
            box=cell.get("bbox_pdf_bl"),
        )
        for region in table["regions"]
        for cell in region["cells"]
    )


DATASET = Dataset(
    name="icdar2013",
    title="ICDAR 2013 table competition (Göbel, Hassan, Oro, Orsi, ICDAR 2013)",
    task=Task.PARSE,
    splits=("competition",),
    load=load,
    scorer=PageTablesScorer(primary="adjacency_f1"),
    layout="`*.pdf`, each with `*-str.xml`, in any folders; or a folder with `manifest.json`.",
    obtain="https://roundtrippdf.com/en/data-extraction/pdf-table-recognition-dataset/",
    licence="public documents of the EU and of US agencies",
)
