"""`docai eval`: docai measured, by the field's metrics and by faults that are put in on purpose."""

from __future__ import annotations

import typer

from docai.cli.evaluate_budgets import budgets
from docai.cli.evaluate_compare import compare
from docai.cli.evaluate_confirm import confirm
from docai.cli.evaluate_contamination import contamination
from docai.cli.evaluate_evidence import evidence
from docai.cli.evaluate_gate import gate
from docai.cli.evaluate_init import init
from docai.cli.evaluate_report import report
from docai.cli.evaluate_run import run
from docai.cli.evaluate_score import score
from docai.cli.evaluate_sets import sets

evaluate = typer.Typer(help="Measure docai on data whose truth is known.", no_args_is_help=True)
evaluate.command()(evidence)
evaluate.command()(init)
evaluate.command()(confirm)
evaluate.command()(run)
evaluate.command()(score)
evaluate.command()(sets)
evaluate.command()(report)
evaluate.command()(compare)
evaluate.command()(budgets)
evaluate.command()(contamination)
evaluate.command()(gate)


@evaluate.callback()
def _evaluate() -> None:
    """Keep commands of their own, however few there are."""
