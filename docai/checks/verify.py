"""A page's reading held against its witnesses and against itself: evidence, coverage and checks, in this order."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from docai.domain.parses import PageParse
from docai.domain.words import PageWords
from docai.grounding.ground import ground


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
    return ground(parse, words, reader=reader, min_confidence=policy.min_confidence, unsaid=unsaid)
