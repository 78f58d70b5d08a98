"""DeepSeek-OCR's grounded Markdown: each piece under its kind and its box."""

from __future__ import annotations

import re
from collections.abc import Sequence

from docai.dialects.boxes import GRID_999, numbers_in
from docai.dialects.dialect import Shown
from docai.dialects.draft import Draft
from docai.dialects.kinds import kind_named
from docai.dialects.limits import legible
from docai.dialects.markdown import read_markdown
from docai.dialects.markdown_writing import write_block
from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock, Reading
from docai.errors import ReplyUnreadable

_HEAD = re.compile(
    r"<\|ref\|>([^<>\n]{1,40})<\|/ref\|>\s?<\|det\|>\s?(\[[^<>]{0,400}\])\s?<\|/det\|>"
    r"|^(\w{1,30})(\[\[[\d., ]{5,100}\]\])[ \t]*$",
    re.MULTILINE,
)
"""Also without the special tokens, as servers give it that leave them out."""
_CUT = re.compile(r"<\|(?:ref|det)\|>[^<]{0,400}\Z|<\|ref\|>[^<>\n]{1,40}<\|/ref\|>\s?\Z")
_TOKEN = re.compile(r"<(\|/?(?:ref|det|grounding)\|>)")
_LABELS = {
    BlockKind.TITLE: "title",
    BlockKind.HEADING: "sub_title",
    BlockKind.PARAGRAPH: "text",
    BlockKind.LIST_ITEM: "list_item",
    BlockKind.TABLE: "table",
    BlockKind.FIGURE: "image",
    BlockKind.CAPTION: "caption",
    BlockKind.FORMULA: "equation",
    BlockKind.HEADER: "header",
    BlockKind.FOOTER: "footer",
    BlockKind.FOOTNOTE: "footnote",
    BlockKind.STAMP: "seal",
    BlockKind.HANDWRITING: "handwriting",
}
_OWN_WORD = frozenset({BlockKind.TABLE, BlockKind.LIST_ITEM, BlockKind.FORMULA, BlockKind.FIGURE})
"""Kinds that the Markdown under a head of plain text may say itself."""


class DeepSeekDialect:
    """`<|ref|>kind<|/ref|><|det|>[[x0, y0, x1, y1]]<|/det|>`, then Markdown; coordinates from 0 to 999."""

    name = "deepseek"
    has_boxes = True
    kinds = frozenset(_LABELS)

    def read(self, text: str, shown: Shown) -> Reading:
        """See `Dialect`."""
        text = legible(text)
        heads = list(_HEAD.finditer(text))
        if not heads:
            raise ReplyUnreadable("there is no grounded piece in the reply")
        draft = Draft()
        before = text[: heads[0].start()].strip()
        if before:
            draft.note("text before the first box is kept without one")
            read_markdown(before, draft)
        for head, following in zip(heads, [*heads[1:], None], strict=True):
            content = text[head.end() : following.start() if following else len(text)]
            cut = None if following else _CUT.search(content)
            if cut is not None:
                draft.broken_off("the reply breaks off in the head of a piece")
                content = content[: cut.start()]
            _take(head, content, shown, draft)
        return draft.reading()

    def write(self, blocks: Sequence[ReadBlock], shown: Shown) -> str:
        """See `Dialect`. Blocks without a box get none, and read back as text under the one before them."""
        pieces = []
        for block in blocks:
            box = "" if block.box is None else f"[{list(GRID_999.write(block.box, shown))}]"
            label = _LABELS.get(block.kind, "text")
            body = "" if block.kind is BlockKind.FIGURE and not block.text else _TOKEN.sub(r"< \1", write_block(block))
            head = f"<|ref|>{label}<|/ref|><|det|>{box}<|/det|>\n" if box else ""
            pieces.append(head + body)
        return "\n\n".join(pieces)


def _take(head: re.Match[str], content: str, shown: Shown, draft: Draft) -> None:
    """The blocks under one head, all of them in its box."""
    label, coordinates = head[1] or head[3], head[2] or head[4]
    kind = kind_named(label)
    if kind is None:
        draft.note(f"an unknown kind is taken for a paragraph: {label[:40]!r}")
        kind = BlockKind.PARAGRAPH
    numbers = numbers_in(coordinates)
    box, problem = GRID_999.read(numbers[:4], shown)
    if problem:
        draft.note(problem)
    if len(numbers) > 4:
        draft.note("a piece has more than one box; the first is taken")
    under = Draft()
    read_markdown(content, under)
    for number, block in enumerate(under.blocks):
        is_own = block.kind in _OWN_WORD or (number > 0 and block.kind in {BlockKind.TITLE, BlockKind.HEADING})
        said = block.kind if is_own and kind is not BlockKind.TABLE else kind
        if block.table is not None or (block.kind is BlockKind.TABLE and kind is BlockKind.PARAGRAPH):
            said = BlockKind.TABLE
        level = block.level if said is BlockKind.HEADING else None
        under.blocks[number] = block.model_copy(update={"kind": said, "box": box, "level": level})
    if not under.blocks:
        under.add(ReadBlock(kind=kind, text="", box=box))
    draft.take(under)
