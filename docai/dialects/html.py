"""HTML pages: Chandra's blocks with boxes and labels, and any other page as its elements say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from lxml import etree

from docai.dialects.boxes import Scale, numbers_in
from docai.dialects.dialect import Shown
from docai.dialects.draft import Draft
from docai.dialects.fences import unfenced
from docai.dialects.formulas import bare
from docai.dialects.html_tables import read_html_table, write_html_table
from docai.dialects.kinds import kind_named
from docai.dialects.limits import MAX_DEPTH, legible
from docai.dialects.markup import DROPPED, dropped_elements, local_name, parse_html, plain_text
from docai.domain.geometry import Box
from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock, Reading
from docai.errors import ReplyUnreadable

_ELEMENT = re.compile(r"<(?:div|p|h[1-6]|table|ul|ol|li|img|figure|math|span|section|article|body)\b", re.IGNORECASE)
_CUT_TAG = re.compile(r"<(?:[a-zA-Z/][^<>]{0,4000})?\Z")
_WHOLE_END = re.compile(r"(?:</[a-zA-Z][^<>]*|<[a-zA-Z][^<>]*/)>\s*\Z")
"""An element that ended; an opening tag at the end has lost its content."""
_EDGE = re.compile(r"<(/?)(div|table)\b[^<>]*>", re.IGNORECASE)
_TABLE = re.compile(r"<table\b", re.IGNORECASE)
_TABLE_END = re.compile(r"</table\s*>", re.IGNORECASE)
_HEADING = re.compile(r"h([1-6])")
_HOLDERS = frozenset(
    [
        "html",
        "body",
        "div",
        "section",
        "article",
        "main",
        "figure",
        "ul",
        "ol",
        "dl",
        "header",
        "footer",
        "blockquote",
        "form",
        "center",
    ]
)
_BLOCKS = _HOLDERS | frozenset(["p", "table", "li", "img", "pre", "figcaption", "dt", "dd"])
_LABELS = {
    BlockKind.TITLE: "Title",
    BlockKind.HEADING: "Section-Header",
    BlockKind.PARAGRAPH: "Text",
    BlockKind.LIST_ITEM: "List-Group",
    BlockKind.TABLE: "Table",
    BlockKind.FIGURE: "Image",
    BlockKind.CAPTION: "Caption",
    BlockKind.FORMULA: "Equation-Block",
    BlockKind.HEADER: "Page-Header",
    BlockKind.FOOTER: "Page-Footer",
    BlockKind.FOOTNOTE: "Footnote",
    BlockKind.FIELD: "Form-Field",
    BlockKind.CHART: "Chart",
    BlockKind.HANDWRITING: "Handwriting",
    BlockKind.STAMP: "Stamp",
}
"""Chandra's labels (its layout prompt), and four that it does not have."""


class HtmlDialect:
    """`<div data-bbox="x0 y0 x1 y1" data-label="Text">...</div>`, or elements without boxes.

    Scripts, styles, comments and attributes are dropped: a block has plain text.
    """

    has_boxes = True
    kinds = frozenset(_LABELS)

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
        if _ELEMENT.search(text) is None:
            raise ReplyUnreadable("there is no HTML element in the reply")
        draft = Draft(is_truncated=is_open)
        cut = _CUT_TAG.search(text)
        depth = sum(-1 if edge[1] else 1 for edge in _EDGE.finditer(text))
        if cut is not None or depth > 0:
            draft.broken_off("the HTML breaks off within an element")
        root = parse_html(text[: cut.start()] if cut else text)
        dropped = dropped_elements(root)
        if dropped:
            draft.note(f"elements are left out: {', '.join(dropped)}")
        is_cut_table = len(_TABLE.findall(text)) > len(_TABLE_END.findall(text))
        cut_table = next(reversed([*root.iter("table")]), None) if is_cut_table else None
        _Walk(self._scale, shown, draft, cut_table).read(root)
        is_half = _WHOLE_END.search(text) is None if cut is None else not cut[0].startswith("</")
        if draft.is_truncated and cut_table is None and is_half and draft.blocks:
            draft.blocks.pop()
        return draft.reading()

    def write(self, blocks: Sequence[ReadBlock], shown: Shown) -> str:
        """See `Dialect`."""
        return "\n".join(self._written(block, shown) for block in blocks)

    def _written(self, block: ReadBlock, shown: Shown) -> str:
        numbers = () if block.box is None else self._scale.write(block.box, shown)
        box = f' data-bbox="{" ".join(map(str, numbers))}"' if numbers else ""
        return f'<div{box} data-label="{_LABELS[block.kind]}">{_content(block)}</div>'


class _Walk:
    """Through the elements of a page, in order."""

    def __init__(self, scale: Scale, shown: Shown, draft: Draft, cut_table: etree._Element | None) -> None:
        self._scale = scale
        self._shown = shown
        self._draft = draft
        self._cut_table = cut_table
        self._box: Box | None = None
        """Of the labelled element around."""

    def read(self, element: etree._Element, depth: int = 0) -> None:
        """What stands in an element that only holds others; text between them is a paragraph."""
        loose = [element.text or ""]
        for child in element:
            name = local_name(child)
            if name in DROPPED:
                pass
            elif child.get("data-label") is not None or name in _BLOCKS or _HEADING.fullmatch(name):
                self._say(BlockKind.PARAGRAPH, "".join(loose))
                loose = []
                self._take(child, name, depth)
            else:
                loose.append("\n" if name == "br" else plain_text(child))
            loose.append(child.tail or "")
        self._say(BlockKind.PARAGRAPH, "".join(loose))

    def _take(self, element: etree._Element, name: str, depth: int) -> None:
        heading = _HEADING.fullmatch(name)
        if element.get("data-label") is not None and self._box is None:
            self._labelled(element, element.get("data-label") or "", depth)
        elif name == "table":
            self._table(element)
        elif heading:
            level = int(heading[1])
            kind = BlockKind.TITLE if level == 1 else BlockKind.HEADING
            self._say(kind, plain_text(element), level=None if level == 1 else level - 1)
        elif name == "img":
            self._draft.add(ReadBlock(kind=BlockKind.FIGURE, text=_alt(element), box=self._box))
        elif name == "math":
            self._say(BlockKind.FORMULA, _formula(element))
        elif name in _HOLDERS and depth < MAX_DEPTH:
            self.read(element, depth + 1)
        else:
            kinds = {"li": BlockKind.LIST_ITEM, "figcaption": BlockKind.CAPTION}
            self._say(kinds.get(name, BlockKind.PARAGRAPH), plain_text(element))

    def _labelled(self, element: etree._Element, label: str, depth: int) -> None:
        """An element that says what it is, and where."""
        kind = kind_named(label)
        if kind is None:
            self._draft.note(f"an unknown label is taken for a paragraph: {label[:40]!r}")
            kind = BlockKind.PARAGRAPH
        self._box, problem = None, ""
        if element.get("data-bbox") is not None:
            self._box, problem = self._scale.read(numbers_in(element.get("data-bbox") or ""), self._shown)
        if problem:
            self._draft.note(problem)
        n_blocks = len(self._draft.blocks)
        if kind in {BlockKind.LIST_ITEM, BlockKind.TABLE} or next(element.iter("table"), None) is not None:
            self.read(element, depth + 1)
            self._call(n_blocks, kind)
        else:
            text, level = plain_text(element), None
            if kind is BlockKind.FIGURE:
                text = "\n".join(filter(None, [*(_alt(e) for e in element.iter("img")), text]))
            if kind is BlockKind.FORMULA:
                text = _formula(element)
            if kind is BlockKind.HEADING:
                levels = [int(f[1]) for e in element.iter() if (f := _HEADING.fullmatch(local_name(e)))]
                level = max(1, levels[0] - 1) if levels else None
            self._draft.add(ReadBlock(kind=kind, text=text, box=self._box, level=level))
        self._box = None

    def _call(self, first: int, kind: BlockKind) -> None:
        """Paragraphs within a labelled element are of its kind; an element without any is a block without text."""
        if len(self._draft.blocks) == first:
            self._draft.add(ReadBlock(kind=kind, text="", box=self._box))
        if kind in {BlockKind.TABLE, BlockKind.LIST_ITEM} and all(b.table is None for b in self._draft.blocks[first:]):
            for number in range(first, len(self._draft.blocks)):
                self._draft.blocks[number] = self._draft.blocks[number].model_copy(update={"kind": kind})

    def _table(self, element: etree._Element) -> None:
        is_cut = element is self._cut_table
        self._draft.add(read_html_table(element, self._draft, box=self._box, is_truncated=is_cut))

    def _say(self, kind: BlockKind, text: str, *, level: int | None = None) -> None:
        lines = (" ".join(line.split()) for line in text.split("\n"))
        text = "\n".join(line for line in lines if line)
        if text:
            self._draft.add(ReadBlock(kind=kind, text=text, box=self._box, level=level))


def _formula(element: etree._Element) -> str:
    """The LaTeX in an element, without the signs around it."""
    lines = "".join(str(piece) for piece in element.itertext()).split("\n")
    return bare("\n".join(line for each in lines if (line := " ".join(each.split()))))


def _alt(element: etree._Element) -> str:
    return " ".join((element.get("alt") or "").split())


def _content(block: ReadBlock) -> str:
    text = escape(block.text, quote=False).replace("\n", "<br/>")
    match block.kind:
        case BlockKind.TABLE if block.table is not None:
            return write_html_table(block.table)
        case BlockKind.TITLE:
            return f"<h1>{text}</h1>"
        case BlockKind.HEADING:
            level = min(6, 1 + (block.level or 1))
            return f"<h{level}>{text}</h{level}>"
        case BlockKind.LIST_ITEM:
            return f"<ul><li>{text}</li></ul>"
        case BlockKind.FORMULA:
            return f'<math display="block">{escape(block.text, quote=False)}</math>'
        case BlockKind.FIGURE:
            return f'<img alt="{escape(block.text)}"/>'
    return f"<p>{text}</p>"
