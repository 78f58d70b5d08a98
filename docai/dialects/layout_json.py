"""Layout as a JSON array of boxes, categories and texts: Qwen-VL and dots.ocr."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from docai.dialects.boxes import Scale
from docai.dialects.dialect import Shown
from docai.dialects.draft import Draft
from docai.dialects.fences import unfenced
from docai.dialects.formulas import bare
from docai.dialects.html_tables import read_first_table, write_html_table
from docai.dialects.json_elements import elements_of
from docai.dialects.kinds import kind_named, level_named
from docai.dialects.limits import legible
from docai.dialects.markdown import read_markdown
from docai.dialects.markup import table_parts
from docai.dialects.otsl import has_otsl, read_otsl
from docai.domain.geometry import Box
from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock, Reading
from docai.errors import ReplyUnreadable

_BOX_KEYS = ("bbox", "bbox_2d", "box", "box_2d", "block_bbox")
_KIND_KEYS = ("category", "label", "type", "block_label", "kind")
_TEXT_KEYS = ("text", "text_content", "content", "html", "latex", "block_content")
"""In the words of dots.ocr, Qwen2.5-VL and Qwen3-VL, and PaddleOCR's results."""
_HASHES = re.compile(r"^(#{1,6})\s+")
_CATEGORIES = {
    BlockKind.TITLE: "Title",
    BlockKind.HEADING: "Section-header",
    BlockKind.PARAGRAPH: "Text",
    BlockKind.LIST_ITEM: "List-item",
    BlockKind.TABLE: "Table",
    BlockKind.FIGURE: "Picture",
    BlockKind.CAPTION: "Caption",
    BlockKind.FORMULA: "Formula",
    BlockKind.HEADER: "Page-header",
    BlockKind.FOOTER: "Page-footer",
    BlockKind.FOOTNOTE: "Footnote",
    BlockKind.FIELD: "Form-field",
    BlockKind.CHART: "Chart",
    BlockKind.HANDWRITING: "Handwriting",
    BlockKind.STAMP: "Stamp",
}
"""The eleven categories of dots.ocr, and four more that Qwen-VL can be asked for."""


class LayoutJsonDialect:
    """`[{"bbox": [x0, y0, x1, y1], "category": "...", "text": "..."}]` in reading order, tables as HTML."""

    has_boxes = True
    kinds = frozenset(_CATEGORIES)

    def __init__(self, name: str, scale: Scale) -> None:
        self._name = name
        self._scale = scale

    @property
    def name(self) -> str:
        """Its name in settings and profiles."""
        return self._name

    def read(self, text: str, shown: Shown) -> Reading:
        """See `Dialect`."""
        text, is_open = unfenced(legible(text))
        draft = Draft(is_truncated=is_open)
        is_any = False
        for element in elements_of(text, draft):
            is_any = self._take(element, shown, draft) or is_any
        if not is_any and not draft.is_truncated and not _is_empty(text):
            raise ReplyUnreadable("nothing in the reply is a box with a category")
        return draft.reading()

    def write(self, blocks: Sequence[ReadBlock], shown: Shown) -> str:
        """See `Dialect`."""
        return json.dumps([self._element(block, shown) for block in blocks], ensure_ascii=False)

    def _take(self, element: Mapping[str, Any], shown: Shown, draft: Draft) -> bool:
        """One element into the draft; False where it is none."""
        raw_box, raw_kind, raw_text = (_first(element, keys) for keys in (_BOX_KEYS, _KIND_KEYS, _TEXT_KEYS))
        if raw_box is None and raw_kind is None and raw_text is None:
            draft.note("a JSON object without box, category and text is left out")
            return False
        label = raw_kind if isinstance(raw_kind, str) else "text"
        text = raw_text if isinstance(raw_text, str) else "" if raw_text is None else json.dumps(raw_text)
        kind = kind_named(label)
        if kind is None:
            draft.note(f"an unknown category is taken for a paragraph: {label[:40]!r}")
        box, problem = self._scale.read(raw_box, shown) if isinstance(raw_box, list | tuple) else (None, "")
        if problem:
            draft.note(problem)
        add_block(draft, kind or BlockKind.PARAGRAPH, text, box=box, level=level_named(label))
        return True

    def _element(self, block: ReadBlock, shown: Shown) -> dict[str, object]:
        element: dict[str, object] = {}
        if block.box is not None:
            element["bbox"] = list(self._scale.write(block.box, shown))
        element["category"] = _CATEGORIES[block.kind]
        if block.table is not None:
            element["text"] = write_html_table(block.table)
        elif block.kind is BlockKind.TITLE and block.text:
            element["text"] = f"# {block.text}"
        elif block.kind is BlockKind.HEADING and block.text:
            element["text"] = f"{'#' * min(6, 1 + (block.level or 1))} {block.text}"
        elif block.text:
            element["text"] = block.text
        return element


def add_block(draft: Draft, kind: BlockKind, text: str, *, box: Box | None, level: int | None = None) -> None:
    """A block by its kind and its text, in which tables are HTML, OTSL or pipes, and headings have number signs."""
    text = text.strip()
    match kind:
        case BlockKind.TABLE if has_otsl(text):
            draft.add(read_otsl(text, draft, box=box))
        case BlockKind.TABLE if "<table" in text.lower():
            for is_table, part, is_cut in table_parts(text):
                if is_table:
                    draft.add(read_first_table(part, draft, box=box, is_truncated=is_cut))
                elif part.strip():
                    draft.add(ReadBlock(kind=BlockKind.PARAGRAPH, text=part.strip(), box=box))
        case BlockKind.TABLE if "|" in text:
            under = Draft()
            read_markdown(text, under)
            under.blocks = [block.model_copy(update={"box": box}) for block in under.blocks]
            draft.take(under)
        case BlockKind.TITLE | BlockKind.HEADING:
            found = _HASHES.match(text)
            if kind is BlockKind.HEADING:
                level = level or (max(1, len(found[1]) - 1) if found else None)
            draft.add(ReadBlock(kind=kind, text=text[found.end() :] if found else text, box=box, level=level))
        case BlockKind.FORMULA:
            draft.add(ReadBlock(kind=kind, text=bare(text), box=box))
        case _:
            draft.add(ReadBlock(kind=kind, text=text, box=box))


def _first(element: Mapping[str, Any], keys: Sequence[str]) -> Any:  # noqa: ANN401 - JSON
    return next((element[key] for key in keys if element.get(key) is not None), None)


def _is_empty(text: str) -> bool:
    """Whether the array is there and empty: the model saw nothing."""
    return re.fullmatch(r"\s*(?:\[\s*\]|\{\s*\"\w{1,40}\"\s*:\s*\[\s*\]\s*\})\s*", text) is not None
