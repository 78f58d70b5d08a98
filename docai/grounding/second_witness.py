"""The page's second witness: what it reads where a value stands, and what it says of that value."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from docai.domain.evidence import WitnessReading
from docai.domain.geometry import Box
from docai.domain.words import PageWords
from docai.grounding.lines import around, in_lines
from docai.grounding.verdicts import Judgement, judge

_SLACK = 0.25
"""Two witnesses draw their boxes a little apart: a word counts whose middle lies so far outside, in heights of it."""


class SecondWitness:
    """Words of the witness that was not believed first, found by place.

    Args:
        words: its words.
        min_confidence: 0 to 1; where the least sure of its words is below, it says nothing that can be relied on.
    """

    def __init__(self, words: PageWords, *, min_confidence: float) -> None:
        self._witness = words.witness
        self._words = words.words
        self._min_confidence = min_confidence
        self._by_height = sorted(range(len(words.words)), key=lambda i: words.words[i].box.centre[1])
        self._heights = [words.words[i].box.centre[1] for i in self._by_height]

    def on(self, said: str, box: Box | None) -> tuple[WitnessReading, Judgement] | None:
        """What it says of a value that stands in a box; None where it reads nothing there, or nobody knows where."""
        ids = self._within(box) if box is not None else []
        if not ids or self._witness is None:
            return None
        seen = [self._words[i] for i in ids]
        judgement = judge(said, seen, self._witness, min_confidence=self._min_confidence)
        reading = WitnessReading(
            witness=self._witness,
            verdict=judgement.verdict,
            text=" ".join(word.text for word in seen),
            word_ids=tuple(ids),
            box=around(seen),
            confidence=min(word.confidence for word in seen),
        )
        return reading, judgement

    def _within(self, box: Box) -> list[int]:
        """Words in a box, line by line."""
        most = _SLACK * box.height
        first, last = bisect_left(self._heights, box.y0 - most), bisect_right(self._heights, box.y1 + most)
        found = []
        for i in self._by_height[first:last]:
            (x, y), height = self._words[i].box.centre, _SLACK * self._words[i].box.height
            if box.y0 - height <= y <= box.y1 + height and box.x0 - height <= x <= box.x1 + height:
                found.append(i)
        return [i for line in in_lines(found, self._words) for i in line]
