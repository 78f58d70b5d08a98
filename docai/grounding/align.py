"""What a model read, with the page's words that say it: blocks and cells get words, and boxes where they had none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind
from docai.domain.readings import ReadBlock
from docai.domain.tables import Table
from docai.domain.words import PageWords, Word
from docai.grounding.align_tables import align_table
from docai.grounding.claims import Claims
from docai.grounding.in_order import align_in_order
from docai.grounding.leftovers import unsaid as unsaid_by
from docai.grounding.word_matching import Matches, Print, key_of, match, tokens_of

_OFF = 0.03
"""Models' boxes may cut off a line or a column: what a block lacks is looked for so far outside, in fractions of the
page, once every other block has its words."""
_LINES_BESIDE = 6
"""Lines above and below what was found of a table in which more of it may stand."""
_BESIDE = 0.5
"""The same to the left and right, in fractions of the page."""
_OTHER_THAN_TEXT = frozenset({BlockKind.FIGURE, BlockKind.CHART, BlockKind.FORMULA})
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


def align(placed: Sequence[Placed], words: PageWords, *, taken: Iterable[int] = ()) -> Aligned:
    """Give every block and cell the words that say it.

    A block with a box is looked for among the words there; one without among all words of what was shown, in the order
    of blocks and words, and where that finds little of it, wherever most of it stands together. A word is one block's.

    Args:
        placed: what was read, in reading order.
        words: the page's words.
        taken: ids of words that other blocks of the page have.
    """
    page = Claims(Print(words.words), set(taken))
    tables: dict[int, tuple[Block, set[int]]] = {}
    for number in _boxed_first(placed):
        block = placed[number].block
        if block.table is not None and (block.box is not None or _lone(placed, number)):
            tables[number] = _aligned_table(page, number, placed[number], 0.0)
        elif block.box is not None:
            _align_boxed(page, number, block)
    for area, numbers in _boxless(placed, tables).items():
        align_in_order(page, area, [(n, placed[n].block) for n in numbers])
    for number, each in enumerate(placed):
        if number not in tables and each.block.box is not None:
            _look_beside(page, number, each.block)
        elif number in tables and _lacks_words(tables[number][0]):
            page.let_go(number)
            tables[number] = _aligned_table(page, number, each, _OFF)
    done = [tables[n] if n in tables else _finished(page, n, each) for n, each in enumerate(placed)]
    return Aligned(tuple(block for block, _ in done), frozenset(i for _, unsaid in done for i in unsaid))


def _boxed_first(placed: Sequence[Placed]) -> list[int]:
    """Small boxes before those around them: a caption's words are the caption's, though they lie in the figure."""
    return sorted(range(len(placed)), key=lambda n: box.area if (box := placed[n].block.box) else 1.0)


def _lone(placed: Sequence[Placed], number: int) -> bool:
    """Whether a block is all that was read from the part of the page that was shown."""
    area = placed[number].area
    return area is not None and sum(each.area == area for each in placed) == 1


def _boxless(placed: Sequence[Placed], done: Mapping[int, object]) -> dict[Box | None, list[int]]:
    by_area: dict[Box | None, list[int]] = {}
    for number, each in enumerate(placed):
        if each.block.box is None and number not in done:
            by_area.setdefault(each.area, []).append(number)
    return by_area


def _aligned_table(page: Claims, number: int, placed: Placed, off: float) -> tuple[Block, set[int]]:
    """A table whose place is known, give or take so much; and the words in its cells that these do not say."""
    block = placed.block
    assert block.table is not None
    place = block.box or placed.area or _WHOLE
    place = Box.clipped(place.x0 - off, place.y0 - off, place.x1 + off, place.y1 + off)
    table, unsaid = align_table(block.table, page.free(place), page.printed, place, is_all_its=True)
    return _with_table(page, number, placed, table), unsaid


def _with_table(page: Claims, number: int, placed: Placed, table: Table) -> Block:
    """A table's block; what its cells say is nobody else's."""
    ids = tuple(i for cell in table.cells for i in cell.word_ids)
    page.found[number] = list(ids)
    page.claimed.update(ids)
    return _block(placed, ids, page.words).model_copy(update={"table": table})


def _lacks_words(block: Block) -> bool:
    """Whether some cell of a table has fewer words than it says."""
    return block.table is not None and any(len(c.word_ids) < len(c.text.split()) for c in block.table.cells)


def _align_boxed(page: Claims, number: int, block: ReadBlock) -> None:
    heard = page.free(block.box)
    if block.kind is BlockKind.FORMULA:
        page.take(Matches(ids={number: heard}), [number])  # LaTeX has the formula's signs, not its words
    elif block.kind is BlockKind.CHART:
        page.take(Matches(ids={number: _said_anywhere(block, heard, page.printed)}), [number])
    else:
        # A figure's description need not say what is printed in it.
        is_text = block.kind is not BlockKind.FIGURE
        page.take(match(tokens_of(block.text, number), heard, page.printed, takes_near=is_text), [number])


def _look_beside(page: Claims, number: int, block: ReadBlock) -> None:
    """Look for the words that a text lacks beside its box, if it finds more of them there."""
    tokens = tokens_of(block.text, number)
    if block.kind in _OTHER_THAN_TEXT or len(page.found.get(number, ())) >= len(tokens):
        return
    before = page.let_go(number)
    found = match(tokens, page.free(block.box, _OFF), page.printed)
    if len(found.ids.get(number, ())) > len(before):
        page.take(found, [number])
    page.claimed.update(page.found[number])


def _said_anywhere(block: ReadBlock, heard: Sequence[int], printed: Print) -> list[int]:
    """Words that a chart's reading says, in whatever order: titles, units, ticks, categories, names, values."""
    said = {key_of(piece) for text in _texts_of(block) for piece in text.split()} - {""}
    return [i for i in heard if printed.keys[i] in said]


def _texts_of(block: ReadBlock) -> list[str]:
    chart = block.chart
    if chart is None:
        return [block.text]
    axes = [t for axis in (chart.x_axis, chart.y_axis) for t in (axis.title, axis.unit, *axis.ticks)]
    series = [s.name for s in chart.series]
    return [chart.title, *axes, *series, *(t for s in chart.series for p in s.points for t in (p.category, p.text))]


def _finished(page: Claims, number: int, placed: Placed) -> tuple[Block, set[int]]:
    """A block with what was found for it; a table's cells share that, and what else stands between and nobody has."""
    said, block = page.found.get(number, []), placed.block
    if block.table is None:
        unsaid = unsaid_by(page, number, block)
        page.claimed |= unsaid
        return _block(placed, tuple(sorted({*said, *unsaid})), page.words), unsaid
    place = _roomy(page, said) or placed.area or _WHOLE
    heard = sorted({*said, *page.free(place)}) if said else []
    table, unsaid = align_table(block.table, heard, page.printed, place, is_all_its=False)
    return _with_table(page, number, placed, table), unsaid


def _roomy(page: Claims, ids: Sequence[int]) -> Box | None:
    """Around words, with room for rows and columns beside them of which nothing was found; None for no words."""
    box = Box.around(page.words[i].box for i in ids)
    if box is None:
        return None
    down = _LINES_BESIDE * median(page.words[i].box.height for i in ids)
    return Box.clipped(box.x0 - _BESIDE, box.y0 - down, box.x1 + _BESIDE, box.y1 + down)


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
