"""Which of a page's words, in their order, say what a reader said: token by token, with what differs in between."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz.distance import Indel, LCSseq

from docai.domain.geometry import Box
from docai.domain.words import Word
from docai.grounding.differences import NEAR
from docai.grounding.lines import around
from docai.grounding.spelling import is_ornament, normalised

__all__ = ["Edges", "Matches", "Print", "Token", "is_ornament", "key_of", "match", "tokens_of"]

_MARK = re.compile(r"(?<=\d)[.,'\u2019](?=\d)")
"""A mark between digits. Words are found by their digits alone: whether the marks are right, the verdict says."""


Edges = tuple[float, float, float, float]
"""Left, top, right, bottom, in fractions of the page."""


@dataclass(frozen=True, slots=True)
class Token:
    """A run of characters that a reader said."""

    text: str
    key: str
    owner: int
    """Whose it is: the number of a block or cell."""


class Print:
    """A page's words, with what matching asks of them most."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.words = words
        self.keys = [key_of(word.text) for word in words]
        self.edges: list[Edges] = [(box.x0, box.y0, box.x1, box.y1) for box in (word.box for word in words)]
        self.middles = [((x0 + x1) / 2, (y0 + y1) / 2) for x0, y0, x1, y1 in self.edges]

    def edges_of(self, ids: Sequence[int]) -> Edges:
        """Of the smallest rectangle around words, at least one."""
        if len(ids) == 1:
            return self.edges[ids[0]]
        lefts, tops, rights, bottoms = zip(*(self.edges[i] for i in ids), strict=True)
        return min(lefts), min(tops), max(rights), max(bottoms)

    def around(self, ids: Sequence[int]) -> Box | None:
        """The smallest box around words; None for none."""
        return around([self.words[i] for i in ids])


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
    return [Token(piece, key, owner) for piece in text.split() if (key := key_of(piece))]


@lru_cache(maxsize=16384)
def key_of(text: str) -> str:
    """What two spellings of a word have in common."""
    key = normalised(text).casefold()
    return _MARK.sub("", key) if any(map(str.isdigit, key)) else key


def match(said: Sequence[Token], heard: Sequence[int], printed: Print, *, takes_near: bool = True) -> Matches:
    """Match tokens with words, both in their order, so that the most agree (longest common subsequence).

    Args:
        said: what a reader said, owners in order.
        heard: ids of the words to look among, in the order in which they are read.
        printed: the page's words.
        takes_near: whether words that read something near, and words passed over, are told as well.
    """
    found = Matches()
    keys = [printed.keys[i] for i in heard]
    i = j = 0
    for block in LCSseq.editops([token.key for token in said], keys).as_matching_blocks():
        if takes_near:
            _bridge(found, said[i : block.a], heard[j : block.b], printed, _owners_around(said, i, block.a))
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


def _bridge(found: Matches, said: Sequence[Token], heard: Sequence[int], printed: Print, around: int | None) -> None:
    """What lies between two matches: the same characters cut differently, something near, or words passed over."""
    if not heard:
        return
    words = printed.words
    if said and key_of(" ".join(t.text for t in said)) == key_of(" ".join(words[i].text for i in heard)):
        owner = said[0].owner
        if all(token.owner == owner for token in said):
            found.ids.setdefault(owner, []).extend(heard)
            found.n_matched[owner] = found.n_matched.get(owner, 0) + len(said)
            return
    start = 0
    passed: list[int] = []
    for i in heard:
        key = printed.keys[i]
        near = next((n for n in range(start, len(said)) if _is_near(key, said[n].key)), None)
        if near is None:
            passed += [] if is_ornament(words[i].text) else [i]
            continue
        found.ids.setdefault(said[near].owner, []).append(i)
        start = near + 1
    if passed and around is not None:
        found.passed_over.setdefault(around, []).append(passed)


def _is_near(one: str, other: str) -> bool:
    return bool(one) and Indel.normalized_similarity(one, other, score_cutoff=NEAR) >= NEAR
