"""`docai eval gate`: whether figures of the drawn set still hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.table import Table as RichTable

from docai.cli.output import JsonFlag, notes, print_json, results
from docai.cli.session import prepare, read_settings

if TYPE_CHECKING:  # as in `docai.cli.session`
    from docai.evaluation.gate.limits import Held, Outcome


def gate(
    out: Annotated[Path | None, typer.Option(help="Keep the set, its figures and the outcome here.")] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Propose new limits from this run, and write them over the old ones.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Read a drawn set with the whole system, and fail if a figure left its limits."""
    from docai.evaluation.gate.holding import hold, keep
    from docai.evaluation.gate.limits import KEPT, Limits, judged, kept_limits, proposed

    limits = Limits(limits=()) if write else kept_limits()
    settings = read_settings()
    prepare(settings)
    outcome, figures = hold(settings, limits, notes().print)
    if write:
        limits = proposed(figures)
        KEPT.write_text(limits.model_dump_json(indent=1) + "\n", encoding="utf-8")
        notes().print(f"{len(limits.limits)} limits written to {KEPT}.")
        outcome = judged(figures, limits, outcome.seconds)
    if out is not None:
        keep(out, outcome, figures)
    if as_json:
        print_json(outcome)
    else:
        _print(outcome)
    if not outcome.passed:
        raise typer.Exit(1)


def _print(outcome: Outcome) -> None:
    table = RichTable("Figure", "Value", "From", "To", "", box=box.SIMPLE_HEAD, pad_edge=False)
    left = [each for each in outcome.held if not each.is_held]
    for each in outcome.held:
        limit = each.limit
        value = "-" if each.value is None else f"{each.value:.4f}"
        table.add_row(limit.figure, value, f"{limit.low:.4f}", f"{limit.high:.4f}", "" if each.is_held else "LEFT")
    console = results()
    console.print(table)
    for each in left:
        console.print(_said(each))
    verdict = f"{len(left)} of {len(outcome.held)} figures left their limits" if left else "all figures are held"
    console.print(f"{verdict}; {outcome.seconds:.0f} s")
    if outcome.unlimited:
        console.print(f"no limit for: {', '.join(outcome.unlimited)}")


def _said(each: Held) -> str:
    limit = each.limit
    value = "was not measured" if each.value is None else f"is {each.value:.4f}"
    return f"{limit.figure} {value}, and must lie in {limit.low:.4f} to {limit.high:.4f}. {limit.why}"
