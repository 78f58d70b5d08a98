"""What was read, with its evidence: which of the page's words say it, and whether they agree."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel

from docai.domain.evidence import Coverage, Evidence, Verdict
from docai.domain.geometry import Box
from docai.domain.parses import Block, PageParse
from docai.domain.tables import Cell, Table
from docai.domain.words import PageWords, Witness

NEAR = 0.5
"""Readings that share at least this part of their characters are of the same print: one of the two is wrong."""

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


def ground(parse: PageParse, words: PageWords, *, reader: str, min_confidence: float) -> PageParse:
    """The parse with evidence on every block and table cell, and with the page's coverage.

    Args:
        parse: what was read; blocks and cells name the words they were read from.
        words: the witness: the page's words, which the word ids index.
        reader: what read the values: an engine's name and version.
        min_confidence: 0 to 1; a value whose least sure word is below is illegible.
    """

    def evidence(text: str, box: Box | None, word_ids: tuple[int, ...]) -> Evidence:
        reading = _Reading(text, box, word_ids)
        return _evidence(reading, words, reader=reader, page_number=parse.page_number, min_confidence=min_confidence)

    def grounded_cell(cell: Cell) -> Cell:
        return cell.model_copy(update={"evidence": evidence(cell.text, cell.box, cell.word_ids)})

    def grounded_table(table: Table | None) -> Table | None:
        return table and table.model_copy(update={"cells": tuple(grounded_cell(cell) for cell in table.cells)})

    blocks = tuple(
        block.model_copy(
            update={
                "evidence": evidence(block.text, block.box, block.word_ids),
                "table": grounded_table(block.table),
            }
        )
        for block in parse.blocks
    )
    return parse.model_copy(update={"blocks": blocks, "coverage": coverage(blocks, len(words.words))})


def coverage(blocks: Sequence[Block], n_words: int) -> Coverage:
    """Which of a page's words some block or cell names."""
    covered = {i for block in blocks for i in block.word_ids}
    covered |= {i for block in blocks if block.table for cell in block.table.cells for i in cell.word_ids}
    omitted = tuple(i for i in range(n_words) if i not in covered)
    return Coverage(n_words=n_words, n_covered=n_words - len(omitted), omitted_word_ids=omitted)


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
