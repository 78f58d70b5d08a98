"""What was read, with its evidence: which of the page's words say it, and whether they agree."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel

from docai.domain.charts import Chart, DataPoint
from docai.domain.evidence import Coverage, Evidence, Verdict
from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import Cell, Table
from docai.domain.words import PageWords, Witness

NEAR = 0.5
"""Readings that share at least this part of their characters are of the same print: one of the two is wrong."""

_UNLIKE = frozenset({Verdict.CONFLICT, Verdict.PARTIAL, Verdict.MODEL_ONLY})
"""What a comparison by characters may say of a formula although it is right: LaTeX is not what is printed."""

_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
_QUOTES = str.maketrans("\u2018\u2019\u201c\u201d", "''\"\"")
_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class _Reading:
    """A value as the reader gave it, and where."""

    text: str
    box: Box | None
    word_ids: tuple[int, ...]


def ground(
    parse: PageParse, words: PageWords, *, reader: str, min_confidence: float, unsaid: Collection[int] = ()
) -> PageParse:
    """The parse with evidence on every block, table cell and chart value, and with the page's coverage.

    Blocks that have evidence keep it.

    Args:
        parse: what was read; blocks and cells name the words they were read from.
        words: the witness: the page's words, which the word ids index.
        reader: what read the values: an engine's name and version.
        min_confidence: 0 to 1; a value whose least sure word is below is illegible.
        unsaid: ids of words that stand among those of a value without being said by it: they tell against the value,
            and are not covered.
    """
    witness = _Page(words, reader, parse.page_number, min_confidence)
    blocks = tuple(block if block.evidence else witness.grounded(block) for block in parse.blocks)
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
    """The witness of a page, and who read it."""

    words: PageWords
    reader: str
    page_number: int
    min_confidence: float

    def grounded(self, block: Block) -> Block:
        """A block with evidence, its cells and chart values too."""
        evidence = self._evidence(_Reading(block.text, block.box, block.word_ids))
        changes: dict[str, object] = {"evidence": evidence}
        if block.table is not None:
            changes["table"] = self._table(block.table)
        if block.chart is not None:
            chart = self._chart(block.chart, block.word_ids)
            changes |= {"chart": chart, "evidence": _with_verdict(evidence, _verdict_of_chart(chart))}
        elif block.kind is BlockKind.FORMULA and evidence.verdict in _UNLIKE:
            changes["evidence"] = _with_verdict(evidence, Verdict.PARTIAL if block.word_ids else Verdict.MODEL_ONLY)
        return block.model_copy(update=changes)

    def _table(self, table: Table) -> Table:
        return table.model_copy(update={"cells": tuple(self._cell(cell) for cell in table.cells)})

    def _cell(self, cell: Cell) -> Cell:
        evidence = self._evidence(_Reading(cell.text, cell.box, cell.word_ids))
        return cell.model_copy(update={"evidence": evidence})

    def _chart(self, chart: Chart, word_ids: Sequence[int]) -> Chart:
        left = list(word_ids)
        series = tuple(
            each.model_copy(update={"points": tuple(self._point(point, left) for point in each.points)})
            for each in chart.series
        )
        return chart.model_copy(update={"series": series})

    def _point(self, point: DataPoint, left: list[int]) -> DataPoint:
        """A value with the printed number that says it, which then says no other; most charts print none."""
        said = normalised(point.text)
        found = next((i for i in left if said and normalised(self.words.words[i].text) == said), None)
        if found is not None:
            left.remove(found)
        reading = _Reading(point.text, point.box, () if found is None else (found,))
        evidence = self._evidence(reading)
        return point.model_copy(update={"evidence": evidence, "box": point.box or evidence.box})

    def _evidence(self, reading: _Reading) -> Evidence:
        return _evidence(
            reading,
            self.words,
            reader=self.reader,
            page_number=self.page_number,
            min_confidence=self.min_confidence,
        )


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


def _evidence(reading: _Reading, words: PageWords, *, reader: str, page_number: int, min_confidence: float) -> Evidence:
    seen = [words.words[i] for i in reading.word_ids]
    witness_text = " ".join(word.text for word in seen)
    confidence = min((word.confidence for word in seen), default=0.0 if reading.text.strip() else 1.0)
    if seen and confidence < min_confidence:
        verdict = Verdict.ILLEGIBLE
    else:
        verdict = _verdict(reading.text, [word.text for word in seen], words.witness)
    differs = bool(seen) and witness_text.split() != reading.text.split()
    return Evidence(
        reader=reader,
        witness=words.witness if seen else None,
        verdict=verdict,
        page_number=page_number,
        box=Box.around(word.box for word in seen) or reading.box,
        word_ids=reading.word_ids,
        witness_text=witness_text if differs else None,
        confidence=confidence,
    )


def _verdict(text: str, seen: Sequence[str], witness: Witness | None) -> Verdict:
    """What words that are sure of themselves say of a value."""
    if not text.strip() and not seen:
        return Verdict.EMPTY
    if not seen:
        return Verdict.MODEL_ONLY
    if text.split() == " ".join(seen).split():
        return Verdict.EXACT if witness is Witness.TEXT_LAYER else Verdict.OCR_AGREE
    if normalised(text) == normalised(" ".join(seen)):
        return Verdict.NORMALISED if witness is Witness.TEXT_LAYER else Verdict.OCR_AGREE
    return _disagreement(text, seen)


def _disagreement(text: str, seen: Sequence[str]) -> Verdict:
    """How far apart a value and its words are, by what is left when the words they share are taken away."""
    said, heard = Counter(text.split()), Counter(" ".join(seen).split())
    only_said, only_heard = " ".join((said - heard).elements()), " ".join((heard - said).elements())
    if not only_said or (only_heard and Indel.normalized_similarity(only_said, only_heard) >= NEAR):
        return Verdict.CONFLICT
    return Verdict.PARTIAL if said & heard else Verdict.MODEL_ONLY


def normalised(text: str) -> str:
    """The characters that matter: without white space, ligatures, thousands marks, and hyphens inside words."""
    plain = unicodedata.normalize("NFKC", text.replace("\u00ad", "")).translate(_DASHES).translate(_QUOTES)
    tight = "".join(plain.split())
    return _THOUSANDS.sub("", _HYPHEN.sub("", tight))
