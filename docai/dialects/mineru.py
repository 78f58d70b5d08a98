"""MinerU2.5: boxes with kinds and rotation of a whole page first, then each crop by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from docai.dialects.boxes import PER_MILLE
from docai.dialects.dialect import Shown
from docai.dialects.draft import Draft
from docai.dialects.kinds import kind_named
from docai.dialects.layout_json import add_block
from docai.dialects.limits import legible
from docai.dialects.otsl import has_otsl, inert, read_otsl, write_otsl
from docai.domain.geometry import Box
from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock, Reading
from docai.errors import ReplyUnreadable

_HEAD = re.compile(
    r"<\|box_start\|>\s*(\d{1,4})[\s,]+(\d{1,4})[\s,]+(\d{1,4})[\s,]+(\d{1,4})\s*<\|box_end\|>"
    r"<\|ref_start\|>\s*(\w{1,30})\s*<\|ref_end\|>"
)
_OPENING = re.compile(r"<\|box_start\|>")
_CONTENT = re.compile(r"<\|md_start\|>(.*?)<\|md_end\|>", re.DOTALL)
"""What MinerU2.0 (2505) writes in the same pass; MinerU2.5 leaves it to the crops."""
_TOKEN = re.compile(r"<(\|\w{1,20}\|>)")
_TURNS = {"rotate_up": 0, "rotate_right": 270, "rotate_down": 180, "rotate_left": 90}
"""The token says how the print lies; mineru_vl_utils turns a crop with `rotate_right` by 90 degrees the other way,
counter-clockwise (`ANGLE_MAPPING`, and Pillow's `rotate`), which is 270 clockwise."""
_TURN_NAMES = {turn: name for name, turn in _TURNS.items()}
_LABELS = {
    BlockKind.TITLE: "doc_title",
    BlockKind.HEADING: "title",
    BlockKind.PARAGRAPH: "text",
    BlockKind.LIST_ITEM: "list_item",
    BlockKind.TABLE: "table",
    BlockKind.FIGURE: "image",
    BlockKind.CAPTION: "image_caption",
    BlockKind.FORMULA: "equation",
    BlockKind.HEADER: "header",
    BlockKind.FOOTER: "footer",
    BlockKind.FOOTNOTE: "page_footnote",
    BlockKind.CHART: "chart",
}
_HEADINGS = frozenset({"title", "paragraph_title"})
INSIDE = 0.9
"""Share of a text's or formula's box that lies in a table's from which on it is a cell, read with the table."""


class MinerUDialect:
    """`<|box_start|>x0 y0 x1 y1<|box_end|><|ref_start|>kind<|ref_end|><|rotate_up|>`, in thousandths of the image.

    A reply without boxes may be a table's crop in OTSL.
    """

    name = "mineru"
    has_boxes = True
    kinds = frozenset(_LABELS)

    def read(self, text: str, shown: Shown) -> Reading:
        """See `Dialect`. What lies within a table's box is left to the table."""
        text = legible(text)
        heads = list(_HEAD.finditer(text))
        draft = Draft()
        if not heads and has_otsl(text):
            draft.add(read_otsl(text, draft))
            return draft.reading()
        if not heads:
            raise ReplyUnreadable("there is no box in the reply")
        for head, following in zip(heads, [*heads[1:], None], strict=True):
            rest = text[head.end() : following.start() if following else len(text)]
            self._take(head, rest, shown, draft, is_last=following is None)
        draft.blocks = _outside_tables(draft)
        return draft.reading()

    def write(self, blocks: Sequence[ReadBlock], shown: Shown) -> str:
        """See `Dialect`. Blocks without a box cannot be said. Text stands behind its box, as MinerU2.0 has it."""
        return "\n".join(_written(block, block.box, shown) for block in blocks if block.box is not None)

    def _take(self, head: re.Match[str], rest: str, shown: Shown, draft: Draft, *, is_last: bool) -> None:
        label = head[5].lower()
        kind = kind_named(label)
        if kind is None:
            draft.note(f"an unknown kind is taken for a paragraph: {label!r}")
        if label in _HEADINGS:
            kind = BlockKind.HEADING
        box, problem = PER_MILLE.read([int(head[n]) for n in (1, 2, 3, 4)], shown)
        if problem:
            draft.note(problem)
        content = _CONTENT.search(rest)
        if _OPENING.search(rest) or ("<|md_start|>" in rest and content is None):
            if is_last:
                draft.broken_off("the reply breaks off within a box")
            else:
                draft.note("a box that is not whole is left out")
        n_blocks = len(draft.blocks)
        add_block(draft, kind or BlockKind.PARAGRAPH, content[1] if content else "", box=box)
        tail = rest[: content.start()] + rest[content.end() :] if content else rest
        turn = next((degrees for name, degrees in _TURNS.items() if name in tail), 0)
        is_next = label == "text" and "txt_contd_tgt" in tail
        if (turn or is_next) and len(draft.blocks) > n_blocks:
            turned = draft.blocks[n_blocks].model_copy(update={"rotation": turn, "continues_previous": is_next})
            draft.blocks[n_blocks] = turned


def _outside_tables(draft: Draft) -> list[ReadBlock]:
    tables = [b.box for b in draft.blocks if b.kind is BlockKind.TABLE and b.box is not None]
    kept = []
    for block in draft.blocks:
        is_text = block.kind in {BlockKind.PARAGRAPH, BlockKind.FORMULA} and block.box is not None
        if is_text and not block.text and block.box is not None and any(_lies_in(block.box, t) for t in tables):
            draft.note("boxes within a table are left to the table")
        else:
            kept.append(block)
    return kept


def _lies_in(box: Box, table: Box) -> bool:
    return box.overlap(table) >= INSIDE * box.area


def _written(block: ReadBlock, box: Box, shown: Shown) -> str:
    numbers = " ".join(f"{n:03d}" for n in PER_MILLE.write(box, shown))
    label = _LABELS.get(block.kind, "text")
    text = write_otsl(block.table) if block.table is not None else inert(_TOKEN.sub(r"< \1", block.text))
    content = f"<|md_start|>{text}<|md_end|>" if text else ""
    linked = "<|txt_contd_tgt|>" if block.continues_previous and label == "text" else ""
    turn = f"<|{_TURN_NAMES.get(block.rotation, 'rotate_up')}|>"
    return f"<|box_start|>{numbers}<|box_end|><|ref_start|>{label}<|ref_end|>{turn}{content}{linked}"
