"""Whether a citation's words stand where it says, on the page and in the box that it names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from docai.domain.answers import Answer, Citation
from docai.domain.documents import Page
from docai.domain.evidence import Verdict
from docai.domain.geometry import Box
from docai.domain.ids import DocumentId
from docai.domain.words import Word
from docai.query.entailment import Entailment, holds

_SAME_PLACE = 0.5
"""Least intersection over union of a citation's box with that of the words that it names."""
_SLACK = 0.002
"""How far words may reach over a box, in page fractions: half a millimetre of A4."""
_MAX_QUOTE_WORDS = 80
"""A quote of so many words may have been cut before it came to the answer's own."""

PageKey = tuple[DocumentId, int]
"""A document and the number of a page of it."""


def held_by_pages(answer: Answer, pages: Iterable[Page]) -> Entailment:
    """Whether an answer's citations stand where they say, and what stands there says the answer.

    Args:
        answer: with its citations and steps; an abstention holds.
        pages: those that it was made from, with their words.
    """
    if not answer.answerable or answer.text is None:
        return Entailment(is_held=True, reason=None)
    known = {(page.document_id, page.number): page for page in pages}
    read: list[Citation] = []
    for citation in answer.citations:
        found = _read(citation, known)
        if found is None:
            return Entailment(is_held=False, reason="What it cites does not stand where it says.")
        read.append(found)
    return holds(answer.text, answer.form, read, answer.steps)


def _read(citation: Citation, pages: Mapping[PageKey, Page]) -> Citation | None:
    """A citation that quotes what stands in its place; None where that is something else."""
    if citation.evidence.verdict is Verdict.MODEL_ONLY:
        return citation  # It claims no place; what it claims is not held either.
    page = pages.get((citation.document_id, citation.page_number))
    if page is None or page.words is None or citation.evidence.page_number != citation.page_number:
        return None
    seen = _words_at(citation, page.words.words)
    quoted = citation.quote.split()
    if not seen or not set(quoted) <= {part for word in page.words.words for part in word.text.split()}:
        return None
    is_whole = len(quoted) < _MAX_QUOTE_WORDS
    if is_whole and not {part for word in seen for part in word.text.split()} <= set(quoted):
        return None
    return citation.model_copy(update={"quote": " ".join(word.text for word in seen)})


def _words_at(citation: Citation, words: Sequence[Word]) -> list[Word]:
    """The words that a citation names, if they stand in its box; else all words there."""
    ids = citation.evidence.word_ids
    if not ids:
        return [word for word in words if _widened(citation.box).holds(word.box.centre)]
    if not all(0 <= i < len(words) for i in ids):
        return []
    seen = [words[i] for i in ids]
    around = Box.around(word.box for word in seen)
    return seen if around is not None and around.iou(citation.box) >= _SAME_PLACE else []


def _widened(box: Box) -> Box:
    return Box.clipped(box.x0 - _SLACK, box.y0 - _SLACK, box.x1 + _SLACK, box.y1 + _SLACK)
