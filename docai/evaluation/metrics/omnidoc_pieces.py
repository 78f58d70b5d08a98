"""OmniDocBench: a page of Markdown cut into the blocks that are compared.

After `utils/extract.py` of opendatalab/OmniDocBench, version 1.0 (L. Ouyang et al., CVPR 2025). Other than there,
comments, which docai writes for pictures without text, are no text, and backslashes before signs of Markdown are taken
out of the cells of pipe tables. Tables in LaTeX, which docai does not write, are text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from html import escape

_FENCE = re.compile(r"^```(?:markdown|html|latex)\n?|```\n?$", re.MULTILINE)
_PICTURE = re.compile(r"!\[.*?\]\(.*?\)|<!--.*?-->", re.DOTALL)
_HTML_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL | re.IGNORECASE)
_FORMULA = re.compile(r"\$\$(.+?)\$\$|\\\[(.+?)\\\]|\$(.+?)\$|\\\((.+?)\\\)", re.DOTALL)
_PIPES = re.compile(r"(?:^[ \t]*\|.*\|[ \t]*(?:\n|\Z)){2,}", re.MULTILINE)
_DASHES = re.compile(r"\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?")
_BAR = re.compile(r"(?<!\\)\|")
_ESCAPED = re.compile(r"\\([\\`*<_&~|#+\-.>])")


class PieceKind(StrEnum):
    """What a piece of a page is."""

    TEXT = "text"
    FORMULA = "formula"
    """Displayed or within a line; the latter also stands in its text."""
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a page."""

    kind: PieceKind
    content: str
    """Markdown, LaTeX with its signs, or HTML."""
    position: int
    """Where it begins in the page."""


def pieces(markdown: str) -> list[Piece]:
    """What a page of Markdown is made of, in order.

    Blocks of text are parted by blank lines; where there is one only, by lines. Pipe tables become HTML.
    """
    found: list[Piece] = []
    rest = _FENCE.sub("", _PICTURE.sub(_blanks, markdown))
    rest = _take(rest, _HTML_TABLE, found, PieceKind.TABLE, lambda text: text)
    rest = _take_formulas(rest, found)
    rest = _take(rest, _PIPES, found, PieceKind.TABLE, _table_of_pipes)
    found += _texts(rest)
    return sorted(found, key=lambda piece: piece.position)


def _blanks(found: re.Match[str]) -> str:
    """As many blanks, so that positions stay."""
    return " " * len(found[0])


def _take(text: str, form: re.Pattern[str], found: list[Piece], kind: PieceKind, write: Callable[[str], str]) -> str:
    """Move what has a form to the pieces; the text with blanks in its place."""
    found += [Piece(kind, write(match[0]), match.start()) for match in form.finditer(text)]
    return form.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def _take_formulas(text: str, found: list[Piece]) -> str:
    """As `_take`; formulas within lines stay in the text as well."""
    kept = text
    for match in _FORMULA.finditer(text):
        displayed, within = match[1] or match[2], match[3] or match[4]
        latex = "".join((displayed or within).split())
        found.append(Piece(PieceKind.FORMULA, f"\\[{latex}\\]", match.start()))
        if displayed:
            blank = re.sub(r"[^\n]", " ", match[0])
            kept = kept[: match.start()] + blank + kept[match.end() :]
    return kept


def _texts(text: str) -> Iterator[Piece]:
    parts = list(re.finditer(r"(?:(?!\n[ \t]*\n).)+", text, re.DOTALL))
    if sum(bool(part[0].strip()) for part in parts) <= 1:
        parts = list(re.finditer(r"[^\n]+", text))
    for part in parts:
        lines = [line.strip() for line in part[0].split("\n") if line.strip()]
        if lines:
            start = part.start() + len(part[0]) - len(part[0].lstrip())
            yield Piece(PieceKind.TEXT, "\n".join(lines), start)


def _table_of_pipes(text: str) -> str:
    rows = [line.strip() for line in text.strip().split("\n") if not _DASHES.fullmatch(line.strip())]
    lines = []
    for row in rows:
        cells = _BAR.split(row.removeprefix("|").removesuffix("|"))
        texts = (escape(_ESCAPED.sub(r"\1", cell).strip(), quote=False) for cell in cells)
        lines.append("".join(f"<td>{text}</td>" for text in texts))
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"
