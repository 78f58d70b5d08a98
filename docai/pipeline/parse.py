"""A page's words to its layout: blocks in reading order, tables with cells."""

from __future__ import annotations

from itertools import groupby

from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.words import PageWords, Witness
from docai.protocols import OpenDocument

LINES_ENGINE = "docai lines 1"
"""Stored with pages whose layout could not be read."""
LAYOUT_UNREADABLE = "layout_unreadable"
"""Code of their fault."""


def parse(document: OpenDocument, page_number: int, words: PageWords, image: bytes, *, engine: str) -> PageParse:
    """The page's blocks in reading order. Where OCR read the words, the layout is read from the page image too.

    Raises:
        PageTimedOut, PageCrashed, PageUnreadable: the page could not be read.
    """
    picture = image if words.witness is Witness.OCR else None
    blocks: tuple[Block, ...] = document.read_layout(page_number, words, picture)
    return PageParse(page_number=page_number, engine=engine, blocks=blocks)


def parse_lines(page_number: int, words: PageWords) -> PageParse:
    """The page's printed lines as paragraphs, in the witness's order: what is left when the layout cannot be read."""
    blocks = []
    numbered = list(enumerate(words.words))
    for _, line in groupby(numbered, key=lambda entry: entry[1].line):
        members = list(line)
        box = Box.around(word.box for _, word in members)
        assert box is not None  # a group is never empty
        text = " ".join(word.text for _, word in members)
        ids = tuple(i for i, _ in members)
        blocks.append(Block(kind=BlockKind.PARAGRAPH, text=text, box=box, word_ids=ids))
    return PageParse(page_number=page_number, engine=LINES_ENGINE, blocks=tuple(blocks))
