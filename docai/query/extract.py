"""Everything on a page that may answer a question."""

from __future__ import annotations

from docai.domain.documents import Page
from docai.query.extract_candidates import Candidate
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
    name_terms = set(terms(document_name.replace("_", " ").replace(".", " ")))
    page_terms = name_terms.union(terms(" ".join(word.text for word in words)), *(terms(b.text) for b in blocks))
    aspect = page.size.height_pt / page.size.width_pt if page.size else _A4_ASPECT
    rows = line_pieces(words, range(len(words)), aspect)
    found = [
        *field_candidates(asked, blocks, page_terms),
        *cell_candidates(asked, blocks, page_terms),
        *printed_candidates(asked, rows, page_terms),
        *span_candidates(asked, blocks, words, page_terms),
    ]
    return sorted(found, key=lambda candidate: -candidate.score)
