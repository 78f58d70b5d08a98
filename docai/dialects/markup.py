"""HTML in replies: parsed without network or entities, and reduced to plain text; nothing of it is ever passed on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from docai.dialects.limits import MAX_DEPTH
from docai.errors import ReplyUnreadable

DROPPED = frozenset(
    {"script", "style", "template", "noscript", "iframe", "object", "embed", "svg", "head", "link", "meta"}
)
"""Elements that say nothing of the page."""
_LINES = frozenset({"p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dd", "dt", "blockquote"})
"""Elements that begin on a line of their own."""
_SPACES = re.compile(r"[ \t\n\r\f\v]+")
_TABLE_EDGE = re.compile(r"<(/?)table\b[^>]*>", re.IGNORECASE)


def parse_html(text: str) -> etree._Element:
    """The `html` element of a text, as a browser would mend it; comments and processing instructions left out.

    The parser's bound on depth is set high, since it drops what lies deeper; the length of a reply is bounded already.

    Raises:
        ReplyUnreadable: elements are nested deeper than that, so that text would be lost.
    """
    parser = etree.HTMLParser(
        encoding="utf-8", recover=True, no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    found = etree.fromstring(f"<html><body>{text}</body></html>".encode(), parser)
    if found is None or any(entry.level >= etree.ErrorLevels.FATAL for entry in parser.error_log):
        raise ReplyUnreadable("the reply's HTML is nested too deep")
    return found


def local_name(element: etree._Element) -> str:
    """An element's name in lower case; empty for what is none, such as a comment."""
    return element.tag.lower() if isinstance(element.tag, str) else ""


def plain_text(element: etree._Element) -> str:
    """The text of an element: white space as browsers show it, a line break for `br` and for blocks within.

    Formulas (`math` elements with LaTeX in them) are set in dollar signs; a checkbox becomes its sign.
    """
    pieces: list[str] = []
    _gather(element, pieces, 0)
    lines = (_SPACES.sub(" ", line).strip() for line in "".join(pieces).split("\x01"))
    return "\n".join(line for line in lines if line)


def dropped_elements(root: etree._Element) -> list[str]:
    """Names of the elements whose content is left out."""
    return sorted({local_name(e) for e in root.iter(*DROPPED)} - {"head"})


def table_parts(text: str) -> Iterator[tuple[bool, str, bool]]:
    """The text cut into what is an HTML table and what is not, in order.

    Yields:
        Whether it is a table, the text of it, and whether it ends before the table does.
    """
    depth, start, done = 0, 0, 0
    for edge in _TABLE_EDGE.finditer(text):
        if not edge[1]:
            if depth == 0:
                start = edge.start()
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                yield False, text[done:start], False
                yield True, text[start : edge.end()], False
                done = edge.end()
    if depth:
        yield False, text[done:start], False
        yield True, text[start:], True
    else:
        yield False, text[done:], False


def _gather(element: etree._Element, pieces: list[str], depth: int) -> None:
    name = local_name(element)
    if name in DROPPED:
        return
    if name == "br":
        pieces.append("\x01")
    elif name == "input":
        pieces.append("\N{BALLOT BOX WITH CHECK}" if element.get("checked") is not None else "\N{BALLOT BOX}")
    is_line = depth > 0 and name in _LINES
    is_formula = name == "math" and len(element) == 0 and bool((element.text or "").strip())
    if is_line:
        pieces.append("\x01")
    pieces.append(f"${element.text}$" if is_formula else element.text or "")
    for child in element:
        if depth < MAX_DEPTH:
            _gather(child, pieces, depth + 1)
        else:
            pieces.append(" ".join(str(piece) for piece in child.itertext()))
        pieces.append(child.tail or "")
    if is_line:
        pieces.append("\x01")
