"""Markdown as OCR models write it: pipe tables and HTML tables, LaTeX, pictures with descriptions."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import unescape
from itertools import zip_longest

from markdown_it.token import Token

from docai.dialects.dialect import Shown
from docai.dialects.draft import Draft
from docai.dialects.fences import unfenced
from docai.dialects.formulas import bare
from docai.dialects.html_tables import read_first_table
from docai.dialects.inline import Figure, make_parser, text_of, text_of_line
from docai.dialects.limits import legible
from docai.dialects.markdown_writing import write_markdown
from docai.dialects.markup import table_parts
from docai.dialects.spans import Piece, table_block
from docai.domain.geometry import Box
from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock, Reading
from docai.domain.tables import CellRole

Locate = Callable[[str], Box | None]
"""Where a picture stands, by the file name that the model gave it."""

_MARKED = re.compile(r"<(img|signature|watermark|page_number)>(.*?)</\1>", re.DOTALL)
_MARKED_KINDS = {
    "img": BlockKind.FIGURE,
    "signature": BlockKind.HANDWRITING,
    "watermark": BlockKind.STAMP,
    "page_number": BlockKind.FOOTER,
}
"""What Nanonets-OCR is told to set apart (prompt of its model card)."""
_UNSEEN = re.compile(r"<!--.*?-->|<(script|style)\b[^>]*>.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_NESTED = re.compile(r"^(?:[ \t]*(?:>|[-+*](?=\s)|\d{1,9}[.)](?=\s))){9,}", re.MULTILINE)
_INDENTED = re.compile(r"^[ \t]{41,}", re.MULTILINE)
_BETWEEN_CELLS = re.compile(r"(?<!\\)\|")
_LAST_PIPE = re.compile(r"(?<!\\)\|$")
_BARE_NUMBER = re.compile(r"[$€£¥]?\s?\d[\d.,\s]*%?")

_PARSER = make_parser()


class MarkdownDialect:
    """A page without boxes."""

    name = "markdown"
    has_boxes = False
    kinds = frozenset(
        {
            BlockKind.TITLE,
            BlockKind.HEADING,
            BlockKind.PARAGRAPH,
            BlockKind.LIST_ITEM,
            BlockKind.TABLE,
            BlockKind.FIGURE,
            BlockKind.FORMULA,
            BlockKind.HANDWRITING,
            BlockKind.STAMP,
        }
    )

    def read(self, text: str, shown: Shown) -> Reading:
        """See `Dialect`. Any text is Markdown."""
        text, is_open = unfenced(legible(text))
        draft = Draft(is_truncated=is_open)
        read_markdown(text, draft)
        return draft.reading()

    def write(self, blocks: Sequence[ReadBlock], shown: Shown) -> str:
        """See `Dialect`. Pipes where no cell spans and one row heads the table, else HTML: pipes cannot say more."""
        return write_markdown(blocks)


def read_markdown(text: str, draft: Draft, locate: Locate = lambda _: None) -> None:
    """The blocks of a piece of Markdown, into the draft."""
    if _UNSEEN.search(text):
        text = _UNSEEN.sub("", text)
        draft.note("comments, scripts or styles are left out")
    for is_table, part, is_cut in table_parts(text):
        if is_table:
            draft.add(read_first_table(part, draft, is_truncated=is_cut))
            continue
        done = 0
        for marked in _MARKED.finditer(part):
            _Blocks(part[done : marked.start()], draft, locate).read()
            draft.add(ReadBlock(kind=_MARKED_KINDS[marked[1]], text=unescape(marked[2]).strip()))
            done = marked.end()
        _Blocks(part[done:], draft, locate).read()


@dataclass(slots=True)
class _Item:
    """A list item whose text has not been told yet."""

    marker: str
    texts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Blocks:
    """A walk through the tokens of a text without HTML tables."""

    text: str
    draft: Draft
    locate: Locate
    items: list[_Item] = field(default_factory=list)
    rows: list[list[Piece]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    """The lines of the rows, as written."""
    source: list[str] = field(default_factory=list)

    def read(self) -> None:
        """Every block of the text, into the draft."""
        if not self.text.strip():
            return
        if _NESTED.search(self.text) or _INDENTED.search(self.text):
            self.text = _INDENTED.sub(" " * 40, _NESTED.sub("", self.text))
            self.draft.note("lists nested too deep are flattened")
        self.source = self.text.split("\n")
        tokens = _PARSER.parse(self.text)
        for token, after in zip_longest(tokens, tokens[1:]):
            self._take(token, after)

    def _take(self, token: Token, after: Token | None) -> None:
        match token.type:
            case "heading_open" if after is not None:
                self._heading(int(token.tag[1:]), after)
            case "paragraph_open" if after is not None:
                self._paragraph(after)
            case "bullet_list_open" | "ordered_list_open":
                self._tell_item()
            case "list_item_open":
                self.items.append(_Item(f"{token.info}{token.markup}"))
            case "list_item_close":
                self._tell_item(is_closed=True)
                self.items.pop()
            case "fence" | "code_block":
                self._code(token)
            case "formula_block":
                self._tell_item()
                self.draft.add(ReadBlock(kind=BlockKind.FORMULA, text=bare(token.content)))
            case _:
                self._take_table(token, after)

    def _take_table(self, token: Token, after: Token | None) -> None:
        match token.type:
            case "table_open":
                self._tell_item()
                self.rows, self.lines = [], []
            case "tr_open":
                self.rows.append([])
                self.lines.append(self.source[token.map[0]] if token.map else "")
            case "th_open" | "td_open" if after is not None:
                text, figures = text_of(after.children or [])
                role = CellRole.COLUMN_HEADER if token.type == "th_open" else CellRole.DATA
                self.rows[-1].append(Piece("\n".join(filter(None, [text, *(f.text for f in figures)])), role))
            case "table_close":
                self._table()

    def _heading(self, level: int, inline: Token) -> None:
        self._tell_item()
        text, figures = text_of(inline.children or [])
        kind = BlockKind.TITLE if level == 1 else BlockKind.HEADING
        if text:
            self.draft.add(ReadBlock(kind=kind, text=text, level=None if level == 1 else level - 1))
        self._figures(figures)

    def _paragraph(self, inline: Token) -> None:
        text, figures = text_of(inline.children or [])
        if self.items and text:
            self.items[-1].texts.append(text)
        elif text:
            self.draft.add(ReadBlock(kind=BlockKind.PARAGRAPH, text=text))
        if figures:
            self._tell_item()
        self._figures(figures)

    def _figures(self, figures: Sequence[Figure]) -> None:
        for figure in figures:
            self.draft.add(ReadBlock(kind=BlockKind.FIGURE, text=figure.text, box=self.locate(figure.source)))

    def _tell_item(self, *, is_closed: bool = False) -> None:
        """The list item that is open, as far as it has come, as a block of its own."""
        if not self.items:
            return
        item = self.items[-1]
        text = "\n".join(item.texts)
        is_numbered = item.marker[:1].isdigit()
        if is_numbered or (item.marker in {"-", "+"} and _BARE_NUMBER.fullmatch(text)):
            # a number is printed, and so may be the sign of a lone amount
            text = f"{item.marker} {text}".strip()
        if item.texts or (is_closed and is_numbered and len(text) > 1):
            self.draft.add(ReadBlock(kind=BlockKind.LIST_ITEM, text=text))
        item.texts, item.marker = [], ""

    def _code(self, token: Token) -> None:
        self._tell_item()
        is_formula = token.info.strip().lower() in {"latex", "math", "tex"}
        if token.content.strip():
            kind = BlockKind.FORMULA if is_formula else BlockKind.PARAGRAPH
            self.draft.add(ReadBlock(kind=kind, text=token.content.strip("\n")))

    def _table(self) -> None:
        """The table that ends here. Lines without pipes right below it are text that Markdown takes for rows."""
        below: list[str] = []
        while len(self.rows) > 1 and "|" not in self.lines[-1]:
            self.lines.pop()
            below.append(self.rows.pop()[0].text)
        widths = [_n_cells(line) for line in self.lines]
        uneven = next((n for n, width in enumerate(widths) if width != len(self.rows[n])), None)
        if uneven is None:
            self.draft.add(table_block(self.rows, self.draft))
        else:
            # Markdown drops cells beyond the heading's, and fills up short rows
            self.draft.note(
                f"a table is kept as text: row {uneven + 1} has {widths[uneven]} of {len(self.rows[0])} columns"
            )
            text = "\n".join("\t".join(text_of_line(cell) for cell in _cells(line)) for line in self.lines)
            self.draft.add(ReadBlock(kind=BlockKind.TABLE, text=text))
        if below:
            self.draft.add(ReadBlock(kind=BlockKind.PARAGRAPH, text="\n".join(reversed(below))))


def _cells(line: str) -> list[str]:
    return _BETWEEN_CELLS.split(_LAST_PIPE.sub("", line.strip().removeprefix("|")))


def _n_cells(line: str) -> int:
    return len(_cells(line))
