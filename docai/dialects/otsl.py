"""OTSL: a table as cells that point left and up, so that rows line up by construction (Lysak et al., 2305.03393)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from docai.dialects.dialect import Shown
from docai.dialects.draft import Draft
from docai.dialects.limits import MAX_CELLS, legible
from docai.dialects.spans import Piece, table_block
from docai.domain.geometry import Box
from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock, Reading
from docai.domain.tables import CellRole, Table
from docai.errors import ReplyUnreadable

TOKENS = ("fcel", "ecel", "lcel", "ucel", "xcel", "nl", "ched", "rhed", "srow")
"""Names of the tokens (docling-core, `TableToken`); each stands in angle brackets."""

_TOKEN = re.compile(rf"<({'|'.join(TOKENS)})>")
_WRAPPED = re.compile(r"</?(?:otsl|chart|table)>|<loc_\d+>")
_OWN = re.compile(rf"<({'|'.join(TOKENS)}|/?(?:otsl|chart|table)|loc_\d+)>")
_ROLES = {
    "fcel": CellRole.DATA,
    "ecel": CellRole.DATA,
    "ched": CellRole.COLUMN_HEADER,
    "rhed": CellRole.ROW_HEADER,
    "srow": CellRole.SECTION,
}
_STARTS = {role: name for name, role in _ROLES.items()} | {CellRole.DATA: "fcel"}

_END = "nl"
_LEFT = frozenset({"lcel", "xcel"})
_UP = frozenset({"ucel", "xcel"})

_Spot = tuple[str, str]
"""A token's name and the text that follows it."""


class OtslDialect:
    """One table, as a model writes it of a table's crop."""

    name = "otsl"
    has_boxes = False
    kinds = frozenset({BlockKind.TABLE})

    def read(self, text: str, shown: Shown) -> Reading:
        """See `Dialect`."""
        text = legible(text)
        if not has_otsl(text):
            raise ReplyUnreadable("there is no table token in the reply")
        draft = Draft()
        caption = _WRAPPED.sub("", text[: _first(text)]).strip()
        draft.add(read_otsl(text, draft, caption=caption or None))
        return draft.reading()

    def write(self, blocks: Sequence[ReadBlock], shown: Shown) -> str:
        """The first table; a crop shows one."""
        table = next((b.table for b in blocks if b.table is not None), None)
        return f"<otsl>{write_otsl(table)}</otsl>" if table is not None else ""


def has_otsl(text: str) -> bool:
    """Whether a text holds a token of a table."""
    return _TOKEN.search(text) is not None


def read_otsl(text: str, draft: Draft, *, box: Box | None = None, caption: str | None = None) -> ReadBlock:
    """The table in a text from its first token on.

    A text that ends within a row gives the rows before it. Rows of unequal length, and cells that point at nothing,
    are told, and the table is kept as text.
    """
    rows, tail = _spots(text)
    if tail:
        if rows and _is_short(tail, rows[-1]):
            draft.broken_off(f"a table breaks off in row {len(rows) + 1}")
        else:
            rows.append(tail)
    problem = _misfit(rows)
    if problem:
        draft.note(f"a table is kept as text: {problem}")
        said = "\n".join("\t".join(content for _, content in row) for row in rows[:MAX_CELLS])
        return ReadBlock(kind=BlockKind.TABLE, text=f"{caption}\n{said}" if caption else said, box=box)
    return table_block([_pieces(rows, number) for number in range(len(rows))], draft, box=box, caption=caption)


def write_otsl(table: Table) -> str:
    """The tokens of a table, row by row, with a new-line token after each."""
    spots = [[""] * table.n_cols for _ in range(table.n_rows)]
    for cell in table.cells:
        text = inert(cell.text)
        for row in range(cell.row, cell.row + cell.row_span):
            for col in range(cell.col, cell.col + cell.col_span):
                is_below, is_right = row > cell.row, col > cell.col
                token = "xcel" if is_below and is_right else "ucel" if is_below else "lcel"
                spots[row][col] = f"<{token}>"
        start = "ecel" if not text and cell.role is CellRole.DATA else _STARTS[cell.role]
        spots[cell.row][cell.col] = f"<{start}>{text}"
    return "".join("".join(row) + "<nl>" for row in spots)


def inert(text: str) -> str:
    """The text with its own table tokens set apart by a space, so that they are not taken for cells."""
    return _OWN.sub(r"< \1>", text)


def _first(text: str) -> int:
    found = _TOKEN.search(text)
    return found.start() if found else len(text)


def _spots(text: str) -> tuple[list[list[_Spot]], list[_Spot]]:
    """The rows that a new-line token ends, and what follows the last of them."""
    parts = _TOKEN.split(text)[1:]
    rows: list[list[_Spot]] = []
    row: list[_Spot] = []
    for token, content in zip(parts[::2], parts[1::2], strict=True):
        if token == _END:
            if row:
                rows.append(row)
            row = []
        else:
            row.append((token, _WRAPPED.sub("", content).strip()))
    return rows, row


def _is_short(tail: Sequence[_Spot], above: Sequence[_Spot]) -> bool:
    return len(tail) < len(above)


def _misfit(rows: Sequence[Sequence[_Spot]]) -> str:
    """What keeps rows from being a table; empty where nothing does."""
    if not rows:
        return "it has no rows"
    width = len(rows[0])
    if width * len(rows) > MAX_CELLS:
        return f"there are more than {MAX_CELLS} cells"
    for number, row in enumerate(rows):
        if len(row) != width:
            return f"row {number + 1} has {len(row)} of {width} columns"
        if (number == 0 and any(token in _UP for token, _ in row)) or row[0][0] in _LEFT:
            return f"a cell in row {number + 1} points beyond the table"
        if any(content for token, content in row if token in _UP | _LEFT):
            return f"row {number + 1} has text in the middle of a merged cell"
    return ""


def _pieces(rows: Sequence[Sequence[_Spot]], number: int) -> list[Piece]:
    """The cells that begin in a row, with the places that point at them."""
    pieces = []
    row = rows[number]
    for col, (token, content) in enumerate(row):
        if token not in _ROLES:
            continue
        width = 1
        while col + width < len(row) and row[col + width][0] == "lcel":
            width += 1
        height = 1
        while number + height < len(rows) and rows[number + height][col][0] == "ucel":
            height += 1
        pieces.append(Piece(content, _ROLES[token], height, width))
    return pieces
