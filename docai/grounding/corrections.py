"""Corrections: values that a reader misread take the text layer's characters, and keep what was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import LCSseq

from docai.domain.evidence import Coverage, Evidence, Verdict, WitnessReading
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import Cell, Table
from docai.domain.words import PageWords, Witness, Word
from docai.grounding.differences import is_near, similarity
from docai.grounding.spelling import is_ornament, is_same_in_scan, normalised
from docai.grounding.verdicts import Judgement, judge

_PROSE = frozenset(
    {
        BlockKind.TITLE,
        BlockKind.HEADING,
        BlockKind.PARAGRAPH,
        BlockKind.LIST_ITEM,
        BlockKind.CAPTION,
        BlockKind.FOOTNOTE,
        BlockKind.HEADER,
        BlockKind.FOOTER,
        BlockKind.FIELD,
    }
)
"""Blocks that say what is printed, character by character."""
_SAME_CUT_OTHERWISE = 0.8
"""Similarity from which as many characters in more or fewer words are the same print, not a word left out."""
_AGREED = frozenset({Verdict.EXACT, Verdict.NORMALISED, Verdict.OCR_AGREE})


def corrected(parse: PageParse, words: PageWords) -> PageParse:
    """The parse with the text layer's characters where a cell, a field or running text was misread.

    Only where the text layer is believed, the value's words are no other value's, and the page's other witness does
    not read what the reader read. What was read and where it differs stays in the evidence. Formulas, descriptions of
    figures and values of charts stay as they are: they are not what is printed, character by character.

    Args:
        parse: with evidence.
        words: the page's words that the evidence is of.
    """
    if words.witness is not Witness.TEXT_LAYER or words.text_layer_flaws:
        return parse
    corrector = _Corrector(words.words, Counter(_claims(parse.blocks)))
    blocks = tuple(corrector.block(block) for block in parse.blocks)
    if not corrector.word_ids:
        return parse
    coverage = parse.coverage and _covered(parse.coverage, corrector.word_ids)
    return parse.model_copy(update={"blocks": blocks, "coverage": coverage})


def _claims(blocks: Sequence[Block]) -> Iterator[int]:
    """The ids of words, once for each value that they are of."""
    for block in blocks:
        of_cells = {i for cell in block.table.cells for i in cell.word_ids} if block.table else set()
        yield from (i for i in block.word_ids if i not in of_cells)
        for cell in block.table.cells if block.table else ():
            yield from cell.word_ids


def _covered(coverage: Coverage, word_ids: set[int]) -> Coverage:
    omitted = tuple(i for i in coverage.omitted_word_ids if i not in word_ids)
    return coverage.model_copy(update={"omitted_word_ids": omitted, "n_covered": coverage.n_words - len(omitted)})


@dataclass(slots=True)
class _Value:
    text: str
    evidence: Evidence


class _Corrector:
    """Corrects values one by one, and remembers whose words are said now."""

    def __init__(self, words: Sequence[Word], claims: Counter[int]) -> None:
        self._words = words
        self._claims = claims
        self.word_ids: set[int] = set()
        """Of the values that were corrected."""

    def block(self, block: Block) -> Block:
        if block.table is not None:
            return self._table_block(block, block.table)
        value = self._value(block.text, block.evidence) if block.kind in _PROSE else None
        return block.model_copy(update={"text": value.text, "evidence": value.evidence}) if value else block

    def _table_block(self, block: Block, table: Table) -> Block:
        cells = tuple(self._cell(cell) for cell in table.cells)
        if all(now is before for now, before in zip(cells, table.cells, strict=True)):
            return block
        done = table.model_copy(update={"cells": cells})
        changes: dict[str, object] = {"table": done, "text": _text_of(done)}
        if block.evidence is not None:
            changes["evidence"] = self._evidence(block.evidence, block.text, _text_of(done))
        return block.model_copy(update=changes)

    def _cell(self, cell: Cell) -> Cell:
        value = self._value(cell.text, cell.evidence)
        return cell.model_copy(update={"text": value.text, "evidence": value.evidence}) if value else cell

    def _value(self, text: str, evidence: Evidence | None) -> _Value | None:
        """A value as the text layer has it; None where it stays."""
        if evidence is None or not self._may_be_misread(text, evidence):
            return None
        printed = _printed(text, [self._words[i].text for i in evidence.word_ids])
        if printed is None:
            return None
        self.word_ids.update(evidence.word_ids)
        return _Value(printed, self._evidence(evidence, text, printed))

    def _may_be_misread(self, text: str, evidence: Evidence) -> bool:
        if evidence.verdict is not Verdict.CONFLICT or evidence.witness is not Witness.TEXT_LAYER or not text.strip():
            return False
        if any(self._claims[i] > 1 for i in evidence.word_ids):
            return False
        return evidence.second is None or evidence.second.verdict not in _AGREED

    def _evidence(self, evidence: Evidence, read: str, printed: str) -> Evidence:
        """What the witnesses say of a value as it is now."""
        heard = [self._words[i] for i in evidence.word_ids]
        judgement = _judged(printed, heard)
        text = " ".join(word.text for word in heard)
        return evidence.model_copy(
            update={
                "verdict": judgement.verdict,
                "similarity": judgement.similarity,
                "witness_text": text if text.split() != printed.split() else None,
                "read_text": read,
                "second": evidence.second and _heard_again(evidence.second, printed),
            }
        )


def _printed(read: str, heard: Sequence[str]) -> str | None:
    """The witness's words in place of those that were misread; None where more differs than characters of words.

    Words that only one side has, or that stand in another order, were left out, invented or moved: no misreading.
    What was read right stays as the reader spelled it, without ligatures and broken words.
    """
    words = _unbroken([word for word in heard if not is_ornament(word)], read)
    pieces = read.split()
    found: list[str] = []
    i = j = 0
    spellings = [normalised(piece) for piece in pieces]
    for same in LCSseq.editops(spellings, [normalised(word) for word in words]).as_matching_blocks():
        gap, printed = pieces[i : same.a], words[j : same.b]
        said = [piece for piece in gap if not is_ornament(piece)]
        if (said or printed) and not _is_misreading(said, printed):
            return None
        found += [*(printed or gap), *pieces[same.a : same.a + same.size]]
        i, j = same.a + same.size, same.b + same.size
    return " ".join(found)


def _is_misreading(said: Sequence[str], printed: Sequence[str]) -> bool:
    """Whether words were said for others of the same print: they share characters, or are numbers of as many digits."""
    if not said or not printed:
        return False
    one, other = "".join(said), "".join(printed)
    if len(said) != len(printed):
        return similarity(one, other) >= _SAME_CUT_OTHERWISE
    is_number = len(one) == len(other) and all(c.isdigit() == d.isdigit() for c, d in zip(one, other, strict=True))
    return is_near(one, other) or (is_number and any(map(str.isdigit, one)))


def _unbroken(words: Sequence[str], read: str) -> list[str]:
    """Words with those put together that a line's end breaks and that the reader read whole."""
    whole: list[str] = []
    for word in words:
        before = whole[-1] if whole else ""
        if before.endswith(("-", "\u00ad", "\u2010")) and before[:-1] + word in read:
            whole[-1] = before[:-1] + word
        else:
            whole.append(word)
    return whole


def _judged(printed: str, heard: Sequence[Word]) -> Judgement:
    return judge(printed, heard, Witness.TEXT_LAYER, min_confidence=0.0)


def _heard_again(second: WitnessReading, printed: str) -> WitnessReading:
    """The other witness's reading, which may be what the text layer has."""
    if second.verdict is Verdict.ILLEGIBLE or not is_same_in_scan(printed, second.text):
        return second
    return second.model_copy(update={"verdict": Verdict.OCR_AGREE})


def _text_of(table: Table) -> str:
    """The cells row by row, tab-separated; a merged cell's text stands in its first place."""
    grid = [[""] * table.n_cols for _ in range(table.n_rows)]
    for cell in table.cells:
        grid[cell.row][cell.col] = cell.text
    return "\n".join("\t".join(row) for row in grid)
