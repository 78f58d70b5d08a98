"""`docai eval`: docai measured, by the field's metrics and by faults that are put in on purpose."""

from __future__ import annotations

import typer

from docai.cli.evaluate_evidence import evidence

evaluate = typer.Typer(help="Measure docai on data whose truth is known.", no_args_is_help=True)
evaluate.command()(evidence)


@evaluate.callback()
def _evaluate() -> None:
    """Keep commands of their own, however few there are."""
