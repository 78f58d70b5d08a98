"""Where a value and what a witness reads part: stretch by stretch, and character by character where they are near."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel, LCSseq, Levenshtein

from docai.domain.evidence import Difference
from docai.grounding.spelling import has_raised, is_ornament, is_same, normalised

NEAR = 0.5
"""Readings that share at least this part of their characters are of the same print: one of the two is wrong."""

_MOST = 12
"""Differences told of one value; a value that differs more often is another one."""
_LONGEST = 400
"""Characters told of a stretch: some sentences."""
_PIECE = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words of a value and of a witness that stand at the same place and are not the same."""

    said: str
    heard: str
    said_at: int
    """Where it begins in the value, in characters."""
    words: range
    """Which of the witness's words it has."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A value held against what a witness reads."""

    stretches: tuple[Stretch, ...]
    """Where they part, in order."""
    n_shared: int
    """Words that they have in common."""


def compared(
    said: str,
    heard: Sequence[str],
    agree: Callable[[str, str], bool] = is_same,
    key: Callable[[str], str] | None = None,
) -> Comparison:
    """Hold a value's words against a witness's, both in their order, so that the most agree.

    Leaders, rules and bullets count for nothing, and neither do spellings of the same number or word.

    Args:
        said: the value.
        heard: the witness's words.
        agree: whether a stretch of the value and one of the witness are the same.
        key: what two spellings of one word have in common; None: as the text layer spells.
    """
    pieces = [piece for piece in _PIECE.finditer(said) if not is_ornament(piece.group())]
    words = [n for n, word in enumerate(heard) if not is_ornament(word)]
    key = key or _key_of
    keys, others = [key(piece.group()) for piece in pieces], [key(heard[n]) for n in words]
    matched = LCSseq.editops(keys, others).as_matching_blocks()
    stretches: list[Stretch] = []
    i = j = 0
    for block in matched:
        gap = pieces[i : block.a]
        at = gap[0].start() if gap else pieces[i].start() if i < len(pieces) else len(said)
        one, other = said[at : gap[-1].end()] if gap else "", " ".join(heard[n] for n in words[j : block.b])
        if (one or other) and not agree(one, other):
            stretches.append(Stretch(one, other, at, range(words[j], words[block.b - 1] + 1) if other else range(0)))
        i, j = block.a + block.size, block.b + block.size
    return Comparison(tuple(stretches), sum(block.size for block in matched))


def differences(stretches: Sequence[Stretch]) -> tuple[Difference, ...]:
    """What to tell of stretches: the characters that differ where they are near, else the whole of them."""
    found = (difference for stretch in stretches for difference in _differences(stretch))
    return tuple(difference for difference, _ in zip(found, range(_MOST), strict=False))


def similarity(said: str, heard: str) -> float:
    """Normalised Indel similarity of two texts in one spelling, 0 to 1."""
    return Indel.normalized_similarity(normalised(said), normalised(heard))


def is_near(said: str, heard: str) -> bool:
    """Whether two texts are readings of the same print, in whatever case."""
    return bool(said and heard) and similarity(said.casefold(), heard.casefold()) >= NEAR


def _key_of(text: str) -> str:
    return text if has_raised(text) else normalised(text)


def _differences(stretch: Stretch) -> Iterator[Difference]:
    said, heard = stretch.said[:_LONGEST], stretch.heard[:_LONGEST]
    if not is_near(said, heard):
        yield Difference(said=said, heard=heard, said_at=stretch.said_at)
        return
    for edit in Levenshtein.opcodes(said, heard):
        if edit.tag != "equal":
            yield Difference(
                said=said[edit.src_start : edit.src_end],
                heard=heard[edit.dest_start : edit.dest_end],
                said_at=stretch.said_at + edit.src_start,
            )
