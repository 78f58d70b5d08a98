"""PubTabNet: pictures of tables from papers, with their HTML."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from docai.errors import DatasetDamaged
from docai.evaluation.datasets.dataset import Dataset, HubPlace, Source
from docai.evaluation.datasets.files import all_present, json_lines, present
from docai.evaluation.datasets.manifest_folder import has_manifest, manifest_items
from docai.evaluation.datasets.table_tokens import TableTokens, annotated, of_annotation
from docai.evaluation.datasets.tabular import picture, rows
from docai.evaluation.metrics.python_literals import literal_of
from docai.evaluation.metrics.table_grids import html_rows, placed
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.evaluation.scoring.page_tables import PageTablesScorer
from docai.evaluation.scoring.true_tables import PageTablesTruth, TrueTable, true_cells

_ANNOTATION = "PubTabNet_2.0.0.jsonl"


def load(source: Source) -> Iterator[Sample]:
    """The tables of a split; see `Dataset`."""
    if has_manifest(source):
        yield from _of_manifest(source)
    elif any(source.folder.glob("**/*.parquet")):
        yield from _of_hub(source)
    else:
        yield from _of_archive(source)


def _of_archive(source: Source) -> Iterator[Sample]:
    annotation = present(source, _ANNOTATION, f"*/{_ANNOTATION}")
    inside = "" if annotation.parent == source.folder else f"{annotation.parent.name}/"
    for number, line in enumerate(json_lines(annotation), start=1):
        where = f"{annotation}, table {number}"
        if not isinstance(line, dict) or not isinstance(line.get("filename"), str):
            raise DatasetDamaged(f"{where}, has no filename.")
        if line.get("split") != source.split:
            continue
        tokens = of_annotation(where, line.get("html"))
        path = present(source, f"{inside}{source.split}/{line['filename']}")
        yield _sample(path.stem, SampleFile.at(path), tokens, *_size(path))


def _of_hub(source: Source) -> Iterator[Sample]:
    """Parquet with the annotation in `html`, an object or its text; or with its tokens in `html` and `cells` apart."""
    paths = all_present(source, f"**/{source.split}*.parquet")
    for number, row in enumerate(rows(paths), start=1):
        if missing := {"image", "html"} - row.keys():
            raise DatasetDamaged(f"{paths[0]} has no column {', '.join(sorted(missing))}.", path=str(paths[0]))
        name = Path(str(row.get("filename") or row.get("imgid") or number)).stem
        html = literal_of(row["html"]) if isinstance(row["html"], str) else row["html"]
        tokens = annotated(name, html, row["cells"]) if "cells" in row else of_annotation(name, html)
        file = picture(name, row["image"])
        yield _sample(name, file, tokens, *_size(BytesIO(file.read())))


def _of_manifest(source: Source) -> Iterator[Sample]:
    for item in manifest_items(source, "pubtabnet"):
        html = item.truth.read_text(encoding="utf-8")
        cells = placed(html_rows(html))
        if not cells:
            raise DatasetDamaged(f"{item.truth} holds no table.", path=str(item.truth))
        table = TrueTable(readings=(true_cells(cells),), html=html)
        yield _with(item.id, SampleFile.at(item.file), table)


def _sample(name: str, file: SampleFile, tokens: TableTokens, width: int, height: int) -> Sample:
    reading = true_cells(tokens.grid(width, height))
    return _with(name, file, TrueTable(readings=(reading,), html=tokens.html()))


def _with(name: str, file: SampleFile, table: TrueTable) -> Sample:
    truth = PageTablesTruth(tables=(table,)).model_dump(mode="json", exclude_defaults=True)
    is_complex = any(cell.row_span > 1 or cell.col_span > 1 for cell in table.readings[0])
    kind = "spanning cells" if is_complex else "simple"
    return Sample(name, Task.PARSE, (file,), truth, categories={"structure": kind})


def _size(picture_file: Path | BytesIO) -> tuple[int, int]:
    """Width and height in pixels, from the head of the file."""
    try:
        with Image.open(picture_file) as image:
            return image.size
    except (OSError, UnidentifiedImageError) as error:
        raise DatasetDamaged(f"A picture cannot be read: {error}.") from None


DATASET = Dataset(
    name="pubtabnet",
    title="PubTabNet 2.0 (Zhong, ShafieiBavani, Jimeno Yepes, ECCV 2020)",
    task=Task.PARSE,
    splits=("val", "train"),
    load=load,
    scorer=PageTablesScorer(primary="teds_official"),
    layout=f"`{_ANNOTATION}` and a folder of PNG per split; or parquet files of the hub (`val*.parquet`); "
    "or a folder with `manifest.json`.",
    obtain="https://github.com/ibm-aur-nlp/PubTabNet, or "
    "`hf download apoidea/pubtabnet-html --repo-type dataset --local-dir FOLDER`",
    licence="annotations CDLA-Permissive-1.0; pictures of the PMC open-access subset for commercial use",
    hub=HubPlace("apoidea/pubtabnet-html", ("*validation*.parquet", "*val*.parquet")),
)
