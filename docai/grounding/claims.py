"""Which of a page's words some block says, and which are nobody's yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from docai.domain.geometry import Box
from docai.domain.words import Word
from docai.grounding.word_matching import Matches, Print

_MARGIN = 0.004
"""Models' boxes are a little off: a word whose middle lies so far outside, in fractions of the page, still counts."""


@dataclass(slots=True)
class Claims:
    """The page's words, and who says them. Owners are numbers of blocks."""

    printed: Print
    claimed: set[int] = field(default_factory=set)
    """Ids of words that somebody says."""
    found: dict[int, list[int]] = field(default_factory=dict)
    """Ids of each owner's words."""
    passed_over: dict[int, list[list[int]]] = field(default_factory=dict)
    """Runs of words that stand among an owner's and that it does not say."""

    @property
    def words(self) -> Sequence[Word]:
        """In the witness's order."""
        return self.printed.words

    def free(self, box: Box | None, margin: float = _MARGIN) -> list[int]:
        """Words of nobody whose middle lies in a box."""
        if box is None:
            return [i for i in range(len(self.words)) if i not in self.claimed]
        x0, y0, x1, y1 = box.x0 - margin, box.y0 - margin, box.x1 + margin, box.y1 + margin
        return [
            i
            for i, (x, y) in enumerate(self.printed.middles)
            if x0 <= x <= x1 and y0 <= y <= y1 and i not in self.claimed
        ]

    def take(self, matches: Matches, owners: Iterable[int]) -> None:
        """Give owners what was found for them."""
        for owner in owners:
            ids = [i for i in matches.ids.get(owner, ()) if i not in self.claimed]
            self.found[owner] = ids
            self.claimed.update(ids)
            self.passed_over[owner] = matches.passed_over.get(owner, [])

    def let_go(self, owner: int) -> list[int]:
        """Make an owner's words free again; gives them."""
        before = self.found.get(owner, [])
        self.claimed.difference_update(before)
        return before
