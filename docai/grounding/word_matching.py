"""Which of a page's words, in their order, say what a reader said: token by token, with what differs in between."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import Indel, LCSseq

from docai.domain.words import Word
from docai.grounding.ground import NEAR, normalised

_ORNAMENT = re.compile(r"[.\u2026\u00b7_\u2013\u2014-]{3,}|[\u2022\u25e6\u25aa\u25ab\u2023\u25cf\u25cb\u25a0\u25a1|]")


@dataclass(frozen=True, slots=True)
class Token:
    """A run of characters that a reader said."""

    text: str
    owner: int
    """Whose it is: the number of a block or cell."""


@dataclass(slots=True)
class Matches:
    """What was found, by owner."""

    ids: dict[int, list[int]] = field(default_factory=dict)
    """Words that say the owner's tokens, or stand where one of them should and read something near."""
    passed_over: dict[int, list[list[int]]] = field(default_factory=dict)
    """Runs of words among these that the owner does not say."""
    n_matched: dict[int, int] = field(default_factory=dict)
    """How many of the owner's tokens some word says."""


def tokens_of(text: str, owner: int) -> list[Token]:
    """A text's runs of characters; those without letters, digits or signs that matter are left out."""
    return [Token(piece, owner) for piece in text.split() if key_of(piece)]


def key_of(text: str) -> str:
    """What two spellings of a word have in common."""
    return normalised(text).casefold()


def is_ornament(text: str) -> bool:
    """Whether a printed word is a leader, a rule or a bullet, which a reader may leave out."""
    return _ORNAMENT.fullmatch(text) is not None


def match(said: Sequence[Token], heard: Sequence[int], words: Sequence[Word], *, takes_near: bool = True) -> Matches:
    """Match tokens with words, both in their order, so that the most agree (longest common subsequence).

    Args:
        said: what a reader said, owners in order.
        heard: ids of the words to look among, in the order in which they are read.
        words: the page's words.
        takes_near: whether words that read something near, and words passed over, are told as well.
    """
    found = Matches()
    keys = [key_of(words[i].text) for i in heard]
    i = j = 0
    for block in LCSseq.editops([key_of(token.text) for token in said], keys).as_matching_blocks():
        if takes_near:
            _bridge(found, said[i : block.a], heard[j : block.b], words, _owners_around(said, i, block.a))
        for k in range(block.size):
            owner = said[block.a + k].owner
            found.ids.setdefault(owner, []).append(heard[block.b + k])
            found.n_matched[owner] = found.n_matched.get(owner, 0) + 1
        i, j = block.a + block.size, block.b + block.size
    return found


def _owners_around(said: Sequence[Token], start: int, end: int) -> int | None:
    """Whose tokens stand on both sides of a gap; None where they are not one owner's."""
    if start == 0 or end >= len(said):
        return None
    before, after = said[start - 1].owner, said[end].owner
    return before if before == after else None


def _bridge(
    found: Matches, said: Sequence[Token], heard: Sequence[int], words: Sequence[Word], around: int | None
) -> None:
    """What lies between two matches: the same characters cut differently, something near, or words passed over."""
    if not heard:
        return
    if said and _joined(token.text for token in said) == _joined(words[i].text for i in heard):
        owner = said[0].owner
        if all(token.owner == owner for token in said):
            found.ids.setdefault(owner, []).extend(heard)
            found.n_matched[owner] = found.n_matched.get(owner, 0) + len(said)
            return
    start = 0
    passed: list[int] = []
    for i in heard:
        key = key_of(words[i].text)
        near = next((n for n in range(start, len(said)) if _is_near(key, key_of(said[n].text))), None)
        if near is None:
            passed += [] if is_ornament(words[i].text) else [i]
            continue
        found.ids.setdefault(said[near].owner, []).append(i)
        start = near + 1
    if passed and around is not None:
        found.passed_over.setdefault(around, []).append(passed)


def _is_near(one: str, other: str) -> bool:
    return bool(one) and Indel.normalized_similarity(one, other) >= NEAR


def _joined(texts: Iterable[str]) -> str:
    return key_of(" ".join(texts))
