"""DocTags of granite-docling and SmolDocling: tagged elements, each with its box, tables and charts in OTSL."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from docai.dialects.boxes import GRID_500
from docai.dialects.chart_table import rows_of_table
from docai.dialects.charts import chart_kind, chart_of, chart_text, rows_of_chart
from docai.dialects.dialect import Shown
from docai.dialects.doctags_names import CLASSES, CONTAINERS, ELEMENTS, KINDS_BY_CLASS, NESTING
from docai.dialects.draft import Draft
from docai.dialects.formulas import bare
from docai.dialects.kinds import level_named
from docai.dialects.limits import legible
from docai.dialects.otsl import TOKENS, has_otsl, inert, read_otsl, write_otsl
from docai.dialects.spans import Piece, grid_of
from docai.domain.charts import Chart, ChartKind
from docai.domain.geometry import Box
from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock, Reading
from docai.domain.tables import CellRole
from docai.errors import ReplyUnreadable

_TAG = re.compile(rf"<(/?)({'|'.join(sorted({*ELEMENTS, *CONTAINERS}, key=len, reverse=True))})>")
_OWN = re.compile(rf"<(/?(?:{'|'.join(sorted({*ELEMENTS, *CONTAINERS, *CLASSES}, key=len, reverse=True))}))>")
_CLASS = re.compile(rf"<({'|'.join(CLASSES)})>")
_CUT_TAG = re.compile(r"</?[a-z_0-9]{0,40}\Z")
_LANGUAGE = re.compile(r"<_[A-Za-z+#]{1,30}_>")
_LOC = re.compile(r"<loc_(\d{1,6})>")
_ANY = re.compile(rf"<loc_\d|<(?:{'|'.join(TOKENS)})>")
_TAGS = {kind: tag for tag, kind in reversed(ELEMENTS.items())} | {BlockKind.TABLE: "otsl", BlockKind.PARAGRAPH: "text"}
_SIGNS = {"checkbox_selected": "\N{BALLOT BOX WITH CHECK} ", "checkbox_unselected": "\N{BALLOT BOX} "}


class DocTagsDialect:
    """`<doctag><text><loc_0><loc_0><loc_499><loc_499>...</text>...</doctag>`."""

    name = "doctags"
    has_boxes = True
    kinds = frozenset({*ELEMENTS.values(), *KINDS_BY_CLASS.values()})

    def read(self, text: str, shown: Shown) -> Reading:
        """See `Dialect`. Text outside any element is kept, and told.

        The document's own end may be missing: engines stop at it, and leave it out.
        """
        text = legible(text)
        if _TAG.search(text) is None and _ANY.search(text) is None:
            raise ReplyUnreadable("there is no tag in the reply")
        draft = Draft()
        _Walk(text, shown, draft).read()
        return draft.reading()

    def write(self, blocks: Sequence[ReadBlock], shown: Shown) -> str:
        """See `Dialect`."""
        pieces = []
        for number, block in enumerate(blocks):
            is_item = block.kind is BlockKind.LIST_ITEM
            before = number > 0 and blocks[number - 1].kind is BlockKind.LIST_ITEM
            after = number + 1 < len(blocks) and blocks[number + 1].kind is BlockKind.LIST_ITEM
            start = "<unordered_list>" if is_item and not before else ""
            end = "</unordered_list>" if is_item and not after else ""
            pieces.append(f"{start}{_written(block, shown)}{end}")
        return "<doctag>" + "\n".join(pieces) + "</doctag>"


@dataclass(slots=True)
class _Walk:
    """From tag to tag; an element is told when it ends, or when another begins that cannot be in it."""

    text: str
    shown: Shown
    draft: Draft

    def read(self) -> None:
        """Every element of the text, into the draft."""
        open_tag, start, depth = "", 0, 0
        for tag in _TAG.finditer(self.text):
            is_end, name = bool(tag[1]), tag[2]
            if open_tag and name == open_tag:
                depth += -1 if is_end else 1
                if depth == 0:
                    self._tell(open_tag, self.text[start : tag.start()])
                    open_tag, start = "", tag.end()
                continue
            if open_tag and (
                (open_tag in NESTING and name in NESTING | {"caption", "text"}) or (is_end and name not in CONTAINERS)
            ):
                continue
            self._tell(open_tag, self.text[start : tag.start()])
            if open_tag:
                self.draft.note(f"an element that never ends is taken up to the next: {open_tag}")
            open_tag, start, depth = ("", tag.end(), 0) if is_end or name in CONTAINERS else (name, tag.end(), 1)
        self._rest(open_tag, self.text[start:])

    def _rest(self, open_tag: str, content: str) -> None:
        if not open_tag:
            cut = _CUT_TAG.search(content)
            if cut is not None:
                self.draft.broken_off("the reply breaks off within a tag")
            self._tell("", content[: cut.start()] if cut else content)
            return
        self.draft.broken_off(f"the reply breaks off within an element: {open_tag}")
        if has_otsl(content):
            self._tell(open_tag, content)

    def _tell(self, tag: str, content: str) -> None:
        if not tag:
            stray = _LOC.sub("", _CLASS.sub("", content)).strip()
            if has_otsl(content):
                tag = "otsl"
            elif stray:
                self.draft.note("text outside any element is kept as a paragraph")
                self.draft.add(ReadBlock(kind=BlockKind.PARAGRAPH, text=stray))
                return
            else:
                return
        box, content = self._box(content)
        kind = ELEMENTS[tag]
        if tag in NESTING:
            self._nested(kind, content, box)
            return
        text = _LANGUAGE.sub("", _CLASS.sub("", _LOC.sub("", content))).strip()
        text = bare(text) if kind is BlockKind.FORMULA else _SIGNS.get(tag, "") + text
        self.draft.add(ReadBlock(kind=kind, text=text, box=box, level=level_named(tag)))

    def _nested(self, kind: BlockKind, content: str, box: Box | None) -> None:
        """A table, picture or chart, with the caption in it."""
        caption, content = _caption_in(content)
        label = _CLASS.search(content)
        if label is not None:
            kind = KINDS_BY_CLASS.get(label[1], kind)
        if kind is BlockKind.FIGURE and has_otsl(content):
            kind = BlockKind.TABLE
        if kind is BlockKind.CHART and has_otsl(content):
            self._chart(content, box, caption, label[1] if label else "")
        elif kind is BlockKind.TABLE and has_otsl(content):
            self.draft.add(read_otsl(content, self.draft, box=box, caption=caption or None))
        else:
            text = _TAG.sub("", _CLASS.sub("", _LOC.sub("", content))).strip()
            self.draft.add(ReadBlock(kind=kind, text=text, box=box))
            if caption:
                self.draft.add(ReadBlock(kind=BlockKind.CAPTION, text=caption))

    def _chart(self, content: str, box: Box | None, caption: str, label: str) -> None:
        block = read_otsl(content, self.draft, box=box)
        chart: Chart | None = None
        if block.table is not None:
            try:
                chart = chart_of(rows_of_table(block.table), kind=chart_kind(label), title=caption)
            except ValueError as error:
                self.draft.note(f"a chart is kept as a table: {error}")
        if chart is None:
            self.draft.add(block)
        else:
            self.draft.add(ReadBlock(kind=BlockKind.CHART, text=chart_text(chart), box=box, chart=chart))

    def _box(self, content: str) -> tuple[Box | None, str]:
        """The box at the start of an element, and what follows it."""
        numbers: list[int] = []
        at = len(content) - len(content.lstrip())
        while len(numbers) < 4 and (found := _LOC.match(content, at)):
            numbers.append(int(found[1]))
            at = found.end()
        if not numbers:
            return None, content
        box, problem = GRID_500.read(numbers, self.shown)
        if problem:
            self.draft.note(problem)
        return box, content[at:]


def _caption_in(content: str) -> tuple[str, str]:
    """The caption within an element, and the rest of it."""
    start, end = content.find("<caption>"), content.find("</caption>")
    if start < 0 or end < start:
        return "", content
    caption = _LOC.sub("", content[start + len("<caption>") : end]).strip()
    return caption, content[:start] + content[end + len("</caption>") :]


def _written(block: ReadBlock, shown: Shown) -> str:
    box = "" if block.box is None else "".join(f"<loc_{n}>" for n in GRID_500.write(block.box, shown))
    text = _plain(block.text)
    match block.kind:
        case BlockKind.TABLE if block.table is not None:
            caption = f"<caption>{_plain(block.table.caption)}</caption>" if block.table.caption else ""
            return f"<otsl>{box}{caption}{write_otsl(block.table)}</otsl>"
        case BlockKind.CHART if block.chart is not None:
            return f"<chart>{box}{_chart(block.chart)}</chart>"
        case BlockKind.STAMP | BlockKind.HANDWRITING:
            label = "stamp" if block.kind is BlockKind.STAMP else "signature"
            return f"<picture>{box}<{label}>{text}</picture>"
        case BlockKind.HEADING:
            tag = f"section_header_level_{min(6, block.level or 1)}"
            return f"<{tag}>{box}{text}</{tag}>"
    tag = _TAGS.get(block.kind, "text")
    return f"<{tag}>{box}{text}</{tag}>"


def _plain(text: str) -> str:
    """The text with a space within what would be taken for a tag."""
    return inert(_OWN.sub(r"< \1>", text))


def _chart(chart: Chart) -> str:
    rows = rows_of_chart(chart)
    roles = [[CellRole.COLUMN_HEADER] * len(rows[0])] + [
        [CellRole.ROW_HEADER] + [CellRole.DATA] * (len(row) - 1) for row in rows[1:]
    ]
    pieces = [[Piece(text, role) for text, role in zip(*pair, strict=True)] for pair in zip(rows, roles, strict=True)]
    title = f"<caption>{_plain(chart.title)}</caption>" if chart.title else ""
    kind = "other" if chart.kind is ChartKind.OTHER else f"{chart.kind.value}_chart"
    return f"{title}<{kind}>{write_otsl(grid_of(pieces))}"
