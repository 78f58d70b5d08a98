"""`docai eval budgets`: score against visual tokens per page, over several runs of one data set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from docai.cli.evaluate_compare import scored_runs
from docai.cli.output import JsonFlag, notes, print_json, save, write


def budgets(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Folders of runs with different limits.")],
    out: Annotated[Path | None, typer.Option(help="Draw it here, as SVG.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Tell what a run's limit of visual tokens per page does to its score."""
    from docai.evaluation.reporting.budgets import budgets as budgets_of
    from docai.evaluation.reporting.budgets_told import budgets_text
    from docai.evaluation.reporting.plots import budget_plot

    found = budgets_of(*scored_runs(runs))
    if out is not None:
        save(out, budget_plot(found).encode())
    if as_json:
        print_json(found)
        return
    write(budgets_text(found))
    if out is not None:
        notes().print(f"Drawn: {out}", soft_wrap=True)
