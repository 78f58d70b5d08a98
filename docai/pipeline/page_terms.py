"""A page's text to term counts: what BM25 finds it by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from docai.domain.parses import Block, PageParse
from docai.domain.words import PageWords
from docai.terms import terms


def page_terms(words: PageWords | None, parse: PageParse | None) -> Mapping[str, int]:
    """How often each term stands on a page; each printed word is counted once.

    Counted is what was read: blocks in reading order with words whole that a line's end broke, tables cell by cell,
    form values, and the words that are in no block. Captions and form labels are as a rule printed in a block of their
    own too, so that a term which they name counts as often as it is printed, and only where it is not, as often as it
    is named.

    Args:
        words: the page's words; None: it has none.
        parse: its layout, whose word ids index the words; None: the words alone are counted.
    """
    blocks = parse.blocks if parse else ()
    in_cells = frozenset(i for block in blocks for i in _ids_in_cells(block))
    printed: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for block in blocks:
        for text in _names(block):
            named.update(_terms(text))
        # What is filled in within a table's cell belongs to cell and field.
        if block.table is not None or not block.word_ids or not in_cells.issuperset(block.word_ids):
            for text in _texts(block):
                printed.update(_terms(text))
    told = in_cells.union(*(block.word_ids for block in blocks))
    for i, word in enumerate(words.words if words else ()):
        if i not in told:
            printed.update(_terms(word.text))
    return printed | named


def _texts(block: Block) -> Iterator[str]:
    if block.table is None:
        yield block.text
    else:
        yield from (cell.text for cell in block.table.cells)


def _names(block: Block) -> Iterator[str]:
    if block.label is not None:
        yield block.label
    if block.table is not None and block.table.caption is not None:
        yield block.table.caption


def _ids_in_cells(block: Block) -> Iterator[int]:
    for cell in block.table.cells if block.table else ():
        yield from cell.word_ids


def _terms(text: str) -> Iterator[str]:
    # Word by word: no term goes across white space, and words that were taken apart before are remembered.
    for word in text.split():
        yield from terms(word)
