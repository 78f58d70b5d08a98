"""Tables of pages: found, and alike in structure, content and place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from pydantic import ValidationError

from docai.domain.geometry import PageSize
from docai.domain.tables import Table
from docai.evaluation.metrics.adjacency import adjacency_relations
from docai.evaluation.metrics.grits import grits_con, grits_loc, grits_top
from docai.evaluation.metrics.precision_recall import PrecisionRecall
from docai.evaluation.metrics.table_grids import pubtabnet_html, tiled
from docai.evaluation.metrics.table_matching import FOUND, table_pairs
from docai.evaluation.metrics.table_regions import with_regions
from docai.evaluation.metrics.teds import table_teds, teds
from docai.evaluation.predictions import PredictedPage, Prediction
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.scorer import ItemScore, Scored
from docai.evaluation.scoring.true_tables import PageTablesTruth, TrueTable

_LONGEST_TEXT = 400
_ANY_SIZE = PageSize(width_pt=595.0, height_pt=842.0)
_NOTHING = PrecisionRecall(0.0, 0, 0)


@dataclass(frozen=True, slots=True)
class PageTablesScorer:
    """Scores the tables that docai read against those of `PageTablesTruth`.

    A true table is held against the predicted one of its pages that shares most words with it; one without a
    counterpart scores 0. Per true table: `teds` and `teds_struct` of both as grids, whatever their cells are for;
    `teds_official` and `teds_struct_official` of the published HTML, with its heads and its marks of type, which docai
    does not give; `grits_top`, `grits_con`, and, where the truth has boxes, `grits_loc_grid`, which is GriTS_Loc of the
    meshes of both grids (see `with_regions`). Adjacency relations are pooled: within an item for its values, over all
    items for figures; `adjacency_f1_documents` is the harmonic mean of the documents' mean precision and recall, as the
    tables of the ICDAR 2013 competition have it.
    """

    primary: str
    """`teds_official` or `adjacency_f1`."""
    has_sections: bool = True
    """Whether the published HTML has heads and bodies."""
    is_complete: bool = True
    """Whether every table of the pages is in the truth, so that one too many counts against precision."""

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        """See `Scorer`; comparisons of tables too large for a metric count 0 and are named in the detail."""
        try:
            truth = PageTablesTruth.model_validate(sample.truth)
        except ValidationError as error:
            raise ValueError(f"{sample.id}: no truth of tables: {error}") from None
        said = [(page, tiled(table.cells)) for page in prediction.pages if page.parse for table in page.parse.tables]
        true = [table.tables(truth.unit, _size(table, prediction.pages)) for table in truth.tables]
        pairs = table_pairs([table for _, table in said], true, lambda j, i: said[j][0].number in truth.tables[i].pages)
        tables, relations = [], _NOTHING
        for i, readings in enumerate(true):
            j, overlap = pairs.get(i, (None, 0.0))
            table, counts = self._table(truth.tables[i], readings, None if j is None else said[j][1])
            tables.append({"pages": list(truth.tables[i].pages), "overlap": overlap, **table})
            relations += counts
        if self.is_complete:
            partners = {j for j, _ in pairs.values()}
            for j, (_, extra) in enumerate(said):
                if j not in partners:
                    relations += PrecisionRecall(0.0, adjacency_relations(extra, tiled(())).n_said, 0)
        detail = {
            "tables": tables,
            "n_said": len(said),
            "relations": [relations.right, relations.n_said, relations.n_true],
        }
        values = _means([table["values"] for table in tables])
        if relations.n_said or relations.n_true:
            values |= _adjacency(relations)
        return ItemScore(values, detail)

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        """See `Scorer`: means over all true tables, and what is counted pooled."""
        details = [each.score.detail for each in scored]
        tables = [table for detail in details for table in detail["tables"]]
        found = _means([table["values"] for table in tables])
        pools = [PrecisionRecall(*detail["relations"]) for detail in details]
        total = sum(pools, _NOTHING)
        if total.n_true:
            found |= _adjacency(total)
            each = [pool for pool in pools if pool.n_true]
            precision = fmean(pool.precision if pool.n_said else 0.0 for pool in each)
            recall = fmean(pool.recall for pool in each)
            found["adjacency_f1_documents"] = 2 * precision * recall / (precision + recall) if precision else 0.0
        if tables:
            n_found = sum(table["overlap"] >= FOUND for table in tables)
            found["tables_found"] = n_found / len(tables)
            n_said = sum(detail["n_said"] for detail in details)
            if self.is_complete and n_said:
                found["tables_right"] = n_found / n_said
        return found

    def truth_text(self, sample: Sample) -> str:
        """See `Scorer`."""
        truth = PageTablesTruth.model_validate(sample.truth)
        return _text([tiled_table for table in truth.tables for tiled_table in table.tables(truth.unit, None)[:1]])

    def prediction_text(self, prediction: Prediction) -> str:
        """See `Scorer`."""
        return _text([table for page in prediction.pages if page.parse for table in page.parse.tables])

    def _table(
        self, true: TrueTable, readings: Sequence[Table], said: Table | None
    ) -> tuple[dict[str, Any], PrecisionRecall]:
        """The values of one true table with its size, and its relations."""
        names = ["teds", "teds_struct", "grits_top", "grits_con"]
        names += ["grits_loc_grid"] if with_regions(readings[0]) is not None else []
        names += ["teds_official", "teds_struct_official"] if true.html is not None else []
        size = {"rows": readings[0].n_rows, "columns": readings[0].n_cols}
        if said is None:
            n_true = adjacency_relations(tiled(()), readings[0]).n_true
            return {**size, "values": dict.fromkeys(names, 0.0)}, PrecisionRecall(0.0, 0, n_true)
        counts, best = max(
            ((adjacency_relations(said, reading), reading) for reading in readings), key=lambda each: each[0].f1
        )
        values, too_large = {}, []
        for name in names:
            try:
                values[name] = self._value(name, said, best, true.html or "")
            except ValueError:
                values[name] = 0.0
                too_large.append(name)
        return {**size, "values": values, **({"too_large": too_large} if too_large else {})}, counts

    def _value(self, name: str, said: Table, true: Table, html: str) -> float:
        match name:
            case "grits_top":
                return grits_top(said, true).f1
            case "grits_con":
                return grits_con(said, true).f1
            case "grits_loc_grid":
                return grits_loc(with_regions(said) or said, with_regions(true) or true).f1
            case "teds" | "teds_struct":
                return table_teds(said, true, structure_only=name == "teds_struct")
        written = pubtabnet_html(said, with_sections=self.has_sections)
        return teds(written, html, structure_only=name == "teds_struct_official")


def _size(table: TrueTable, pages: Sequence[PredictedPage]) -> PageSize | None:
    """That of the predicted page; of a page that was not read any will do, since nothing is compared with it."""
    return next((page.size for page in pages if page.number == table.pages[0]), _ANY_SIZE)


def _adjacency(relations: PrecisionRecall) -> dict[str, float]:
    return {
        "adjacency_precision": relations.precision if relations.n_said else 0.0,
        "adjacency_recall": relations.recall,
        "adjacency_f1": relations.f1,
    }


def _means(values: Sequence[dict[str, float]]) -> dict[str, float]:
    found: defaultdict[str, list[float]] = defaultdict(list)
    for each in values:
        for name, value in each.items():
            found[name].append(value)
    return {name: fmean(each) for name, each in found.items()}


def _text(tables: Sequence[Table]) -> str:
    """How large tables are, and how they begin."""
    lines = (
        f"{table.n_rows} x {table.n_cols}: " + " | ".join(cell.text for cell in table.cells if cell.text.strip())
        for table in tables
    )
    return "; ".join(line[:_LONGEST_TEXT] for line in lines) or "no table"
