"""Everything on a page that may answer a question."""

from __future__ import annotations

import re
from collections.abc import Sequence

from docai.domain.documents import Page
from docai.domain.parses import Block, BlockKind
from docai.query.extract_candidates import Candidate, Surroundings
from docai.query.extract_cells import cell_candidates
from docai.query.extract_fields import field_candidates, printed_candidates
from docai.query.extract_passages import line_pieces
from docai.query.extract_question import Asked
from docai.query.extract_spans import span_candidates
from docai.terms import terms

_A4_ASPECT = 1.414
"""ISO 216: height over width, for a page whose size is unknown."""


def candidates(asked: Asked, page: Page, document_name: str) -> list[Candidate]:
    """Possible answers on a page, best first; none for a page that was not read.

    Args:
        asked: the question, taken apart.
        page: with its words and its parse.
        document_name: what it says counts as said on every page of the document.
    """
    if page.parse is None or page.words is None:
        return []
    words, blocks = page.words.words, page.parse.blocks
    title = _title_terms(blocks, document_name)
    page_terms = title.union(terms(" ".join(word.text for word in words)), *(terms(b.text) for b in blocks))
    around = Surroundings(frozenset(), title, page_terms)
    aspect = page.size.height_pt / page.size.width_pt if page.size else _A4_ASPECT
    rows = line_pieces(words, range(len(words)), aspect)
    found = [
        *field_candidates(asked, blocks, around),
        *cell_candidates(asked, blocks, around),
        *printed_candidates(asked, rows, around),
        *span_candidates(asked, blocks, words, around),
    ]
    return sorted(found, key=lambda candidate: -candidate.score)


def _title_terms(blocks: Sequence[Block], document_name: str) -> set[str]:
    """The terms of the page's highest headings and of the document's name: what the whole page is about.

    Figures in the name are left out: a report for one year speaks of others too.
    """
    name = {term for term in terms(re.sub(r"[_.]", " ", document_name)) if term.isalpha()}
    levels = [block.level for block in blocks if block.level is not None]
    top = [b.text for b in blocks if b.kind is BlockKind.TITLE or (levels and b.level == min(levels))]
    return name.union(terms(" ".join(top)))
