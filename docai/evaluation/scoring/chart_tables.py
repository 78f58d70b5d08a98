"""Data tables read off charts: RMS and RNSS."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from docai.domain.tables import CellRole, Table, positions
from docai.evaluation.metrics.rms import DataTable, RmsPairing, rms, rms_deplot_compat
from docai.evaluation.metrics.rnss import rnss
from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.scorer import ItemScore, Scored, mean_figures
from docai.grounding.numbers import quantity_of
from docai.rendering.charts import chart_table

_LONGEST_TEXT = 400
_REPEATED = frozenset({CellRole.COLUMN_HEADER, CellRole.ROW_HEADER})


class ChartTableTruth(BaseModel):
    """The data of a chart."""

    model_config = ConfigDict(frozen=True)

    rows: tuple[tuple[str, ...], ...] = Field(min_length=2)
    """A row of column labels, then rows that begin with their label."""
    title: str | None = None
    """None: unknown, and then a title that docai read is left out as well."""


@dataclass(frozen=True, slots=True)
class ChartTables:
    """The table that docai read off a chart, or else on its picture, against the true one.

    `rms_f1`, `rms_precision`, `rms_recall` as the paper has RMS, with a precision of 0 where nothing was read;
    `rms_f1_product` with entries paired by labels and values; `rms_deplot_compat` as DePlot's code reports it, which is
    a recall; `rnss` of the numbers of all cells, and `rnss_deplot_compat` of those that Python reads. Of several
    charts, or tables, the one with the most cells counts. See `docai.evaluation.metrics.rms` and `.rnss`.
    """

    primary: str = "rms_f1"

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        """See `Scorer`."""
        truth = ChartTableTruth.model_validate(sample.truth)
        read = _table_read(prediction)
        true = DataTable(truth.rows, truth.title)
        said = DataTable(_rows(read), None if truth.title is None or read is None else read.caption or "")
        found = rms(said, true)
        values = {
            "rms_f1": found.f1,
            "rms_precision": found.precision if found.n_said else 0.0,
            "rms_recall": found.recall,
            "rms_f1_product": rms(said, true, pairing=RmsPairing.PRODUCT).f1,
            "rms_deplot_compat": rms_deplot_compat(said, true).f1,
        }
        for name, read_number in (("rnss", _printed), ("rnss_deplot_compat", _plain)):
            if wanted := _numbers(true, read_number):
                values[name] = rnss(_numbers(said, read_number), wanted)
        return ItemScore(values, {"n_entries": found.n_said, "n_true": found.n_true})

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        """Means over charts."""
        return mean_figures(scored)

    def truth_text(self, sample: Sample) -> str:
        """The rows, as far as they fit."""
        return _told(ChartTableTruth.model_validate(sample.truth).rows)

    def prediction_text(self, prediction: Prediction) -> str:
        """The rows, as far as they fit."""
        return _told(_rows(_table_read(prediction))) or "no table"


def _table_read(prediction: Prediction) -> Table | None:
    parses = [page.parse for page in prediction.pages if page.parse is not None]
    charts = [chart_table(block.chart) for parse in parses for block in parse.blocks if block.chart is not None]
    found = [table for table in charts if table is not None] or [table for parse in parses for table in parse.tables]
    return max(found, key=lambda table: table.n_rows * table.n_cols, default=None)


def _rows(table: Table | None) -> tuple[tuple[str, ...], ...]:
    """A merged label stands in every place that it covers, any other merged cell in its first."""
    if table is None:
        return ()
    grid = [[""] * table.n_cols for _ in range(table.n_rows)]
    for cell in table.cells:
        is_label = cell.role in _REPEATED or cell.row == 0 or cell.col == 0
        for row, col in positions(cell) if is_label else [(cell.row, cell.col)]:
            grid[row][col] = cell.text
    return tuple(map(tuple, grid))


def _numbers(table: DataTable, read: Callable[[str], float | None]) -> list[float]:
    found = (read(cell) for row in table.rows for cell in row)
    return [number for number in found if number is not None and math.isfinite(number)]


def _printed(text: str) -> float | None:
    quantity = quantity_of(text)
    return None if quantity is None else float(quantity.value)


def _plain(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _told(rows: Sequence[Sequence[str]]) -> str:
    text = "; ".join(" | ".join(row) for row in rows)
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + " ..."
