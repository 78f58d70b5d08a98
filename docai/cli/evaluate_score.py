"""`docai eval score`: a run scored again by what it kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from docai.cli.output import JsonFlag, notes, print_json, write

if TYPE_CHECKING:  # as in `docai.cli.session`
    from docai.evaluation.datasets.dataset import Dataset
    from docai.evaluation.running.run_folder import RunFolder


def score(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a run.")],
    as_json: JsonFlag = False,
) -> None:
    """Score a run again by what it kept, also one that is under way; nothing is asked or written."""
    from docai.evaluation.datasets.registry import dataset_named
    from docai.evaluation.reporting.making import report_of
    from docai.evaluation.reporting.text import report_text
    from docai.evaluation.running.run_folder import RunFolder
    from docai.evaluation.running.scoring_run import scored

    folder = RunFolder(out)
    record = folder.record()
    dataset = dataset_named(record.dataset)
    report = report_of(record, dataset, scored(folder, dataset))
    if as_json:
        print_json(report)
    else:
        write(report_text(report))


def report_run(folder: RunFolder, dataset: Dataset, *, as_json: bool, as_markdown: bool = False) -> None:
    """Score what a run kept, write report.json and report.html into its folder, and print the figures."""
    from docai.evaluation.reporting.reports import PAGE, write_report
    from docai.evaluation.reporting.text import report_markdown, report_text
    from docai.evaluation.running.kept_pages import kept_pictures
    from docai.evaluation.running.scoring_run import scored

    found = scored(folder, dataset)
    with kept_pictures(folder) as pictures:
        report = write_report(folder, dataset, found, pictures)
    if as_json:
        print_json(report)
    else:
        write(report_markdown(report) if as_markdown else report_text(report))
        notes().print(f"With pictures of what went wrong: {folder.path / PAGE}", soft_wrap=True)
