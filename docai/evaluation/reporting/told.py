"""Figures, costs and runs in words, alike in HTML, Markdown and on the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from docai.evaluation.reporting.report import Report, Spread
from docai.evaluation.running.run_record import RunRecord


def number_told(value: float) -> str:
    """A figure: three places up to 1, fewer above, where totals of points lie."""
    return f"{value:.3f}" if abs(value) <= 1.0 else f"{value:,.1f}"


def interval_told(low: float | None, high: float | None) -> str:
    """An interval; a dash where there is none."""
    return "-" if low is None or high is None else f"{number_told(low)} to {number_told(high)}"


def spread_told(spread: Spread | None) -> str:
    """Median and 90th percentile of seconds."""
    return "-" if spread is None else f"{spread.median:.2f} s median, {spread.p90:.2f} s at 90 %"


def costs_told(report: Report) -> Iterator[tuple[str, str]]:
    """What a run took, by name."""
    run, tokens = report.run, report.tokens
    yield "time", f"{run.seconds:,.0f} s over all sittings"
    yield "a sample", spread_told(report.seconds_per_sample)
    if report.seconds_per_page is not None:
        yield "a page", spread_told(report.seconds_per_page)
    if report.run_seconds_per_page is not None:
        yield "pages read", f"{run.n_pages_read:,}, {report.run_seconds_per_page:.2f} s of the whole run each"
    else:
        yield "pages read", f"{run.n_pages_read:,}"
    if tokens.prompt or tokens.output:
        visual = "not told" if tokens.visual is None else f"{tokens.visual:,}"
        yield (
            "tokens",
            (
                f"{tokens.prompt:,} of prompts (of images: {visual}; known already: {tokens.cached:,}), "
                f"{tokens.output:,} written"
            ),
        )
        each = [f"{tokens.per_sample:,.0f} a sample"]
        each += [f"{tokens.per_page:,.0f} a page read"] if tokens.per_page is not None else []
        each += [f"{tokens.visual_per_page:,.0f} visual"] if tokens.visual_per_page is not None else []
        yield "tokens each", ", ".join(each)
    else:
        yield "tokens", "none: no vision-language model was asked, or it told none"
    if run.cost is None:
        yield "cost", "unknown: the settings have no prices"
    else:
        by_page = "" if report.cost_per_page is None else f", {report.cost_per_page:.5f} a page read"
        yield "cost", f"{run.cost:,.4f} {run.currency}{by_page}"


def run_told(run: RunRecord) -> Iterator[tuple[str, str]]:
    """What was measured with what, by name."""
    machine = run.hardware
    yield "data set", f"{run.dataset}, {run.split}, {run.n_samples:,} samples"
    yield "data", run.data
    yield "model", run.model or "none"
    yield from run.engines.items()
    yield "visual tokens", "by the fidelity rule" if run.visual_tokens is None else f"at most {run.visual_tokens:,}"
    yield "profile", run.profile
    yield "seed", str(run.seed)
    yield "docai", run.docai_version
    gpu = f", {machine.gpu}" if machine.gpu else ""
    yield "machine", f"{machine.processor}, {machine.n_cores} cores, {machine.memory_gib:.0f} GiB{gpu}"
    yield "began", f"{run.started_at:%Y-%m-%d %H:%M} {run.started_at.tzname() or ''}".rstrip()
    yield "ended", f"{run.finished_at:%Y-%m-%d %H:%M}" if run.finished_at is not None else "not finished"
    yield "contamination", "not asked for" if run.contamination is None else "see below"
