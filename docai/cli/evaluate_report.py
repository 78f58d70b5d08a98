"""`docai eval report`: the report of a run made again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from docai.cli.evaluate_score import report_run
from docai.cli.output import JsonFlag


def report(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a run.")],
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print the tables in Markdown.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Make a run's report.json and report.html again from what it kept, and print it; nothing is asked."""
    from docai.evaluation.datasets.registry import dataset_named
    from docai.evaluation.running.run_folder import RunFolder

    folder = RunFolder(out)
    report_run(folder, dataset_named(folder.record().dataset), as_json=as_json, as_markdown=as_markdown)
