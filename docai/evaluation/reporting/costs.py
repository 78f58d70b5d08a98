"""What a run took: seconds, tokens, money."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from docai.domain.generations import TokenUsage
from docai.evaluation.predictions import Prediction
from docai.evaluation.reporting.report import Spread, Tokens
from docai.evaluation.running.run_record import RunRecord
from docai.evaluation.samples import Task


def spread(values: Sequence[float]) -> Spread | None:
    """Median and 90th percentile; None of none."""
    if not values:
        return None
    median, p90 = np.quantile(values, [0.5, 0.9])
    return Spread(n=len(values), median=float(median), p90=float(p90))


def seconds_per_page(task: Task, predictions: Sequence[Prediction]) -> Spread | None:
    """Of each sample whose pages were read; None where more than reading was asked for."""
    if task is not Task.PARSE:
        return None
    return spread([each.seconds / each.n_pages for each in predictions if each.n_pages])


def tokens(run: RunRecord, predictions: Sequence[Prediction]) -> Tokens:
    """What a vision-language model took for at least one prediction."""
    used, visual = total_usage(predictions), visual_tokens(predictions)
    pages = run.n_pages_read
    return Tokens(
        prompt=used.prompt_tokens,
        visual=visual,
        cached=used.cached_tokens,
        output=used.output_tokens,
        per_page=(used.prompt_tokens + used.output_tokens) / pages if pages else None,
        visual_per_page=visual / pages if pages and visual is not None else None,
        per_sample=(used.prompt_tokens + used.output_tokens) / len(predictions),
    )


def total_usage(predictions: Sequence[Prediction]) -> TokenUsage:
    """All tokens of a vision-language model; for those of images see `visual_tokens`."""
    return sum((each.usage for each in predictions), TokenUsage())


def visual_tokens(predictions: Sequence[Prediction]) -> int | None:
    """Tokens of images; None where a prediction that took any tokens does not tell them."""
    asked = [each.usage for each in predictions if each.usage.prompt_tokens]
    if any(usage.visual_tokens is None for usage in asked):
        return None
    return sum(usage.visual_tokens or 0 for usage in asked)
