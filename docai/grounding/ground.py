"""What was read, with its evidence: which of the page's words say it, and whether they agree."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from docai.domain.charts import Chart, DataPoint
from docai.domain.evidence import BoxSource, Coverage, Evidence, Verdict
from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import Cell, Table
from docai.domain.words import PageWords, Witness
from docai.grounding.lines import around
from docai.grounding.second_witness import SecondWitness
from docai.grounding.spelling import is_same
from docai.grounding.verdicts import Judgement, judge

_UNLIKE = frozenset({Verdict.CONFLICT, Verdict.PARTIAL, Verdict.MODEL_ONLY})
"""What a comparison by characters may say of a formula although it is right: LaTeX is not what is printed."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """A value as the reader gave it, and where."""

    text: str
    box: Box | None
    word_ids: tuple[int, ...]
    confidence: float | None = None
    """0 to 1: how sure the reader was; None where it does not tell."""


def ground(
    parse: PageParse,
    words: PageWords,
    *,
    reader: str,
    min_confidence: float,
    unsaid: Collection[int] = (),
    second: PageWords | None = None,
) -> PageParse:
    """The parse with evidence on every block, table cell and chart value, and with the page's coverage.

    Blocks that have evidence keep it. Where the witness that is believed is silent and the other one reads something
    where the value stands, the verdict is the other's.

    Args:
        parse: what was read; blocks and cells name the words they were read from.
        words: the witness that is believed: the page's words, which the word ids index.
        reader: what read the values: an engine's name and version.
        min_confidence: 0 to 1; a value whose least sure word is below is illegible.
        unsaid: ids of words that stand among those of a value without being said by it: they tell against the value,
            and are not covered.
        second: the other witness's words, where it was heard.
    """
    other = None if second is None else SecondWitness(second, min_confidence=min_confidence)
    page = _Page(words, reader, parse.page_number, min_confidence, other)
    blocks = tuple(block if block.evidence else page.read_by(block.reader).grounded(block) for block in parse.blocks)
    return parse.model_copy(update={"blocks": blocks, "coverage": coverage(blocks, len(words.words), unsaid)})


def coverage(blocks: Sequence[Block], n_words: int, unsaid: Collection[int] = ()) -> Coverage:
    """Which of a page's words some block or cell names, without those that none says."""
    covered = {i for block in blocks for i in block.word_ids}
    covered |= {i for block in blocks if block.table for cell in block.table.cells for i in cell.word_ids}
    covered -= set(unsaid)
    omitted = tuple(i for i in range(n_words) if i not in covered)
    return Coverage(n_words=n_words, n_covered=n_words - len(omitted), omitted_word_ids=omitted)


@dataclass(frozen=True, slots=True)
class _Page:
    """The witnesses of a page, and who read it."""

    words: PageWords
    reader: str
    page_number: int
    min_confidence: float
    second: SecondWitness | None

    def read_by(self, reader: str | None) -> _Page:
        """The same for a block that another reader than the page's own has read."""
        return self if reader is None else replace(self, reader=reader)

    def grounded(self, block: Block) -> Block:
        """A block with evidence, its cells and chart values too."""
        evidence = self._evidence(_Reading(block.text, block.box, block.word_ids, block.reader_confidence))
        changes: dict[str, object] = {"evidence": evidence}
        if block.table is not None:
            changes["table"] = self._table(block.table, block.reader_confidence)
        if block.chart is not None:
            chart = self._chart(block.chart, block)
            changes |= {"chart": chart, "evidence": _with_verdict(evidence, _verdict_of_chart(chart))}
        elif block.kind is BlockKind.FORMULA and evidence.verdict in _UNLIKE:
            changes["evidence"] = _with_verdict(evidence, Verdict.PARTIAL if block.word_ids else Verdict.MODEL_ONLY)
        return block.model_copy(update=changes)

    def _table(self, table: Table, confidence: float | None) -> Table:
        return table.model_copy(update={"cells": tuple(self._cell(cell, confidence) for cell in table.cells)})

    def _cell(self, cell: Cell, confidence: float | None) -> Cell:
        evidence = self._evidence(_Reading(cell.text, cell.box, cell.word_ids, confidence))
        return cell.model_copy(update={"evidence": evidence})

    def _chart(self, chart: Chart, block: Block) -> Chart:
        left = list(block.word_ids)
        series = tuple(
            each.model_copy(
                update={"points": tuple(self._point(point, left, block.reader_confidence) for point in each.points)}
            )
            for each in chart.series
        )
        return chart.model_copy(update={"series": series})

    def _point(self, point: DataPoint, left: list[int], confidence: float | None) -> DataPoint:
        """A value with the printed number that says it, which then says no other; most charts print none."""
        words = self.words.words
        found = next((i for i in left if point.text.strip() and is_same(point.text, words[i].text)), None)
        if found is not None:
            left.remove(found)
        evidence = self._evidence(_Reading(point.text, point.box, () if found is None else (found,), confidence))
        return point.model_copy(update={"evidence": evidence, "box": point.box or evidence.box})

    def _evidence(self, reading: _Reading) -> Evidence:
        """A value's evidence by the witness that is believed, and by the other where that one is silent."""
        said = _said_by(reading, self.words, self.min_confidence)
        heard_too = self.second.on(reading.text, said.box) if self.second is not None else None
        second = None
        if heard_too is not None:
            second, judgement = heard_too
            if said.witness is None and reading.text.strip():
                said = _Said(second.witness, judgement, second.text.split(), second.box, second.confidence)
        sureness = said.confidence
        return Evidence(
            reader=self.reader,
            witness=said.witness,
            verdict=said.judgement.verdict,
            page_number=self.page_number,
            box=said.box,
            box_source=None if said.box is None else BoxSource.WITNESS if said.witness else BoxSource.READER,
            word_ids=reading.word_ids,
            witness_text=" ".join(said.heard) if said.heard and said.heard != reading.text.split() else None,
            differences=said.judgement.differences,
            similarity=said.judgement.similarity,
            witness_confidence=sureness,
            reader_confidence=reading.confidence,
            confidence=sureness if sureness is not None else 0.0 if reading.text.strip() else 1.0,
            second=second,
        )


@dataclass(frozen=True, slots=True)
class _Said:
    """What a witness says of a value."""

    witness: Witness | None
    """None where it is silent."""
    judgement: Judgement
    heard: list[str]
    box: Box | None
    confidence: float | None


def _said_by(reading: _Reading, words: PageWords, min_confidence: float) -> _Said:
    """What the witness that is believed says."""
    seen = [words.words[i] for i in reading.word_ids]
    judgement = judge(reading.text, seen, words.witness, min_confidence=min_confidence)
    if not seen:
        return _Said(None, judgement, [], reading.box, None)
    confidence = min(word.confidence for word in seen)
    return _Said(words.witness, judgement, [word.text for word in seen], around(seen), confidence)


def _verdict_of_chart(chart: Chart) -> Verdict:
    """What the witness says of a chart's values together: some print confirms all of them, some of them, or none."""
    found = {p.evidence.verdict for each in chart.series for p in each.points if p.evidence} - {Verdict.EMPTY}
    if not found:
        return Verdict.MODEL_ONLY
    if len(found) == 1:
        return found.pop()
    return Verdict.NORMALISED if found == {Verdict.EXACT, Verdict.NORMALISED} else Verdict.PARTIAL


def _with_verdict(evidence: Evidence, verdict: Verdict) -> Evidence:
    return evidence.model_copy(update={"verdict": verdict})
