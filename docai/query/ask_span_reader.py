"""A question to a reader of spans, about the best pages one by one; what it says joins what the extractive reader says.

What it answers are words of a page, so they are cited like any others, with the witness that read them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from docai.domain.answers import Answer, AnswerForm, AnswerKind, Citation, CrossCheck, Hit
from docai.domain.documents import Page
from docai.domain.evidence import Evidence, Verdict
from docai.domain.geometry import Box
from docai.domain.span_answers import SpanAnswer
from docai.domain.words import PageWords, Witness
from docai.errors import DocaiError
from docai.protocols import BlobStore, Cancellation, SpanReader
from docai.telemetry import log

_PAGE_DECAY = 0.97
"""What is left of the confidence for each page that search ranks above, as for the extractive reader."""
_DOUBT_LEFT = 0.5
"""What is left of the doubt where both readers say the same, as where a vision-language model says it."""
_MAX_QUOTE_WORDS = 80


@dataclass(frozen=True, slots=True)
class _Found:
    """An answer with its page."""

    said: SpanAnswer
    hit: Hit
    page: Page
    words: PageWords
    confidence: float


class SpanAsker:
    """Asks one reader. Thread-safe."""

    def __init__(self, reader: SpanReader, blobs: BlobStore) -> None:
        """Ask `reader`; `blobs` has the pages' images."""
        self._reader = reader
        self._blobs = blobs

    def joined(
        self,
        floor: Answer,
        pages: Sequence[tuple[Hit, Page]],
        *,
        min_confidence: float,
        cancel: Cancellation | None = None,
    ) -> Answer:
        """The extractive answer, surer where the reader says the same; else the surer of the two.

        Pages that cannot be put to the reader are logged, and told where nothing is answered.

        Args:
            floor: what the extractive reader says.
            pages: best first.
            min_confidence: 0 to 1; the reader counts as abstaining below it.
            cancel: whether the caller still wants it; looked at before each page.
        """
        found, n_asked, failed = self._asked(floor.question.text, pages, cancel)
        if failed and not floor.answerable:
            n_tried, why = n_asked + len(failed), failed[0].message
            told = f"{floor.reason or ''} {self._reader.name} could not read {len(failed)} of {n_tried} pages: {why}"
            floor = floor.model_copy(update={"reason": told.strip()})
        if n_asked == 0:
            return floor
        best = max(found, key=lambda each: each.confidence, default=None)
        if best is None or best.confidence < min_confidence:
            sure = 0.0 if best is None else best.confidence
            return _checked(floor, CrossCheck(engine=self._reader.name, text=None, agrees=None, confidence=sure))
        return _joined(floor, _answer(floor, best))

    def _asked(
        self, question: str, pages: Sequence[tuple[Hit, Page]], cancel: Cancellation | None
    ) -> tuple[list[_Found], int, list[DocaiError]]:
        """The pages' answers; how many pages the reader was asked about; and what went wrong with others."""
        found: list[_Found] = []
        failed: list[DocaiError] = []
        n_asked = 0
        for rank, (hit, page) in enumerate(pages):
            if cancel is not None and cancel.is_set():
                break
            if page.image is None or page.words is None or not page.words.words:
                continue
            try:
                said = self._reader.answer(self._blobs.get(page.image.sha256), page.words, question)
            except DocaiError as error:
                log("page not read for an answer", level="warning", page=page.number, code=error.code)
                failed.append(error)
                continue
            n_asked += 1
            if said is not None:
                sure = said.confidence * _PAGE_DECAY**rank * math.sqrt(_word_confidence(page.words, said))
                found.append(_Found(said, hit, page, page.words, sure))
        return found, n_asked, failed


def _word_confidence(words: PageWords, said: SpanAnswer) -> float:
    """The least sure of the answer's words."""
    return min(words.words[i].confidence for i in said.word_ids)


def _answer(floor: Answer, found: _Found) -> Answer:
    return Answer(
        id=floor.id,
        question=floor.question,
        answerable=True,
        text=found.said.text,
        kind=AnswerKind.SPAN,
        confidence=found.confidence,
        citations=(_citation(found),),
        engine=found.said.engine,
        form=AnswerForm.SPAN,
        created_at=floor.created_at,
    )


def _citation(found: _Found) -> Citation:
    words, ids = found.words.words, found.said.word_ids
    box = Box.around(words[i].box for i in ids)
    assert box is not None
    lines = {words[i].line for i in ids}
    around = [word.text for word in words if word.line in lines]
    return Citation(
        document_id=found.hit.document_id,
        document_name=found.hit.document_name,
        page_number=found.page.number,
        box=box,
        quote=" ".join(around) if len(around) <= _MAX_QUOTE_WORDS else found.said.text,
        evidence=Evidence(
            reader=found.words.engine or found.said.engine,
            witness=found.words.witness,
            verdict=_verdict(found),
            page_number=found.page.number,
            box=box,
            word_ids=ids,
            confidence=_word_confidence(found.words, found.said),
        ),
    )


def _verdict(found: _Found) -> Verdict:
    """The witness's words agree with themselves, unless it is unsure of them."""
    ids, sure = set(found.said.word_ids), _word_confidence(found.words, found.said)
    for block in found.page.parse.blocks if found.page.parse else ():
        whole = block.evidence
        if whole and whole.verdict is Verdict.ILLEGIBLE and ids <= set(block.word_ids) and sure <= whole.least_sure:
            return Verdict.ILLEGIBLE
    return Verdict.EXACT if found.words.witness is Witness.TEXT_LAYER else Verdict.OCR_AGREE


def _joined(floor: Answer, said: Answer) -> Answer:
    """One answer of two; the extractive one may abstain."""
    if not floor.answerable:
        return _checked(said, CrossCheck(engine=floor.engine, text=None, agrees=None, confidence=floor.confidence))
    agrees = _agrees(floor, said)
    stands, other = (floor, said) if agrees or floor.confidence >= said.confidence else (said, floor)
    if agrees:
        stands = stands.model_copy(update={"confidence": 1 - (1 - stands.confidence) * _DOUBT_LEFT})
    # An answer is deleted with the documents that it cites; it must not keep the words of another one.
    may_keep = agrees or _documents(other) <= _documents(stands)
    return _checked(
        stands,
        CrossCheck(
            engine=other.engine,
            text=other.text if may_keep else None,
            agrees=agrees,
            confidence=other.confidence,
        ),
    )


def _checked(answer: Answer, check: CrossCheck) -> Answer:
    return answer.model_copy(update={"cross_check": check})


def _documents(answer: Answer) -> set[object]:
    return {citation.document_id for citation in answer.citations}


def _agrees(one: Answer, other: Answer) -> bool:
    """Whether both say the same, or point at the same words with more or fewer of those beside them."""
    if _plain(one.text or "") == _plain(other.text or ""):
        return True
    places = [
        (citation.document_id, citation.page_number, set(citation.evidence.word_ids))
        for answer in (one, other)
        for citation in answer.citations
    ]
    if len(places) != 2 or places[0][:2] != places[1][:2]:
        return False
    fewer, more = sorted((places[0][2], places[1][2]), key=len)
    return bool(fewer) and fewer <= more


def _plain(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
