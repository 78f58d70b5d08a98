"""How a page is looked at: all in one pass, or in two looks, at its layout and then at each block by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from docai.dialects.profiles import PURPOSES, Ask, ReadingProfile
from docai.domain.attempts import Rung
from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind
from docai.domain.readings import ReadBlock
from docai.domain.sights import Purpose, TokenPlan
from docai.grounding.align import Placed
from docai.pipeline.ladder import Ladder, Part, Wanted
from docai.pipeline.place import joined, placed
from docai.pipeline.sheet import Sheet

_SAME = 0.9
"""Boxes with this intersection over union are of one block that the model named twice; as MinerU2.5's own client does
(mineru_vl_utils, `MinerUClient`)."""
_WITHIN = 0.9
"""Text of which so much lies in a table or chart is the table's; likewise."""
_FRAMES = frozenset({BlockKind.TABLE, BlockKind.CHART})


@dataclass(frozen=True, slots=True)
class Look:
    """What came of a part of the page."""

    area: Box | None
    """Which part; None for all of it."""
    rung: Rung
    blocks: tuple[Placed, ...] | None
    """None where every rung failed, or the part was not shown: it is as the layout engine read it."""
    was_tried: bool = True


def one_pass(ladder: Ladder, sheet: Sheet, ask: Ask, rotation: int) -> list[Look]:
    """Show the page whole, or in as few regions as keep the fidelity rule, and have each read with all that it has."""
    wanted = Wanted(ask, Purpose.TEXT, lambda prompt, turn: sheet.pages(prompt, Purpose.TEXT, turn), rotation=rotation)
    parts = ladder.climb([wanted])
    read = [None if part.reading is None else placed(part.reading, part.view) for part in parts]
    told = joined([blocks for blocks in read if blocks is not None])
    looks = []
    for part, blocks in zip(parts, read, strict=True):
        area = part.view.on_page if part.view.region else None
        once = None if blocks is None else tuple(each for each in blocks if any(each is one for one in told))
        looks.append(Look(area, part.rung, once))
    return looks


def two_looks(
    ladder: Ladder, sheet: Sheet, profile: ReadingProfile, known: Sequence[Block], rotation: int
) -> list[Look]:
    """Find the page's blocks, or take those that the layout engine knows, and read each at its own resolution."""
    found = _layout(ladder, sheet, profile.layout, rotation) if profile.layout else []
    blocks = found or [_as_read(block) for block in known]
    shown = [(n, ask) for n, block in enumerate(blocks) if (ask := profile.pieces.get(_purpose(block))) is not None]
    wanted = [_wanted(sheet, blocks[n], ask, rotation) for n, ask in shown]
    parts: dict[int, list[Part]] = {n: [] for n, _ in shown}
    for part in ladder.climb(wanted):
        parts[shown[part.number][0]].append(part)
    return [_look(block, parts.get(n), is_model=bool(found)) for n, block in enumerate(blocks)]


def _layout(ladder: Ladder, sheet: Sheet, ask: Ask, rotation: int) -> list[ReadBlock]:
    """Blocks with their boxes on the page; none where the model found none."""

    def plan(prompt: str, turn: int) -> tuple[TokenPlan, ...]:
        return sheet.pages(prompt, Purpose.LAYOUT, turn)

    parts = ladder.climb([Wanted(ask, Purpose.LAYOUT, plan, rotation=rotation)])
    read = [placed(part.reading, part.view) for part in parts if part.reading is not None]
    if len(read) < len(parts):
        return []
    blocks = [each.block for each in joined(read)]
    return _told_once([block for block in blocks if block.box is not None and block.box.area > 0])


def _told_once(blocks: Sequence[ReadBlock]) -> list[ReadBlock]:
    """Blocks without those named twice, and without text that lies in a table or chart, which is read with it."""
    kept: list[ReadBlock] = []
    frames = [block.box for block in blocks if block.kind in _FRAMES and block.box]
    for block in blocks:
        box = block.box
        assert box is not None
        is_inside = block.kind not in _FRAMES and any(box.overlap(frame) >= _WITHIN * box.area for frame in frames)
        if not is_inside and not any(other.box is not None and box.iou(other.box) > _SAME for other in kept):
            kept.append(block)
    return kept


def _wanted(sheet: Sheet, block: ReadBlock, ask: Ask, rotation: int) -> Wanted:
    box, purpose = block.box, _purpose(block)
    assert box is not None

    def plan(prompt: str, turn: int) -> tuple[TokenPlan, ...]:
        return sheet.region(prompt, box, purpose, turn)

    return Wanted(ask, purpose, plan, box, (rotation + block.rotation) % 360)


def _look(block: ReadBlock, parts: Sequence[Part] | None, *, is_model: bool) -> Look:
    if parts is None:
        # Nothing reads this kind by itself: what the first look told of it is all that there is.
        return Look(block.box, Rung.MODEL, (Placed(block),) if is_model else None, was_tried=False)
    rung = max((part.rung for part in parts), key=list(Rung).index, default=Rung.MODEL)
    if any(part.reading is None for part in parts):
        return Look(block.box, rung, None)
    pieces = [placed(part.reading, part.view, kind_box=block.box) for part in parts if part.reading is not None]
    return Look(block.box, rung, tuple(_as_found(block, joined(pieces))))


def _as_found(block: ReadBlock, read: Sequence[Placed]) -> list[Placed]:
    """What was read of a block, as the kind of block that it was found to be."""
    if _purpose(block) in {Purpose.TABLE, Purpose.CHART}:
        return [_continued(each, block) for each in read]
    is_plain = all(each.block.kind is BlockKind.PARAGRAPH for each in read)
    if block.kind is BlockKind.PARAGRAPH and not is_plain:
        return list(read)
    text = "\n".join(each.block.text for each in read if each.block.text.strip())
    if not text and block.kind is not BlockKind.FIGURE:
        return []
    told = [each.block.confidence for each in read if each.block.confidence is not None]
    found = {"text": text, "table": None, "chart": None, "confidence": min(told, default=None)}
    return [Placed(block.model_copy(update=found), block.box)]


def _continued(each: Placed, block: ReadBlock) -> Placed:
    carried = {"continues_previous": each.block.continues_previous or block.continues_previous}
    return Placed(each.block.model_copy(update=carried), each.area, each.reader)


def _purpose(block: ReadBlock) -> Purpose:
    return PURPOSES.get(block.kind, Purpose.TEXT)


def _as_read(block: Block) -> ReadBlock:
    return ReadBlock(kind=block.kind, text=block.text, box=block.box, level=block.level)
