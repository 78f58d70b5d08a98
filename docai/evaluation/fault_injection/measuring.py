"""Faults of every kind put into readings of pages whose truth is known, and how many of them are flagged."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from statistics import median

from docai.domain.geometry import Box
from docai.evaluation.fault_injection.calibrating import Observation, observations
from docai.evaluation.fault_injection.faults import Fault, Faulted, FaultKind
from docai.evaluation.fault_injection.figures import Miss, Row, Share
from docai.evaluation.fault_injection.judging import Judged, Unit, judge, place_of
from docai.evaluation.fault_injection.table_faults import TABLE_KINDS, fault_tables
from docai.evaluation.fault_injection.text_faults import TEXT_KINDS, fault_text, sentences_of
from docai.evaluation.fault_injection.truth import TruthPage
from docai.pdf.draw_needles_text import Chance

_MIN_IOU = 0.5
"""Boxes that share so much of their union are of the same cell."""
_MOST_SENTENCES = 2000
_DRAWN_SENTENCES = 50
"""Those that are invented where a set has one document only."""
_OF_TEXT = 2
"""Blocks of text are fewer than cells: so many times the share of them have faults."""
MEASURED = frozenset(
    {
        FaultKind.CELL_DIGITS,
        FaultKind.CELL_LETTERS,
        FaultKind.INVENTED_ROW,
        FaultKind.TEXT_DIGITS,
        FaultKind.TEXT_LETTERS,
        FaultKind.INVENTED_SENTENCE,
    }
)
"""Confidences are measured on readings with these faults."""


@dataclass(frozen=True, slots=True)
class Injection:
    """What faults are put in, and how many."""

    seed: int = 1
    share: float = 0.05
    """Of cells; of blocks of text, which are fewer, twice as many."""
    rounds: int = 2
    """How often each page is read with each kind of fault; by turns with and without the boxes of its blocks."""


@dataclass(slots=True)
class Outcome:
    """What came of all pages so far."""

    rows: list[Row] = field(default_factory=list)
    misses: list[Miss] = field(default_factory=list)
    clean: list[tuple[TruthPage, Judged]] = field(default_factory=list)
    """Each page read once without faults."""
    observed: list[Observation] = field(default_factory=list)
    """Values of readings with misread characters or made-up values."""
    page_ms: list[float] = field(default_factory=list)
    n_pages: int = 0

    @property
    def ground_ms_per_page(self) -> float | None:
        """Median over all readings."""
        return round(median(self.page_ms), 2) if self.page_ms else None


def measure(pages: Sequence[TruthPage], injection: Injection, outcome: Outcome, *, on_page: Callable[[], None]) -> None:
    """Put faults into each page and add what is flagged.

    Args:
        pages: of one set.
        injection: what is put in.
        outcome: gets what came of it.
        on_page: called after each page.
    """
    sentences = _sentences(pages)
    lot = Chance(injection.seed)
    drawn = [lot.sentence() for _ in range(_DRAWN_SENTENCES)]
    for page in pages:
        others = [text for name, text in sentences if name != page.name] or drawn
        for number in range(injection.rounds):
            # A string seeds alike in every process, whatever the order of pages.
            chance = Random(f"{injection.seed} {page.source} {page.name} {page.page_number} {number}")  # noqa: S311
            _measure_page(page, number, injection, chance, others, outcome)
        outcome.n_pages += 1
        on_page()


def _sentences(pages: Iterable[TruthPage]) -> list[tuple[str, str]]:
    """Sentences of all pages with the name of their document."""
    found = [(page.name, s) for page in pages for b in page.blocks if b.table is None for s in sentences_of(b.text)]
    return found[:: max(1, len(found) // _MOST_SENTENCES)]


def _measure_page(
    page: TruthPage, number: int, injection: Injection, chance: Random, others: Sequence[str], outcome: Outcome
) -> None:
    read = page.as_read() if number % 2 == 0 else page.as_read_without_boxes()
    clean = _judge(Faulted(read, ()), outcome)
    truth = replace(clean, faulted=Faulted(replace(read, blocks=page.blocks), ()))
    outcome.rows += [_clean_row(page, clean, of_cells=True), _clean_row(page, clean, of_cells=False)]
    outcome.misses += _false_flags(page, FaultKind.NONE, clean)
    if number == 0:
        outcome.clean.append((page, clean))
    outcome.rows += _boxes(page, clean)
    for kind, faulted in _faulted(read, injection.share, chance, others):
        faults = [f for f in faulted.faults if f.missing is None or place_of(f.missing, truth) is not None]
        if not faults:
            continue
        judged = _judge(faulted, outcome)
        found = [judged.is_found(fault, truth) for fault in faults]
        outcome.rows.append(_row(page, kind, found, judged))
        outcome.misses += [_miss(page, kind, f, judged, truth) for f, hit in zip(faults, found, strict=True) if not hit]
        if kind is FaultKind.TOTALS:
            outcome.rows.append(_by_sum_alone(page, faults, judged))
        if kind in MEASURED:
            outcome.observed += observations(page, judged, of_cells=kind in TABLE_KINDS)


def _judge(faulted: Faulted, outcome: Outcome) -> Judged:
    start = time.perf_counter()
    judged = judge(faulted)
    outcome.page_ms.append((time.perf_counter() - start) * 1000)
    return judged


def _faulted(
    page: TruthPage, share: float, chance: Random, others: Sequence[str]
) -> Iterator[tuple[FaultKind, Faulted]]:
    if any(block.table is not None for block in page.blocks):
        for kind in TABLE_KINDS:
            yield kind, fault_tables(page, kind, share, chance)
    for kind in TEXT_KINDS:
        yield kind, fault_text(page, kind, min(1.0, _OF_TEXT * share), chance, others)


def _clean_row(page: TruthPage, judged: Judged, *, of_cells: bool) -> Row:
    kind = "clean_cells" if of_cells else "clean_text"
    return Row(source=page.source, kind=kind, false=_false(judged, of_cells=of_cells))


def _row(page: TruthPage, kind: FaultKind, found: Sequence[bool], judged: Judged) -> Row:
    false = _false(judged, of_cells=kind in TABLE_KINDS)
    return Row(source=page.source, kind=kind.value, found=Share(hits=sum(found), n=len(found)), false=false)


def _by_sum_alone(page: TruthPage, faults: Sequence[Fault], judged: Judged) -> Row:
    """Wrong totals that adding up would find if no witness were at hand."""
    hits = sum(any((fault.block, cell) in judged.flagged.sums for cell in fault.cells) for fault in faults)
    return Row(source=page.source, kind="totals_by_sum_alone", found=Share(hits=hits, n=len(faults)))


def _false(judged: Judged, *, of_cells: bool) -> Share:
    """Clean cells, or clean blocks of text, that are flagged."""
    clean = [judged.is_flagged(unit) for unit, _ in judged.clean_units() if (unit.cell is not None) == of_cells]
    return Share(hits=sum(clean), n=len(clean))


def _boxes(page: TruthPage, clean: Judged) -> list[Row]:
    """Cells whose box is the true one."""
    hits = n = 0
    for block, read in zip(page.blocks, clean.parse.blocks, strict=True):
        if block.table is None or read.table is None:
            continue
        for cell, found in zip(block.table.cells, read.table.cells, strict=True):
            if cell.box is not None and cell.text.strip() and found.evidence is not None:
                box = found.evidence.box
                hits, n = hits + (box is not None and box.iou(cell.box) >= _MIN_IOU), n + 1
    return [Row(source=page.source, kind="cell_boxes", found=Share(hits=hits, n=n))] if n else []


def _miss(page: TruthPage, kind: FaultKind, fault: Fault, judged: Judged, truth: Judged) -> Miss:
    box: Box | None
    if fault.missing is not None:
        box, evidence = place_of(fault.missing, truth), None
    else:
        at = Unit(fault.block, min(fault.cells, default=None))
        evidence = next((e for unit, e in judged.units() if unit == at), None)
        box = evidence.box if evidence else None
    return Miss(
        source=page.source,
        name=page.name,
        page_number=page.page_number,
        kind=kind,
        is_false_flag=False,
        was=fault.was,
        now=fault.now,
        heard=evidence.witness_text if evidence else None,
        verdict=evidence.verdict.value if evidence else None,
        box=(box.x0, box.y0, box.x1, box.y1) if box else None,
    )


def _false_flags(page: TruthPage, kind: FaultKind, judged: Judged) -> Iterator[Miss]:
    for unit, evidence in judged.clean_units():
        if judged.is_flagged(unit):
            box = evidence.box
            text = judged.text_of(unit)
            yield Miss(
                source=page.source,
                name=page.name,
                page_number=page.page_number,
                kind=kind,
                is_false_flag=True,
                was=text,
                now=text,
                heard=evidence.witness_text,
                verdict=evidence.verdict.value,
                box=(box.x0, box.y0, box.x1, box.y1) if box else None,
            )
