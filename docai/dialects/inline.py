"""Markdown within a line to plain text: marks of emphasis go, formulas and numbers stay as they are written.

CommonMark's own rule takes `3*4*5` for a 4 in italics; here an asterisk or underscore is a mark only where no letter or
digit touches it from outside. Its rules for links and tags look ahead without bound; these here do not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from docai.dialects.formulas import display_end, inline_end

MAX_NESTING = 200
"""Levels of lists within lists that the parser follows; `docai.dialects.markdown` lets no text nest deeper."""

_FIGURE = re.compile(r"!\[([^\]\n]{0,4000})\]\(([^)\n]{0,500})\)")
_LINK = re.compile(r"\[([^\[\]\n]{1,500})\]\((?:https?:|mailto:|#|/)[^()\s]{0,500}\)")
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]{0,12})(?:\s[^<>]{0,500})?/?>")
_KNOWN_TAGS = frozenset(
    [
        "a",
        "b",
        "big",
        "br",
        "center",
        "code",
        "del",
        "div",
        "em",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "s",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "tt",
        "u",
        "ul",
    ]
)
_EMPHASIS = (
    re.compile(r"(?<![A-Za-z0-9*])(\*{1,3})(?=[^\s*])([^*]+)(?<=\S)\1(?![A-Za-z0-9*])"),
    re.compile(r"(?<![A-Za-z0-9_])(_{1,3})(?=[^\s_])([^_]+)(?<=\S)\1(?![A-Za-z0-9_])"),
    re.compile(r"(~~)(?=[^\s~])([^~]+)(?<=\S)\1"),
)
_GUARD = str.maketrans("*_~[", "\ufdd0\ufdd1\ufdd2\ufdd3")
"""Signs that mean themselves, as noncharacters (Unicode 3.1, no character ever) until emphasis is gone."""
_UNGUARD = str.maketrans("\ufdd0\ufdd1\ufdd2\ufdd3", "*_~[")


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture within text."""

    text: str
    source: str


def make_parser() -> MarkdownIt:
    """CommonMark with pipe tables and formulas, less what needs unbounded looking ahead."""
    parser = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table")
    parser.disable(
        ["code", "reference", "html_block", "lheading", "emphasis", "link", "image", "autolink", "html_inline"]
    )
    parser.disable(["text_join"])
    parser.block.ruler.before("fence", "formula", _formula_block, {"alt": ["paragraph", "list"]})
    parser.inline.ruler.before("escape", "formula", _formula_inline)
    parser.inline.ruler.before("escape", "figure", _figure)
    parser.inline.ruler.before("escape", "tag", _tag)
    return parser


def text_of(tokens: Sequence[Token]) -> tuple[str, list[Figure]]:
    """The plain text of what stands within a block, and the pictures in it."""
    pieces: list[str] = []
    figures: list[Figure] = []
    for token in tokens:
        if token.type in {"softbreak", "hardbreak"}:
            pieces.append("\n")
        elif token.type == "figure":
            figures.append(Figure(text_of_line(token.content), str(token.meta["source"])))
        elif token.type in {"text_special", "code_inline", "formula"}:
            pieces.append(token.content.translate(_GUARD))
        else:
            pieces.append(token.content)
    text = "".join(pieces)
    for pattern in _EMPHASIS * 2:
        text = pattern.sub(r"\2", text)
    text = _LINK.sub(r"\1", text).translate(_UNGUARD)
    return "\n".join(line.strip() for line in text.split("\n")).strip(), figures


def text_of_line(text: str) -> str:
    """The plain text of a line of Markdown."""
    children = _PARSER.parseInline(text)[0].children or []
    return text_of(children)[0]


def _formula_block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    start = state.bMarks[start_line] + state.tShift[start_line]
    end = display_end(state.src, start) if state.src[start : start + 1] in {"$", "\\"} else None
    if end is None:
        return False
    line = next((n for n in range(start_line, end_line) if end <= state.eMarks[n]), end_line)
    if line >= end_line or state.src[end : state.eMarks[line]].strip() or "\n\n" in state.src[start:end]:
        return False
    if not silent:
        state.line = line + 1
        state.push("formula_block", "", 0).content = state.src[start:end]
    return True


def _formula_inline(state: StateInline, silent: bool) -> bool:
    end = inline_end(state.src, state.pos) if state.src[state.pos] in "$\\" else None
    if end is None:
        return False
    if not silent:
        state.push("formula", "", 0).content = state.src[state.pos : end]
    state.pos = end
    return True


def _figure(state: StateInline, silent: bool) -> bool:
    found = _FIGURE.match(state.src, state.pos) if state.src[state.pos] == "!" else None
    if found is None:
        return False
    if not silent:
        token = state.push("figure", "", 0)
        token.content, token.meta = found[1], {"source": found[2]}
    state.pos = found.end()
    return True


def _tag(state: StateInline, silent: bool) -> bool:
    found = _TAG.match(state.src, state.pos) if state.src[state.pos] == "<" else None
    if found is None or found[1].lower() not in _KNOWN_TAGS:
        return False
    if not silent:
        state.push("hardbreak" if found[1].lower() == "br" else "tag", "", 0)
    state.pos = found.end()
    return True


_PARSER = make_parser()
