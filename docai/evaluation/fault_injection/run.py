"""An evaluation from its options to its report: sets are opened, faults put in, confidences and citations measured."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any

from docai.errors import DocaiError
from docai.evaluation.fault_injection.calibrating import fit, held_out
from docai.evaluation.fault_injection.citation_faults import measure_citations
from docai.evaluation.fault_injection.drawn_charts import measure_charts
from docai.evaluation.fault_injection.drawn_truth import drawn_pages
from docai.evaluation.fault_injection.figures import Miss, Report, Row, total
from docai.evaluation.fault_injection.measuring import Injection, Outcome, measure
from docai.evaluation.fault_injection.opening import Opener
from docai.evaluation.fault_injection.page_truth import article_pages
from docai.evaluation.fault_injection.scan_truth import scan_pages
from docai.evaluation.fault_injection.table_truth import table_pages
from docai.evaluation.fault_injection.truth import TruthPage
from docai.evaluation.watching import Watcher
from docai.grounding.calibration import CalibrationTable
from docai.pdf.draw_chart import KINDS

_TruthReader = Callable[[Path, Mapping[str, Any], Opener], Iterator[TruthPage]]


_DOCUMENTS_PER_CHART = 4
"""So many drawn documents to a chart of each kind, of which there are ten."""


class Part(StrEnum):
    """What can be evaluated by itself."""

    TABLES = "tables"
    PAGES = "pages"
    SCANS = "scans"
    CITATIONS = "citations"
    CHARTS = "charts"
    DRAWN = "drawn"


_SETS: dict[Part, tuple[tuple[str, _TruthReader], ...]] = {
    Part.TABLES: (("tables", table_pages),),
    Part.PAGES: (("pages", article_pages),),
    Part.SCANS: (("receipts", scan_pages), ("forms", scan_pages)),
}
"""Folders of each part, and what reads their truth."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is evaluated."""

    data: Path | None
    """A folder of sets, each with its manifest; None: only what is drawn here."""
    parts: frozenset[Part]
    injection: Injection
    n_drawn: int
    """Documents that are drawn, once as they are and once as scans; of charts a quarter of each kind."""
    scratch: Path
    """Where drawn documents are written."""


@dataclass(slots=True)
class Evaluated:
    """What came of it."""

    report: Report
    misses: list[Miss]
    outcome: Outcome
    paths: dict[tuple[str, str], Path] = field(default_factory=dict)
    """Of the documents, by set and name."""

    def fitted(self, version: str) -> CalibrationTable:
        """A table of confidences fitted on the documents that are not held out."""
        return fit(self.outcome.observed, version=version, share=self.report.share)


def evaluate(options: Options, opener: Opener, watcher: Watcher) -> Evaluated:
    """Measure all parts that are asked for."""
    start = time.perf_counter()
    outcome, paths = Outcome(), dict[tuple[str, str], Path]()
    n_unreadable = 0
    for pages, n_failed in _sets(options, opener, watcher):
        n_unreadable += n_failed
        by_source: dict[str, list[TruthPage]] = {}
        for page in pages:
            by_source.setdefault(page.source, []).append(page)
            paths[page.source, page.name] = page.path
        for source, members in by_source.items():
            watcher.begin(f"{source}: faults", len(members))
            measure(members, options.injection, outcome, on_page=watcher.advance)
    rows = outcome.rows
    if Part.CITATIONS in options.parts:
        rows = [*rows, *_citations(outcome, options.injection.seed)]
    if Part.CHARTS in options.parts and options.n_drawn:
        rows = [*rows, *_charts(options, opener, watcher)]
    report = Report(
        seed=options.injection.seed,
        share=options.injection.share,
        rounds=options.injection.rounds,
        n_pages=outcome.n_pages,
        n_unreadable=n_unreadable,
        seconds=round(time.perf_counter() - start, 1),
        ground_ms_per_page=outcome.ground_ms_per_page,
        rows=tuple(total(rows)),
        calibration=tuple(held_out(outcome.observed)),
    )
    return Evaluated(report, outcome.misses, outcome, paths)


def _sets(options: Options, opener: Opener, watcher: Watcher) -> Iterator[tuple[list[TruthPage], int]]:
    """The pages of each set, and how many of its files could not be read."""
    if options.data is not None:
        for part, sets in _SETS.items():
            for name, read in sets if part in options.parts else ():
                yield _read_set(options.data / name, read, opener, watcher)
    if Part.DRAWN in options.parts and options.n_drawn:
        for as_scans in (False, True):
            watcher.begin("scans: drawn and read" if as_scans else "documents: drawn and read", options.n_drawn)
            pages = []
            for page in drawn_pages(
                options.n_drawn, options.injection.seed, options.scratch, opener, as_scans=as_scans
            ):
                pages.append(page)
                watcher.advance()
            yield pages, 0


def _read_set(folder: Path, read: _TruthReader, opener: Opener, watcher: Watcher) -> tuple[list[TruthPage], int]:
    items = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["items"]
    watcher.begin(f"{folder.name}: read", len(items))
    pages: list[TruthPage] = []
    n_failed = 0
    for item in items:
        try:
            pages += read(folder, item, opener)
        except DocaiError:
            n_failed += 1
        watcher.advance()
    return pages, n_failed


def _charts(options: Options, opener: Opener, watcher: Watcher) -> list[Row]:
    n = math.ceil(options.n_drawn / _DOCUMENTS_PER_CHART)
    watcher.begin("charts: drawn and read", n * len(KINDS))
    given = options.injection
    numbers = range(given.seed, given.seed + n)
    return measure_charts(numbers, given.share, options.scratch, opener, on_chart=watcher.advance)


def _citations(outcome: Outcome, seed: int) -> list[Row]:
    rows: list[Row] = []
    for source in dict.fromkeys(page.source for page, _ in outcome.clean):
        members = [entry for entry in outcome.clean if entry[0].source == source]
        rows += measure_citations(members, Random(f"{seed} {source} citations"))  # noqa: S311
    return rows
