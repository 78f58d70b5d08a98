"""OCRBench v2: docai's reading of a picture as its reply to questions that ask for just that."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from docai.dialects.chart_table import rows_of_table
from docai.domain.tables import Table
from docai.evaluation.metrics.table_grids import pubtabnet_html
from docai.evaluation.predictions import PredictedPage, Prediction
from docai.evaluation.scoring.ocrbench_v2_tasks import OcrBenchV2Truth


def reading_reply(prediction: Prediction, truth: OcrBenchV2Truth) -> str | None:
    """What was read, in the form that the question asks for; None where nothing was.

    The text of a page line by line, a document as Markdown, and of a page's tables the one with most cells.
    """
    return _READ[truth.type](prediction.pages, truth) or None


def _text(pages: Sequence[PredictedPage], _: OcrBenchV2Truth) -> str:
    return "\n".join(page.text for page in pages if page.text)


def _markdown(pages: Sequence[PredictedPage], _: OcrBenchV2Truth) -> str:
    return "\n".join(page.markdown.strip() for page in pages if page.markdown)


def _table(pages: Sequence[PredictedPage], truth: OcrBenchV2Truth) -> str:
    tables = [table for page in pages if page.parse is not None for table in page.parse.tables if table.cells]
    if not tables:
        return ""
    largest = max(tables, key=lambda table: len(table.cells))
    return pubtabnet_html(largest, with_sections=False) if truth.wants_html else _piped(largest)


def _piped(table: Table) -> str:
    """Every table has a head, since the metric drops the second line whatever it holds."""
    lines = ([" ".join(text.split()) for text in row] for row in rows_of_table(table))
    head, *rows = (f"| {' | '.join(line)} |" for line in lines)
    return "\n".join([head, f"|{' --- |' * table.n_cols}", *rows])


_READ: dict[str, Callable[[Sequence[PredictedPage], OcrBenchV2Truth], str]] = {
    "full-page OCR en": _text,
    "full-page OCR cn": _text,
    "document parsing en": _markdown,
    "document parsing cn": _markdown,
    "table parsing en": _table,
    "table parsing cn": _table,
}
READING = tuple(_READ)
"""Question types that ask for what a page, document or table says, and for nothing else."""
