"""Score against visual tokens per page as a table for the terminal."""

from __future__ import annotations

from docai.evaluation.reporting.budgets import Budgets
from docai.evaluation.reporting.text import aligned
from docai.evaluation.reporting.told import interval_told, number_told


def budgets_text(budgets: Budgets) -> str:
    """A line for each run, fewest tokens first."""
    rows = [
        (
            point.name,
            "no limit" if point.visual_tokens is None else f"{point.visual_tokens:,}",
            "-" if point.measured is None else f"{point.measured:,.0f}",
            number_told(point.primary.value),
            interval_told(point.primary.low, point.primary.high),
            "-" if point.run_seconds_per_page is None else f"{point.run_seconds_per_page:.2f}",
            "-" if point.cost_per_page is None else f"{point.cost_per_page:.5f}",
        )
        for point in budgets.points
    ]
    head = ("run", "tokens at most", "as counted", budgets.primary, "95 % interval", "s a page", "cost a page")
    lines = [f"{budgets.dataset}, {budgets.split}: {budgets.n:,} samples", ""]
    if not budgets.is_same_data:
        lines.insert(1, "The runs are not of the same data: only samples that are the same in all are counted.")
    return "\n".join([*lines, *aligned([head, *rows]), ""])
