"""Questions to kept answers: pages are found, the extractive reader answers, and models do where there are any."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from docai.domain.answers import Answer, AnswerNews, Hit, PagesFound, Question
from docai.domain.ids import TenantId, new_answer_id
from docai.protocols import Cancellation, Records, UnitOfWork
from docai.query.answer import ENGINE, answer
from docai.query.ask_model import Asked, ModelAsker
from docai.query.ask_span_reader import SpanAsker
from docai.query.search import still_there
from docai.query.unverified import Unverified, settled

_PAGE = re.compile(r"\bpages?\s+(?:no\.?\s*|number\s+)?(\d{1,6})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AnswerPolicy:
    """The settings that decide which answers are given."""

    min_confidence: float
    """0 to 1; an answer of words of a page that is less sure is withheld."""
    unverified: Unverified = Unverified.MARK
    """What becomes of an answer that its cited places do not hold."""


class Answering:
    """Answers and keeps the answers. Every call is on behalf of one tenant. Thread-safe."""

    def __init__(
        self,
        records: Records,
        search: Callable[[TenantId, Question], list[Hit]],
        model_for: Callable[[TenantId], ModelAsker | None],
        policy: AnswerPolicy,
        *,
        spans: SpanAsker | None = None,
    ) -> None:
        """Take what finds pages and answers from them into use.

        Args:
            records: the record of truth.
            search: finds pages.
            model_for: gives the model that is asked for a tenant; None: none is.
            policy: which answers are given.
            spans: asked beside the extractive reader; None: that one alone.
        """
        self._records = records
        self._search = search
        self._model_for = model_for
        self._policy = policy
        self._spans = spans

    def news(
        self, tenant_id: TenantId, question: Question, *, at_most: int, cancel: Cancellation | None = None
    ) -> Iterator[AnswerNews]:
        """The pages found, the text as a model writes it, then the answer, which is kept by then.

        No transaction is open while a model is asked.

        Args:
            tenant_id: on whose behalf.
            question: what is asked.
            at_most: most pages to answer from.
            cancel: whether the caller still wants it.

        Raises:
            DocaiError: as for a search, before anything is told.
        """
        hits = self._search(tenant_id, question.model_copy(update={"top_k": at_most}))
        yield PagesFound(tuple(hits))
        now, answer_id = datetime.now(UTC), new_answer_id()
        with self._records.unit_of_work(tenant_id) as unit:
            missing = _missing_page(question, unit)
            pages = still_there(hits, unit.documents)
            floor = answer(
                question,
                pages,
                terms=unit.terms,
                min_confidence=self._policy.min_confidence,
                answer_id=answer_id,
                now=now,
            )
        if self._spans is not None and missing is None:
            floor = self._spans.joined(floor, pages, min_confidence=self._policy.min_confidence, cancel=cancel)
        given = floor
        model = self._model_for(tenant_id) if missing is None else None
        if missing is not None:
            given = Answer(
                id=answer_id,
                question=question,
                answerable=False,
                text=None,
                reason=missing,
                engine=ENGINE,
                created_at=now,
            )
        elif model is not None:
            for said in model.news(Asked(tenant_id, question, pages, floor), cancel):
                if isinstance(said, Answer):
                    given = said
                else:
                    yield said
        given = settled(given, [page for _, page in pages], self._policy.unverified)
        with self._records.unit_of_work(tenant_id) as unit:
            unit.answers.add(given)
        yield given


def _missing_page(question: Question, unit: UnitOfWork) -> str | None:
    """Why a question about a page that its document does not have cannot be answered; None for any other question."""
    if len(question.document_ids) != 1:
        return None
    numbers = [int(number) for number in _PAGE.findall(question.text)]
    document = unit.documents.get(question.document_ids[0])
    if document.n_pages is None or all(1 <= number <= document.n_pages for number in numbers):
        return None
    number = next(n for n in numbers if not 1 <= n <= document.n_pages)
    has = "one page" if document.n_pages == 1 else f"{document.n_pages} pages"
    return f"The document has no page {number}; it has {has}."
