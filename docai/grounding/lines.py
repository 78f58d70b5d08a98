"""Printed words as they stand together: their box, and their lines, from the top, each from the left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from docai.domain.geometry import Box
from docai.domain.words import Word

_SAME_LINE = 0.5
"""Words whose middles differ by less than this part of their height stand in one line."""


def around(words: Sequence[Word]) -> Box | None:
    """The smallest box around words; None for none."""
    return words[0].box if len(words) == 1 else Box.around(word.box for word in words)


def in_lines(ids: Iterable[int], words: Sequence[Word]) -> list[list[int]]:
    """Ids of words, line by line, whatever their order in the witness."""
    places = []
    for i in ids:
        box = words[i].box
        places.append(((box.y0 + box.y1) / 2, box.y1 - box.y0, box.x0, i))
    places.sort()
    lines: list[list[tuple[float, int]]] = []
    middle, height = 0.0, 0.0
    for y, own_height, x, i in places:
        if not lines or y - middle > _SAME_LINE * max(height, own_height):
            lines.append([])
            middle, height = y, own_height
        lines[-1].append((x, i))
    return [[i for _, i in sorted(line)] for line in lines]
