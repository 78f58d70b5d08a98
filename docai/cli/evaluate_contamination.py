"""`docai eval contamination`: what of a data set stands in training data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.table import Table as RichTable

from docai.cli.evaluate_run import DataOption, SplitOption
from docai.cli.output import JsonFlag, counted, print_json, results
from docai.cli.session import read_settings
from docai.errors import InvalidRequest

if TYPE_CHECKING:  # as in `docai.cli.session`
    from docai.evaluation.contamination.findings import Contamination


def contamination(
    name: Annotated[str, typer.Argument(metavar="SET", help="A data set; `docai eval sets` lists them.")],
    against: Annotated[
        Path, typer.Option(exists=True, help="Training data: a folder of PDFs, pictures and .jsonl, or one such file.")
    ],
    data: DataOption = None,
    split: SplitOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Find files, pages and questions of a set in data that was trained on or shown as examples."""
    from docai.evaluation.contamination.checking import check
    from docai.evaluation.datasets.dataset import Source
    from docai.evaluation.datasets.registry import dataset_named
    from docai.evaluation.running.obtaining import located

    dataset = dataset_named(name)
    if split is not None and split not in dataset.splits:
        raise InvalidRequest(f"{dataset.name} has no split {split!r}, but {', '.join(dataset.splits)}.")
    folder = located(dataset, data, read_settings().evaluation.data)
    found = check(dataset.load(Source(folder, split or dataset.splits[0])), against)
    if as_json:
        print_json(found)
    else:
        _print(found)


def _print(found: Contamination) -> None:
    table = RichTable("Item", "Found", "What", "Where", box=box.SIMPLE_HEAD, pad_edge=False)
    for item in found.items:
        for overlap in item.overlaps:
            table.add_row(item.id, overlap.kind.value, overlap.what, overlap.against)
    console = results()
    if found.items:
        console.print(table)
    kinds = ", ".join(f"{n} by {kind.value}" for kind, n in found.by_kind.items() if n)
    console.print(
        f"{found.n_contaminated} of {counted(found.n_items, 'item')} in {found.against}"
        + (f" ({kinds})" if kinds else "")
        + f"; searched: {counted(found.n_files_searched, 'file')}, {counted(found.n_pages_searched, 'page')}, "
        f"{counted(found.n_texts_searched, 'text')}"
    )
    if found.unreadable:
        console.print(f"compared by their bytes alone: {', '.join(found.unreadable)}")
