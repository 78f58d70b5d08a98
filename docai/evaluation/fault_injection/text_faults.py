"""Faults in text: wrong characters, paragraphs left out, sentences that the page does not hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock
from docai.evaluation.fault_injection.faults import Fault, Faulted, FaultKind, Missing, replaced
from docai.evaluation.fault_injection.misreadings import with_lookalike, with_wrong_digit
from docai.evaluation.fault_injection.truth import TruthPage

TEXT_KINDS = (
    FaultKind.TEXT_DIGITS,
    FaultKind.TEXT_LETTERS,
    FaultKind.DROPPED_BLOCK,
    FaultKind.INVENTED_SENTENCE,
)
"""What `fault_text` can do."""
TEXT_BLOCKS = frozenset(
    {
        BlockKind.TITLE,
        BlockKind.HEADING,
        BlockKind.PARAGRAPH,
        BlockKind.LIST_ITEM,
        BlockKind.CAPTION,
        BlockKind.FOOTNOTE,
        BlockKind.FIELD,
    }
)
"""Blocks that can have them: text that the page prints as it is read, page furniture aside."""
_FEWEST_WORDS = 6
"""A sentence of fewer may stand on another page by chance."""
_ENDS = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"(])")


def fault_text(
    page: TruthPage, kind: FaultKind, share: float, chance: Random, sentences: Sequence[str] = ()
) -> Faulted:
    """A reading of the page with faults of a kind in its text: each block has one with a chance of `share`.

    Args:
        page: as it is read without faults.
        kind: of `TEXT_KINDS`.
        share: 0 to 1.
        chance: where chance comes from.
        sentences: of other documents, which are invented here.
    """
    chosen = [n for n, b in enumerate(page.blocks) if b.kind in TEXT_BLOCKS and any(map(str.isalnum, b.text))]
    chosen = [n for n in chosen if chance.random() < share]
    if kind is FaultKind.DROPPED_BLOCK:
        return _without(page, chosen)
    if kind is FaultKind.INVENTED_SENTENCE:
        return _with_sentences(page, chosen, sentences, chance)
    change = with_wrong_digit if kind is FaultKind.TEXT_DIGITS else with_lookalike
    return _misread(page, chosen, change, chance)


def sentences_of(text: str) -> list[str]:
    """A text's sentences that are long enough to be no other text's."""
    return [sentence for sentence in _ENDS.split(text) if len(sentence.split()) >= _FEWEST_WORDS]


def _misread(
    page: TruthPage, chosen: Sequence[int], change: Callable[[str, Random], str | None], chance: Random
) -> Faulted:
    blocks, faults = page.blocks, []
    for number in chosen:
        was = page.blocks[number].text
        now = change(was, chance)
        if now is not None:
            blocks = replaced(blocks, number, blocks[number].model_copy(update={"text": now}))
            faults.append(Fault(number, was, now))
    return Faulted(replace(page, blocks=blocks), tuple(faults))


def _without(page: TruthPage, chosen: Sequence[int]) -> Faulted:
    """Of each page half of the blocks at most, so that there is a reading left."""
    gone = set(chosen[: len(page.blocks) // 2])
    kept = [n for n in range(len(page.blocks)) if n not in gone]
    faults = [
        Fault(sum(k < number for k in kept), page.blocks[number].text, "", missing=Missing(number)) for number in gone
    ]
    return Faulted(replace(page, blocks=tuple(page.blocks[n] for n in kept)), tuple(faults))


def _with_sentences(page: TruthPage, chosen: Sequence[int], sentences: Sequence[str], chance: Random) -> Faulted:
    """By turns within a paragraph and as one of its own, which a model that gives boxes would give one."""
    blocks: list[ReadBlock] = []
    faults = []
    for number, block in enumerate(page.blocks):
        if number not in chosen or not sentences:
            blocks.append(block)
            continue
        now = chance.choice(sentences)
        if block.box is None and chance.random() < 0.5:
            faults.append(Fault(len(blocks), "", now))
            blocks += [ReadBlock(kind=BlockKind.PARAGRAPH, text=now), block]
            continue
        parts = _ENDS.split(block.text)
        at = chance.randint(0, len(parts))
        text = " ".join([*parts[:at], now, *parts[at:]])
        faults.append(Fault(len(blocks), block.text, text))
        blocks.append(block.model_copy(update={"text": text}))
    return Faulted(replace(page, blocks=tuple(blocks)), tuple(faults))
