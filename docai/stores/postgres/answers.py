"""Questions and answers, always within one tenant."""

from __future__ import annotations

from sqlalchemy.orm import Session

from docai.domain.answers import Answer
from docai.domain.ids import DocumentId, TenantId
from docai.stores.postgres.tables import AnswerRow


class PostgresAnswers:
    """`AnswerRecords` of one tenant."""

    def __init__(self, session: Session, tenant_id: TenantId) -> None:
        """Work in the session's transaction, on this tenant's rows alone."""
        self._session = session
        self._tenant_id = tenant_id

    def add(self, answer: Answer) -> None:
        """Keep an answer."""
        self._session.add(
            AnswerRow(
                tenant_id=self._tenant_id,
                id=answer.id,
                answerable=answer.answerable,
                cited_document_ids=sorted(_documents_of(answer)),
                answer=answer,
                created_at=answer.created_at,
            )
        )


def _documents_of(answer: Answer) -> set[DocumentId]:
    """The documents whose words or names an answer holds."""
    found = {citation.document_id for citation in answer.citations}
    if answer.model is not None:
        found |= {page.document_id for page in answer.model.shown}
        found |= {page.document_id for page in answer.model.left_out}
    return found
