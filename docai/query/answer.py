"""Best pages to a cited answer, or an abstention, without a language model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from docai.domain.answers import Answer, Citation, Hit, Question
from docai.domain.documents import Page
from docai.domain.evidence import Evidence, Verdict
from docai.domain.geometry import Box
from docai.domain.ids import AnswerId
from docai.domain.words import Witness
from docai.protocols import TermRecords
from docai.query.extract import candidates
from docai.query.extract_candidates import Candidate
from docai.query.extract_question import take_apart
from docai.terms import idf

ENGINE = "extractive 2"
"""Stored with every answer; raised when the same pages may be answered otherwise."""

_PAGE_DECAY = 0.97
"""What a page's candidates keep for each page that search ranks above it."""
_TIE_FACTOR = 0.5
"""What is left of the confidence when another value meets the question just as well."""
_CLEAR_MARGIN = 0.15
"""A lead over the best other value from which the choice is clear."""
_MAX_QUOTE_WORDS = 80
NOTHING_SAID = "No page says this."
NOT_SURE = "What the pages say is too far from the question."


@dataclass(frozen=True, slots=True)
class _Found:
    """A candidate with its page."""

    candidate: Candidate
    hit: Hit
    page: Page
    score: float


def answer(
    question: Question,
    pages: Sequence[tuple[Hit, Page]],
    *,
    terms: TermRecords,
    min_confidence: float,
    answer_id: AnswerId,
    now: datetime,
) -> Answer:
    """The value on the given pages that says what is asked, with where it stands.

    Args:
        question: what is asked.
        pages: best first, with their words and parses.
        terms: tells how rare the question's terms are in the corpus.
        min_confidence: 0 to 1; an answer less sure is withheld.
        answer_id: the answer's id.
        now: the answer's time.
    """

    def weigh(wanted: list[str]) -> Mapping[str, float]:
        return _weights(terms, wanted)

    asked = take_apart(question.text, weigh)
    found = [
        _Found(candidate, hit, page, candidate.score * _PAGE_DECAY**rank)
        for rank, (hit, page) in enumerate(pages)
        for candidate in candidates(asked, page, hit.document_name)
    ]
    found.sort(key=lambda f: -f.score)
    confidence = _confidence(found)
    fields = {"id": answer_id, "question": question, "engine": ENGINE, "created_at": now, "confidence": confidence}
    if not found or confidence < min_confidence:
        return Answer(answerable=False, text=None, reason=NOT_SURE if found else NOTHING_SAID, **fields)
    best = found[0]
    return Answer(
        answerable=True,
        text=best.candidate.text,
        kind=best.candidate.kind,
        citations=(_citation(best),),
        **fields,
    )


def _weights(records: TermRecords, wanted: list[str]) -> Mapping[str, float]:
    """Inverse document frequencies; a term that stands nowhere weighs as one that stands on a single page."""
    n_pages = records.n_pages()
    frequencies = records.frequencies(wanted)
    return idf({term: max(1, frequencies.get(term, 0)) for term in wanted}, n_pages, wanted)


def _confidence(found: Sequence[_Found]) -> float:
    """How sure the best candidate is: what of the question it meets, its lead, and how surely its words were read."""
    if not found:
        return 0.0
    best = found[0]
    said = _plain(best.candidate.text)
    rival = next((f.score for f in found[1:] if _plain(f.candidate.text) != said), 0.0)
    lead = min(1.0, (best.score - rival) / _CLEAR_MARGIN)
    return best.score * (_TIE_FACTOR + (1 - _TIE_FACTOR) * lead) * math.sqrt(_word_confidence(best))


def _plain(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _word_confidence(found: _Found) -> float:
    """The least sure of the answer's words."""
    words = found.page.words
    return min((words.words[i].confidence for i in found.candidate.word_ids), default=1.0) if words else 1.0


def _citation(found: _Found) -> Citation:
    words = found.page.words
    assert words is not None
    candidate = found.candidate
    box = Box.around(words.words[i].box for i in candidate.word_ids) or candidate.box
    quoted = candidate.quote_ids[:_MAX_QUOTE_WORDS]
    return Citation(
        document_id=found.hit.document_id,
        document_name=found.hit.document_name,
        page_number=found.page.number,
        box=box,
        quote=" ".join(words.words[i].text for i in quoted) or candidate.text,
        evidence=candidate.evidence or _evidence(found, box),
    )


def _evidence(found: _Found, box: Box) -> Evidence:
    """Evidence of a part of a block: its words are the witness's own."""
    page, ids = found.page, found.candidate.word_ids
    assert page.words is not None
    whole = _block_evidence(page, ids)
    confidence = _word_confidence(found)
    verdict = Verdict.EXACT if page.words.witness is Witness.TEXT_LAYER else Verdict.OCR_AGREE
    if whole is not None and whole.verdict is Verdict.ILLEGIBLE and confidence <= whole.least_sure:
        verdict = Verdict.ILLEGIBLE
    return Evidence(
        reader=whole.reader if whole else page.words.engine,
        witness=page.words.witness,
        verdict=verdict,
        page_number=page.number,
        box=box,
        word_ids=ids,
        confidence=confidence,
    )


def _block_evidence(page: Page, ids: tuple[int, ...]) -> Evidence | None:
    """The evidence of the block that holds the words."""
    blocks = page.parse.blocks if page.parse else ()
    return next((b.evidence for b in blocks if b.evidence and set(ids) <= set(b.word_ids)), None)
