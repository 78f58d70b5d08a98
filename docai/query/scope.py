"""Which documents a question is asked of: those named, those that its filter matches, or all."""

from __future__ import annotations

from docai.domain.answers import Question
from docai.domain.ids import DocumentId
from docai.errors import InvalidRequest
from docai.protocols import DocumentRecords


def scope_of(question: Question, documents: DocumentRecords, *, max_filtered: int) -> tuple[DocumentId, ...] | None:
    """The documents to look in; empty where all of the tenant's are meant, None where there is none to look in.

    Args:
        question: names documents, has a filter, both or neither.
        documents: the tenant's.
        max_filtered: most documents that a filter may match.

    Raises:
        InvalidRequest: it matches more.
    """
    if question.filter.is_empty:
        return question.document_ids
    found = documents.matching(question.filter, among=question.document_ids, limit=max_filtered + 1)
    if len(found) > max_filtered:
        raise InvalidRequest(
            f"The filter matches more than {max_filtered} documents; narrow it down.", limit=max_filtered
        )
    return tuple(found) or None
