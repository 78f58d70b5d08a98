"""What PaddleOCR-VL, GLM-OCR and others write of one element's crop: text, a table, a formula or a chart."""

from __future__ import annotations

from collections.abc import Sequence

from docai.dialects.chart_table import read_chart, write_chart
from docai.dialects.dialect import Shown
from docai.dialects.draft import Draft
from docai.dialects.fences import unfenced
from docai.dialects.formulas import bare, is_formula, set_off
from docai.dialects.limits import legible
from docai.dialects.markdown import read_markdown
from docai.dialects.markup import table_parts
from docai.dialects.otsl import has_otsl, read_otsl, write_otsl
from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock, Reading
from docai.errors import ReplyUnreadable


class TextDialect:
    """Plain text, taken as it is."""

    name = "text"
    has_boxes = False
    kinds = frozenset({BlockKind.PARAGRAPH})

    def read(self, text: str, shown: Shown) -> Reading:
        """See `Dialect`. Any text is text."""
        text, is_open = unfenced(legible(text))
        draft = Draft(is_truncated=is_open)
        draft.add(ReadBlock(kind=BlockKind.PARAGRAPH, text=text.strip()))
        return draft.reading()

    def write(self, blocks: Sequence[ReadBlock], shown: Shown) -> str:
        """See `Dialect`. Blocks become paragraphs of one text."""
        return "\n".join(block.text for block in blocks if block.text)


class TableDialect:
    """A table in OTSL (PaddleOCR-VL, MinerU2.5), in HTML (GLM-OCR) or with pipes, whichever it is."""

    name = "table"
    has_boxes = False
    kinds = frozenset({BlockKind.TABLE})

    def read(self, text: str, shown: Shown) -> Reading:
        """See `Dialect`. Text around the table is kept."""
        text, is_open = unfenced(legible(text))
        draft = Draft(is_truncated=is_open)
        if has_otsl(text):
            draft.add(read_otsl(text, draft))
        else:
            read_markdown(text, draft)
        if all(block.kind is not BlockKind.TABLE for block in draft.blocks):
            raise ReplyUnreadable("there is no table in the reply")
        return draft.reading()

    def write(self, blocks: Sequence[ReadBlock], shown: Shown) -> str:
        """The first table, in OTSL."""
        table = next((block.table for block in blocks if block.table is not None), None)
        return write_otsl(table) if table is not None else ""


class FormulaDialect:
    """A formula in LaTeX, with or without the signs around it."""

    name = "formula"
    has_boxes = False
    kinds = frozenset({BlockKind.FORMULA})

    def read(self, text: str, shown: Shown) -> Reading:
        """See `Dialect`. Any text is taken for a formula: it was asked for."""
        text, is_open = unfenced(legible(text))
        draft = Draft(is_truncated=is_open)
        draft.add(ReadBlock(kind=BlockKind.FORMULA, text=bare(text)))
        return draft.reading()

    def write(self, blocks: Sequence[ReadBlock], shown: Shown) -> str:
        """The first formula."""
        formula = next((block.text for block in blocks if block.kind is BlockKind.FORMULA), "")
        return set_off(formula) if formula else ""


class ElementsDialect:
    """An element of whichever kind the reply shows: OTSL, HTML table, formula, lines with pipes (a chart), or text."""

    name = "elements"
    has_boxes = False
    kinds = frozenset({BlockKind.PARAGRAPH, BlockKind.TABLE, BlockKind.FORMULA, BlockKind.CHART})

    def read(self, text: str, shown: Shown) -> Reading:
        """See `Dialect`."""
        inner, is_open = unfenced(legible(text))
        draft = Draft(is_truncated=is_open)
        if has_otsl(inner) or any(is_table for is_table, _, _ in table_parts(inner)):
            return TableDialect().read(text, shown)
        if is_formula(inner):
            return FormulaDialect().read(text, shown)
        if _is_chart(inner):
            try:
                read_chart(inner, draft)
            except ReplyUnreadable:
                draft.note("lines with pipes that are no chart's table are kept as text")
            else:
                return draft.reading()
        draft.add(ReadBlock(kind=BlockKind.PARAGRAPH, text=inner.strip()))
        return draft.reading()

    def write(self, blocks: Sequence[ReadBlock], shown: Shown) -> str:
        """The first block; a crop shows one."""
        block = next(iter(blocks), None)
        if block is None:
            return ""
        if block.table is not None:
            return TableDialect().write([block], shown)
        if block.chart is not None:
            return write_chart(block.chart)
        return FormulaDialect().write([block], shown) if block.kind is BlockKind.FORMULA else block.text


def _is_chart(text: str) -> bool:
    lines = [line for line in text.replace("<0x0A>", "\n").split("\n") if line.strip()]
    return len(lines) > 1 and all("|" in line for line in lines)
