"""`docai eval sets`: which data sets docai is measured on, and which of them lie here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import BaseModel, ConfigDict
from rich import box
from rich.table import Table as RichTable

from docai.cli.output import JsonFlag, notes, print_json, results
from docai.cli.session import read_settings

if TYPE_CHECKING:  # as in `docai.cli.session`
    from docai.evaluation.datasets.dataset import Dataset


class SetOut(BaseModel):
    """A data set."""

    model_config = ConfigDict(frozen=True)

    name: str
    title: str
    task: str
    splits: tuple[str, ...]
    primary: str
    """The figure that it is quoted by."""
    layout: str
    """Files that are expected in its folder."""
    obtain: str
    """The command that gets it, or where it is had."""
    licence: str
    folder: str | None
    """Where it is looked for; None: no folder of data sets is known."""
    is_here: bool


class SetListOut(BaseModel):
    """All data sets."""

    model_config = ConfigDict(frozen=True)

    data: list[SetOut]


def sets(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SET]...", help="Only these, with all there is.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(file_okay=False, help="Folder of data sets; else DOCAI_EVALUATION__DATA.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """List the data sets, how each is had, and whether it lies in the data folder."""
    from docai.evaluation.datasets.registry import NAMES, dataset_named

    where = data or read_settings().evaluation.data
    found = [_told(dataset_named(name), where) for name in names or NAMES]
    if as_json:
        print_json(SetListOut(data=found))
    elif names:
        for each in found:
            results().print(_details(each))
    else:
        results().print(_overview(found))
        notes().print("`docai eval sets SET` tells a set's files, licence and how it is had.")


def _told(dataset: Dataset, where: Path | None) -> SetOut:
    from docai.evaluation.running.obtaining import how, place

    folder = place(dataset, None, where)
    return SetOut(
        name=dataset.name,
        title=dataset.title,
        task=dataset.task.value,
        splits=dataset.splits,
        primary=dataset.scorer.primary,
        layout=dataset.layout,
        obtain=how(dataset, folder),
        licence=dataset.licence,
        folder=None if folder is None else str(folder),
        is_here=folder is not None and folder.is_dir(),
    )


def _overview(found: list[SetOut]) -> RichTable:
    table = RichTable("Set", "Task", "Quoted by", "Splits", "Title", "Here", box=box.SIMPLE_HEAD, pad_edge=False)
    for each in found:
        here = "yes" if each.is_here else ""
        table.add_row(each.name, each.task, each.primary, ", ".join(each.splits), each.title, here)
    return table


def _details(each: SetOut) -> RichTable:
    table = RichTable(box=None, show_header=False, pad_edge=False, title=each.title, title_justify="left")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    rows = {
        "name": each.name,
        "task": each.task,
        "quoted by": each.primary,
        "splits": ", ".join(each.splits),
        "files": each.layout,
        "had by": each.obtain,
        "licence": each.licence,
        "looked for in": each.folder or "the folder given with --data",
        "here": "yes" if each.is_here else "no",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table
