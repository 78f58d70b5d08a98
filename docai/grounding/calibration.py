"""Confidence as a probability: how often values with such evidence were right, by a table fitted on injected faults."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

from pydantic import BaseModel, ConfigDict

from docai.domain.checks import CheckResult
from docai.domain.evidence import Evidence, Verdict
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import Cell, Table
from docai.domain.words import Witness

VERSION = "1"
_FILE = f"calibration.v{VERSION}.json"
OWN = "own"
"""Begins the keys of values whose reader read the page's words too."""
_AGREEING = frozenset({Verdict.EXACT, Verdict.NORMALISED, Verdict.OCR_AGREE})
_UNCALIBRATED = frozenset({BlockKind.FORMULA, BlockKind.FIGURE, BlockKind.CHART, BlockKind.TABLE})
"""What is not said in the print's own characters, and tables as a whole, whose cells have confidences of their own."""

_MANY = 4
"""Of so many words one is the likelier to be misread the more they are."""

Curve = tuple[tuple[float, float], ...]
"""Scores, ascending, with the probability that a value with that score is right; straight between them."""


class CalibrationTable(BaseModel):
    """Curves by what they are of."""

    model_config = ConfigDict(frozen=True)

    version: str
    share: float
    """Of the values it was fitted on, those into which a fault was put."""
    curves: Mapping[str, Curve]

    def probability(self, keys: Sequence[str], score: float) -> float | None:
        """How often values were right whose score was such; None where none were like it.

        Args:
            keys: what the value is, the most particular first: the first of which there is a curve counts.
            score: 0 to 1.
        """
        curve = next((self.curves[key] for key in keys if key in self.curves), None)
        return None if curve is None else _on(curve, score)


@lru_cache(maxsize=1)
def fitted() -> CalibrationTable:
    """The table that comes with docai."""
    return CalibrationTable.model_validate_json(files("docai.grounding").joinpath(_FILE).read_text("utf-8"))


def calibrated(parse: PageParse, *, word_reader: str | None = None, table: CalibrationTable | None = None) -> PageParse:
    """The parse with the confidence of every cell and block of text as a probability; others keep theirs.

    Args:
        parse: with evidence and checks.
        word_reader: name and version of what read the page's words; what it read itself is not confirmed by them.
        table: the curves; None: those that come with docai.
    """
    with_table = _Calibrating(table or fitted(), word_reader, frozenset(failed_cells(parse)))
    blocks = tuple(with_table.block(index, block) for index, block in enumerate(parse.blocks))
    return parse.model_copy(update={"blocks": blocks})


def failed_cells(parse: PageParse) -> set[tuple[int, int, int]]:
    """Cells that a failed check names, as block, row and column."""
    return {
        (check.block, cell.row, cell.col)
        for check in parse.checks
        if check.result is CheckResult.FAILED and check.block is not None
        for cell in check.cells
    }


def keys_of(evidence: Evidence, *, is_cell: bool, is_in_doubt: bool, is_own: bool) -> tuple[str, ...]:
    """What a value is to the table, the most particular first.

    Args:
        evidence: the value's.
        is_cell: whether it is a table's cell.
        is_in_doubt: whether a failed check names it.
        is_own: whether its reader read the page's words, so that they are no second opinion.
    """
    unit = "cell" if is_cell else "text"
    witness = evidence.witness.value if evidence.witness else "none"
    if is_own:
        n_words = len(evidence.word_ids)
        size = "word" if n_words == 1 else "words" if n_words < _MANY else "many words"
        return (f"{OWN} {witness} {size}", f"{OWN} {witness}")
    plain = f"{witness} {evidence.verdict.value}"
    particular = f"{plain} {_differing(evidence)}" if evidence.differences else plain
    keys = tuple(dict.fromkeys((f"{particular} {unit}", particular, f"{plain} {unit}", plain)))
    return (*(f"{key} in doubt" for key in keys), *keys) if is_in_doubt else keys


def score_of(evidence: Evidence, *, is_own: bool) -> float:
    """What within values of the same keys tells the surer ones, 0 to 1.

    A witness that is sure makes a value that it confirms likelier, and one that it contradicts less so.
    """
    sure = 1.0 if evidence.witness_confidence is None else evidence.witness_confidence
    return sure if is_own or evidence.verdict in _AGREEING else 1.0 - sure


def _differing(evidence: Evidence) -> str:
    """What value and witness differ in: digits weigh more than letters, and those more than marks."""
    stretches = [each.said + each.heard for each in evidence.differences]
    if any(c.isdigit() for text in stretches for c in text):
        return "digits"
    return "letters" if any(c.isalpha() for text in stretches for c in text) else "marks"


def _on(curve: Curve, score: float) -> float:
    """The curve at a score; before its first and after its last as there."""
    if score <= curve[0][0]:
        return curve[0][1]
    for (x0, y0), (x1, y1) in pairwise(curve):
        if score <= x1:
            return y0 + (y1 - y0) * (score - x0) / (x1 - x0) if x1 > x0 else y1
    return curve[-1][1]


class _Calibrating:
    """A table at work on one page."""

    def __init__(
        self, table: CalibrationTable, word_reader: str | None, in_doubt: Collection[tuple[int, int, int]]
    ) -> None:
        self._table = table
        self._word_reader = word_reader
        self._in_doubt = in_doubt

    def block(self, index: int, block: Block) -> Block:
        if block.table is not None:
            return block.model_copy(update={"table": self._of_table(index, block.table)})
        if block.evidence is None or block.kind in _UNCALIBRATED:
            return block
        return block.model_copy(update={"evidence": self._of(block.evidence, is_cell=False, is_in_doubt=False)})

    def _of_table(self, index: int, table: Table) -> Table:
        return table.model_copy(update={"cells": tuple(self._of_cell(index, cell) for cell in table.cells)})

    def _of_cell(self, index: int, cell: Cell) -> Cell:
        if cell.evidence is None:
            return cell
        in_doubt = (index, cell.row, cell.col) in self._in_doubt
        return cell.model_copy(update={"evidence": self._of(cell.evidence, is_cell=True, is_in_doubt=in_doubt)})

    def _of(self, evidence: Evidence, *, is_cell: bool, is_in_doubt: bool) -> Evidence:
        if evidence.verdict is Verdict.EMPTY:
            return evidence
        is_own = self._word_reader is not None and evidence.reader == self._word_reader
        if is_own and evidence.witness is Witness.TEXT_LAYER:
            found: float | None = score_of(evidence, is_own=True)  # its own characters: there is nothing to misread
        else:
            keys = keys_of(evidence, is_cell=is_cell, is_in_doubt=is_in_doubt, is_own=is_own)
            found = self._table.probability(keys, score_of(evidence, is_own=is_own))
        if found is None:
            return evidence
        return evidence.model_copy(update={"confidence": round(found, 4), "calibration": self._table.version})
