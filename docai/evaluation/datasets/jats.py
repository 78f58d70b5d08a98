"""Articles in JATS, the XML of PubMed Central: what stands on their pages, in reading order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from docai.errors import DatasetDamaged

_FLOATS = frozenset({"fig", "fig-group", "table-wrap", "table-wrap-group", "boxed-text", "supplementary-material"})
"""What stands somewhere on the page, and not where the XML has it."""
_UNSEEN = frozenset({"tex-math", "math", "alternatives", "disp-formula", "object-id", "label"}) | _FLOATS
_PARAGRAPHS = frozenset({"p", "list", "disp-quote", "def-list", "statement"})


@dataclass(slots=True)
class Article:
    """What an article says."""

    blocks: list[str] = field(default_factory=list)
    """Title, headings and paragraphs, in order."""
    others: list[str] = field(default_factory=list)
    """Captions, tables, references, names: whatever else is printed."""


def read_article(path: Path) -> Article:
    """The article in a file.

    Raises:
        DatasetDamaged: it is no XML, or no article with a text.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        root = etree.parse(str(path), parser).getroot()
    except (etree.XMLSyntaxError, OSError) as error:
        raise DatasetDamaged(f"{path} is no XML: {error}.", path=str(path)) from None
    article = Article()
    for title in root.findall("front/article-meta/title-group/article-title"):
        article.blocks.append(_said(title))
    for abstract in root.findall("front/article-meta/abstract"):
        _walk(abstract, article.blocks)
    for part in (*root.findall("body"), *root.findall("back/ack")):
        _walk(part, article.blocks)
    for other in root.iter("fig", "table-wrap", "ref", "contrib", "aff", "fn", "journal-title", "article-id"):
        article.others.append(" ".join(" ".join(str(piece) for piece in other.itertext()).split()))
    if root.find("body") is None or not article.blocks:
        raise DatasetDamaged(f"{path} is no article with a text.", path=str(path))
    return article


def _walk(element: etree._Element, blocks: list[str]) -> None:
    for child in element:
        if child.tag in {"sec", "app"}:
            _walk(child, blocks)
        elif child.tag in _PARAGRAPHS:
            blocks += [text for part in _parts(child) if (text := _said(part))]
        elif child.tag == "title" and (text := _said(child)):
            blocks.append(text)


def _parts(element: etree._Element) -> Iterator[etree._Element]:
    """A paragraph; of a list, those of its items."""
    if element.tag == "p":
        yield element
        yield from (part for inner in element.iter("list", "def-list", "disp-quote") for part in inner.iter("p"))
    else:
        yield from element.iter("p")


def _said(element: etree._Element) -> str:
    return " ".join("".join(_texts(element, is_top=True)).split())


def _texts(element: etree._Element, *, is_top: bool) -> Iterator[str]:
    """Text as it is printed in line; lists within a paragraph are parts of their own."""
    if not is_top and (element.tag in _UNSEEN or element.tag in _PARAGRAPHS or not isinstance(element.tag, str)):
        return
    yield element.text or ""
    for child in element:
        yield from _texts(child, is_top=False)
        yield child.tail or ""
