"""A page's reading held against its witnesses and against itself: evidence, coverage and checks, in this order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from docai.checks.charts import check_chart
from docai.checks.tables import check_table
from docai.checks.text import check_text
from docai.domain.checks import Check
from docai.domain.parses import Block, PageParse
from docai.domain.words import PageWords
from docai.grounding.calibration import calibrated
from docai.grounding.corrections import corrected
from docai.grounding.ground import ground
from docai.grounding.omissions import omissions_of


@dataclass(frozen=True, slots=True)
class EvidencePolicy:
    """The settings that decide what becomes of what witnesses say."""

    min_confidence: float
    """0 to 1; a value whose least sure word is below is illegible."""
    prefers_text_layer: bool = False
    """Whether the characters of a text layer that is believed take the place of what a model misread."""


def verify(
    parse: PageParse,
    words: PageWords,
    *,
    reader: str,
    policy: EvidencePolicy,
    second: PageWords | None = None,
    unsaid: Collection[int] = (),
) -> PageParse:
    """The parse with evidence on every value, its coverage and its checks.

    Args:
        parse: what was read; blocks and cells name the words they were read from.
        words: the witness that is believed; word ids index its words.
        reader: what read the values: an engine's name and version.
        policy: what becomes of what the witnesses say.
        second: the other witness, where it was heard.
        unsaid: ids of words that stand among those of a value without being said by it.
    """
    found = ground(parse, words, reader=reader, min_confidence=policy.min_confidence, unsaid=unsaid, second=second)
    if policy.prefers_text_layer:
        found = corrected(found, words)
    found = _with_omissions(found, words)
    checks = [
        check for index, block in enumerate(found.blocks) for check in _of_block(index, block, words, parse.drawn)
    ]
    found = found.model_copy(update={"checks": (*checks, *check_text(found, words))})
    return calibrated(found, word_reader=words.engine)


def _with_omissions(parse: PageParse, words: PageWords) -> PageParse:
    coverage = parse.coverage
    if coverage is None:
        return parse
    omissions = omissions_of(parse.blocks, words, coverage.omitted_word_ids)
    return parse.model_copy(update={"coverage": coverage.model_copy(update={"omissions": omissions})})


def _of_block(index: int, block: Block, words: PageWords, drawn: Sequence[Block]) -> list[Check]:
    return [*check_table(index, block, words), *check_chart(index, block, words, drawn)]
