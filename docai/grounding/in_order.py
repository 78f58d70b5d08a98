"""Blocks of which nobody knows where they stand, found among the page's words by what they say and by their order."""

from __future__ import annotations

from collections.abc import Sequence

from docai.domain.geometry import Box
from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock
from docai.grounding.claims import Claims
from docai.grounding.nearest import nearest
from docai.grounding.regions import densest
from docai.grounding.word_matching import Matches, Token, match, tokens_of

_FEW = 8
"""A wider gap in the page's words parts what belongs to a block from what is like it elsewhere."""
_BY_CHANCE = 3
"""Fewer words that match far from a block's others are words that most texts have."""
_IN_ORDER = 0.9
"""A table of which fewer tokens were found in the page's order is looked for where its words are densest."""
_WELL_MATCHED = 0.5
"""A block of which fewer tokens were found in the page's order is looked for elsewhere on the page."""
_ROOM = 1.5
"""It is looked for in stretches of words so many times as long as it is."""


def align_in_order(page: Claims, area: Box | None, blocks: Sequence[tuple[int, ReadBlock]]) -> None:
    """First all blocks together, for where each stands; then each by itself, those that are surest first."""
    tokens = {number: _tokens(block, number) for number, block in blocks}
    said = [token for number, _ in blocks for token in tokens[number]]
    rough = match(said, page.free(area), page.printed, takes_near=False).ids
    for number in sorted(tokens, key=lambda n: len(rough.get(n, ())) / max(1, len(tokens[n])), reverse=True):
        stretch = _longest_run(rough.get(number, []))
        n_missing = len(tokens[number]) - len(stretch)
        n_beyond = n_missing if n_missing < _BY_CHANCE else 2 * (n_missing + _FEW)
        reach = range(min(stretch, default=0) - n_beyond, max(stretch, default=-1) + n_beyond + 1)
        near = [i for i in page.free(area) if i in reach] if stretch else []
        page.take(_without_chance(match(tokens[number], near, page.printed), number), [number])
        if len(page.found[number]) < _WELL_MATCHED * len(tokens[number]):
            _look_elsewhere(page, area, number, tokens[number])
    for number, of_block in tokens.items():
        if not page.found[number]:
            page.take(Matches(ids={number: nearest(of_block, page.free(area), page.printed)}), [number])
    for number, block in blocks:
        if block.table is not None and len(page.found[number]) < _IN_ORDER * len(tokens[number]):
            _look_where_densest(page, area, number, tokens[number])


def _runs(ids: Sequence[int]) -> list[list[int]]:
    """Ids in runs without a wide gap."""
    runs: list[list[int]] = []
    for i in ids:
        if not runs or i - runs[-1][-1] > _FEW:
            runs.append([])
        runs[-1].append(i)
    return runs


def _longest_run(ids: Sequence[int]) -> list[int]:
    """What stands elsewhere was matched by chance."""
    return max(_runs(ids), key=len, default=[])


def _without_chance(matches: Matches, owner: int) -> Matches:
    """What was found for an owner, without the odd word far from the others."""
    ids = matches.ids.get(owner, [])
    longest = len(_longest_run(ids))
    kept = [i for run in _runs(ids) if len(run) >= min(longest, _BY_CHANCE) for i in run]
    between = [run for run in matches.passed_over.get(owner, []) if kept and kept[0] < run[0] < kept[-1]]
    return Matches(ids={owner: kept}, passed_over={owner: between})


def _look_elsewhere(page: Claims, area: Box | None, number: int, tokens: Sequence[Token]) -> None:
    """Take the stretch of free words in which most of a block's tokens stand, if that is more than was found."""
    before = page.let_go(number)
    free = page.free(area)
    keys = {token.key for token in tokens}
    hits = [page.printed.keys[i] in keys for i in free]
    length = max(1, round(len(tokens) * _ROOM))
    best, start = 0, 0
    inside = sum(hits[:length])
    for n in range(max(1, len(free) - length + 1)):
        if inside > best:
            best, start = inside, n
        inside += (hits[n + length] if n + length < len(hits) else 0) - (hits[n] if n < len(hits) else 0)
    matches = match(tokens, free[start : start + length] if best else (), page.printed)
    if len(matches.ids.get(number, ())) > len(before):
        page.take(matches, [number])
    else:
        page.claimed.update(before)


def _look_where_densest(page: Claims, area: Box | None, number: int, tokens: Sequence[Token]) -> None:
    """Take the part of the page in which a table's tokens are densest, if that is more than was found."""
    before = page.let_go(number)
    found = densest([token.key for token in tokens], page.free(area), page.printed)
    page.found[number] = found if len(found) > len(before) else before
    page.claimed.update(page.found[number])


def _tokens(block: ReadBlock, number: int) -> list[Token]:
    text = block.text
    if block.table is not None:
        text = " ".join(cell.text for cell in block.table.cells)
    return [] if block.kind is BlockKind.FORMULA else tokens_of(text, number)
