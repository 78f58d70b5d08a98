"""What a model read, with the page's words that say it: blocks and cells get words, and boxes where they had none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind
from docai.domain.readings import ReadBlock
from docai.domain.words import PageWords, Word
from docai.grounding.align_tables import align_table
from docai.grounding.word_matching import Matches, Token, key_of, match, tokens_of

_MARGIN = 0.004
"""Models' boxes are a little off: a word whose middle lies so far outside, in fractions of the page, still counts."""
_FEW = 8
"""Without boxes, a longer run of words that a block passes over is more likely another block's."""
_WELL_MATCHED = 0.5
"""A block of which fewer tokens were found in the page's order is looked for elsewhere on the page."""
_ROOM = 1.5
"""It is looked for in stretches of words so many times as long as it is."""
_WHOLE = Box(x0=0, y0=0, x1=1, y1=1)


@dataclass(frozen=True, slots=True)
class Placed:
    """A block that was read, brought onto its page."""

    block: ReadBlock
    """Its boxes are in fractions of the page."""
    area: Box | None = None
    """The part of the page that was shown to the model; None for all of it."""
    reader: str | None = None
    """What read it, where that is not the page's own engine."""


@dataclass(frozen=True, slots=True)
class Aligned:
    """Blocks with their words."""

    blocks: tuple[Block, ...]
    unsaid: frozenset[int]
    """Ids of words that stand among those of a value without being said by it; the value names them all the same."""


@dataclass(slots=True)
class _Page:
    """The page's words, and which of them some block says."""

    words: Sequence[Word]
    claimed: set[int] = field(default_factory=set)
    found: dict[int, list[int]] = field(default_factory=dict)
    passed_over: dict[int, list[list[int]]] = field(default_factory=dict)

    def free(self, box: Box | None) -> list[int]:
        """Words of nobody whose middle lies in a box."""
        if box is None:
            return [i for i in range(len(self.words)) if i not in self.claimed]
        roomy = Box.clipped(box.x0 - _MARGIN, box.y0 - _MARGIN, box.x1 + _MARGIN, box.y1 + _MARGIN)
        return [i for i, w in enumerate(self.words) if i not in self.claimed and roomy.holds(w.box.centre)]

    def take(self, matches: Matches, owners: Iterable[int], *, most_passed: int | None = None) -> None:
        """Give owners what was found for them."""
        for owner in owners:
            ids = [i for i in matches.ids.get(owner, ()) if i not in self.claimed]
            self.found[owner] = ids
            self.claimed.update(ids)
            runs = matches.passed_over.get(owner, [])
            self.passed_over[owner] = [run for run in runs if most_passed is None or len(run) <= most_passed]

    def unsaid(self, owner: int) -> list[int]:
        """Words that stand among an owner's and are said by nobody."""
        return [i for run in self.passed_over.get(owner, ()) for i in run if i not in self.claimed]


def align(placed: Sequence[Placed], words: PageWords, *, taken: Iterable[int] = ()) -> Aligned:
    """Give every block and cell the words that say it.

    A block with a box is looked for among the words there; one without among all words of what was shown, in the order
    of blocks and words, and where that finds little of it, wherever most of it stands together. A word is one block's.

    Args:
        placed: what was read, in reading order.
        words: the page's words.
        taken: ids of words that other blocks of the page have.
    """
    page = _Page(words.words, set(taken))
    tables: dict[int, Block] = {}
    unsaid: set[int] = set()
    for number in _boxed_first(placed):
        block = placed[number].block
        if block.table is not None and (block.box is not None or _lone(placed, number)):
            tables[number], left = _aligned_table(page, placed[number])
            unsaid |= left
        elif block.box is not None:
            _align_boxed(page, number, block)
    for area, numbers in _boxless(placed, tables).items():
        _align_in_order(page, area, [(n, placed[n].block) for n in numbers])
    blocks = []
    for number, each in enumerate(placed):
        if number in tables:
            blocks.append(tables[number])
            continue
        done, left = _finished(page, number, each)
        blocks.append(done)
        unsaid |= left
    return Aligned(tuple(blocks), frozenset(unsaid))


def _boxed_first(placed: Sequence[Placed]) -> list[int]:
    """Small boxes before those around them: a caption's words are the caption's, though they lie in the figure."""
    return sorted(range(len(placed)), key=lambda n: box.area if (box := placed[n].block.box) else 1.0)


def _lone(placed: Sequence[Placed], number: int) -> bool:
    """Whether a block is all that was read from the part of the page that was shown."""
    area = placed[number].area
    return area is not None and sum(each.area == area for each in placed) == 1


def _boxless(placed: Sequence[Placed], done: Mapping[int, Block]) -> dict[Box | None, list[int]]:
    by_area: dict[Box | None, list[int]] = {}
    for number, each in enumerate(placed):
        if each.block.box is None and number not in done:
            by_area.setdefault(each.area, []).append(number)
    return by_area


def _aligned_table(page: _Page, placed: Placed) -> tuple[Block, set[int]]:
    """A table whose place is known."""
    block = placed.block
    assert block.table is not None
    place = block.box or placed.area or _WHOLE
    table, unsaid = align_table(block.table, page.free(place), page.words, place, is_all_its=True)
    ids = tuple(i for cell in table.cells for i in cell.word_ids)
    page.claimed.update(ids)
    done = _block(placed, ids, page.words).model_copy(update={"table": table})
    return done, unsaid


def _align_boxed(page: _Page, number: int, block: ReadBlock) -> None:
    heard = page.free(block.box)
    if block.kind is BlockKind.FORMULA:
        page.take(Matches(ids={number: heard}), [number])  # LaTeX has the formula's signs, not its words
    elif block.kind is BlockKind.CHART:
        page.take(Matches(ids={number: _said_anywhere(block, heard, page.words)}), [number])
    else:
        # A figure's description need not say what is printed in it.
        is_text = block.kind is not BlockKind.FIGURE
        page.take(match(tokens_of(block.text, number), heard, page.words, takes_near=is_text), [number])


def _said_anywhere(block: ReadBlock, heard: Sequence[int], words: Sequence[Word]) -> list[int]:
    """Words that a chart's reading says, in whatever order: titles, units, ticks, categories, names, values."""
    said = {key_of(piece) for text in _texts_of(block) for piece in text.split()} - {""}
    return [i for i in heard if key_of(words[i].text) in said]


def _texts_of(block: ReadBlock) -> list[str]:
    chart = block.chart
    if chart is None:
        return [block.text]
    axes = [t for axis in (chart.x_axis, chart.y_axis) for t in (axis.title, axis.unit, *axis.ticks)]
    series = [s.name for s in chart.series]
    return [chart.title, *axes, *series, *(t for s in chart.series for p in s.points for t in (p.category, p.text))]


def _align_in_order(page: _Page, area: Box | None, blocks: Sequence[tuple[int, ReadBlock]]) -> None:
    """First all blocks together, for where each stands; then each by itself, those that are surest first."""
    tokens = {number: _tokens(block, number) for number, block in blocks}
    said = [token for number, _ in blocks for token in tokens[number]]
    rough = match(said, page.free(area), page.words, takes_near=False).ids
    for number in sorted(tokens, key=lambda n: len(rough.get(n, ())) / max(1, len(tokens[n])), reverse=True):
        stretch = _densest(rough.get(number, []))
        n_missing = len(tokens[number]) - len(stretch)
        reach = range(min(stretch, default=0) - n_missing, max(stretch, default=-1) + n_missing + 1)
        near = [i for i in page.free(area) if i in reach] if stretch else []
        page.take(match(tokens[number], near, page.words), [number], most_passed=_FEW)
        if len(page.found[number]) < _WELL_MATCHED * len(tokens[number]):
            _look_elsewhere(page, area, number, tokens[number])


def _densest(ids: Sequence[int]) -> list[int]:
    """The longest run of ids without a wide gap: what stands elsewhere was matched by chance."""
    runs: list[list[int]] = []
    for i in ids:
        if not runs or i - runs[-1][-1] > _FEW:
            runs.append([])
        runs[-1].append(i)
    return max(runs, key=len, default=[])


def _look_elsewhere(page: _Page, area: Box | None, number: int, tokens: Sequence[Token]) -> None:
    """Take the stretch of free words in which most of a block's tokens stand, if that is more than was found."""
    before = page.found[number]
    page.claimed -= set(before)
    free = page.free(area)
    keys = {key_of(token.text) for token in tokens}
    hits = [key_of(page.words[i].text) in keys for i in free]
    length = max(1, round(len(tokens) * _ROOM))
    best, start = 0, 0
    inside = sum(hits[:length])
    for n in range(max(1, len(free) - length + 1)):
        if inside > best:
            best, start = inside, n
        inside += (hits[n + length] if n + length < len(hits) else 0) - (hits[n] if n < len(hits) else 0)
    matches = match(tokens, free[start : start + length], page.words)
    if len(matches.ids.get(number, ())) > len(before):
        page.take(matches, [number], most_passed=_FEW)
    else:
        page.claimed.update(before)


def _tokens(block: ReadBlock, number: int) -> list[Token]:
    text = block.text
    if block.table is not None:
        text = " ".join(cell.text for cell in block.table.cells)
    return [] if block.kind is BlockKind.FORMULA else tokens_of(text, number)


def _finished(page: _Page, number: int, placed: Placed) -> tuple[Block, set[int]]:
    """A block with what was found for it; a table's cells share that, and what else stands between and nobody has."""
    said, unsaid = page.found.get(number, []), page.unsaid(number)
    block = placed.block
    if block.table is None:
        return _block(placed, tuple(sorted({*said, *unsaid})), page.words), set(unsaid)
    place = Box.around(page.words[i].box for i in said) or placed.area or _WHOLE
    heard = sorted({*said, *page.free(place)}) if said else []
    table, left = align_table(block.table, heard, page.words, place, is_all_its=False)
    ids = tuple(i for cell in table.cells for i in cell.word_ids)
    page.claimed.update(ids)
    return _block(placed, ids, page.words).model_copy(update={"table": table}), left


def _block(placed: Placed, ids: tuple[int, ...], words: Sequence[Word]) -> Block:
    read = placed.block
    box = read.box or Box.around(words[i].box for i in ids) or placed.area or _WHOLE
    return Block(
        kind=read.kind,
        text=read.text,
        box=box,
        level=read.level,
        word_ids=ids,
        table=read.table,
        chart=read.chart,
        continues_previous=read.continues_previous,
        reader=placed.reader,
    )
