"""Reports as tables for the terminal and in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from docai.evaluation.reporting.report import Report
from docai.evaluation.reporting.told import costs_told, interval_told, number_told


def report_text(report: Report) -> str:
    """For a terminal: the figures, the primary one marked, then the primary one by category, and what it took."""
    lines = [_title(report), "", *aligned(_figure_rows(report))]
    if rows := list(_part_rows(report)):
        lines += ["", *aligned([("category", "", report.primary, "95 % interval", "samples"), *rows])]
    lines += ["", *(f"{name}: {said}" for name, said in costs_told(report)), *report.notes]
    return "\n".join([*lines, ""])


def report_markdown(report: Report) -> str:
    """The same tables in Markdown."""
    lines = [f"**{_title(report)}**", "", *piped(_figure_rows(report))]
    if rows := list(_part_rows(report)):
        lines += ["", *piped([("category", "", report.primary, "95 % interval", "samples"), *rows])]
    lines += ["", *(f"- {name}: {said}" for name, said in costs_told(report)), *(f"- {note}" for note in report.notes)]
    return "\n".join([*lines, ""])


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows, the first of them the head, in columns as wide as what they hold."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def piped(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows, the first of them the head, as a table in Markdown."""
    escaped = [[" ".join(cell.replace("|", "\\|").split()) for cell in row] for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in escaped]
    return [lines[0], "|" + "---|" * len(rows[0]), *lines[1:]]


def _title(report: Report) -> str:
    run = report.run
    return f"{run.dataset}, {run.split}: {report.n:,} samples, {report.n_failed:,} failed"


def _figure_rows(report: Report) -> list[Sequence[str]]:
    rows: list[Sequence[str]] = [("figure", "value", "95 % interval", "samples")]
    rows += [
        (
            f"{figure.name} (primary)" if figure.name == report.primary else figure.name,
            number_told(figure.value),
            interval_told(figure.low, figure.high),
            f"{figure.n:,}",
        )
        for figure in report.figures
    ]
    return rows


def _part_rows(report: Report) -> Iterator[Sequence[str]]:
    for part in report.parts:
        figure = next((figure for figure in part.figures if figure.name == report.primary), None)
        if figure is not None:
            told = number_told(figure.value), interval_told(figure.low, figure.high)
            yield (part.category, part.name, *told, f"{part.n:,}")
