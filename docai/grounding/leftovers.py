"""Words that nobody says although they stand in, among or right beside those of a text: they tell against it."""

from __future__ import annotations

from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock
from docai.grounding.claims import Claims
from docai.grounding.spelling import is_ornament
from docai.grounding.word_matching import Edges

_FEW = 8
"""A longer run of words that a text passes over is another's, unless it stands among its own."""
_WELL_FOUND = 0.5
"""A text of which fewer words were found says nothing of what stands beside them."""
_NOT_AS_PRINTED = frozenset({BlockKind.FIGURE, BlockKind.CHART, BlockKind.FORMULA})
"""Kinds of which a reading need not say all that is printed in their box."""


def unsaid(page: Claims, number: int, block: ReadBlock) -> set[int]:
    """Ids of the words that tell against a text.

    Args:
        page: the words, all blocks having found theirs.
        number: the block's.
        block: as it was read; its box is in fractions of the page.
    """
    beside = _left_on_line(page, number, block) if block.box is None else _left_in_box(page, number, block)
    return {*_passed_over(page, number), *beside}


def _passed_over(page: Claims, number: int) -> list[int]:
    """Words that stand among a text's and are said by nobody."""
    found = page.found.get(number)
    own = page.printed.edges_of(found) if found else None
    unsaid = []
    for run in page.passed_over.get(number, ()):
        left = [i for i in run if i not in page.claimed]
        if len(left) <= _FEW or (own and _is_among(page.printed.edges_of(left), own)):
            unsaid += left
    return unsaid


def _is_among(run: Edges, own: Edges) -> bool:
    """Whether a run of words stands no higher and no lower than a text, and not beside it."""
    middle = (run[0] + run[2]) / 2
    return own[1] <= run[1] and run[3] <= own[3] and own[0] <= middle <= own[2]


def _is_well_found(page: Claims, number: int, block: ReadBlock) -> bool:
    """Whether most of a text that must say all that is printed of it was found."""
    n_said = len(block.text.split())
    return block.kind not in _NOT_AS_PRINTED and len(page.found.get(number, ())) >= max(1, _WELL_FOUND * n_said)


def _left_on_line(page: Claims, number: int, block: ReadBlock) -> list[int]:
    """Words that nobody says, before the first word of a longer text and behind its last in the same line."""
    if len(page.found.get(number, ())) <= _FEW or not _is_well_found(page, number, block):
        return []
    left: list[int] = []
    for edge, step in ((min(page.found[number]), -1), (max(page.found[number]), 1)):
        i = edge + step
        while 0 <= i < len(page.words) and i not in page.claimed and page.words[i].line == page.words[edge].line:
            left += [] if is_ornament(page.words[i].text) else [i]
            i += step
    return left


def _left_in_box(page: Claims, number: int, block: ReadBlock) -> list[int]:
    """Words that nobody says and that stand wholly in the box of a text most of which was found there."""
    box = block.box
    if box is None or not _is_well_found(page, number, block):
        return []
    return [
        i
        for i in page.free(box, 0.0)
        if (own := page.words[i].box).y0 >= box.y0 and own.y1 <= box.y1 and not is_ornament(page.words[i].text)
    ]
