"""Questions and answers, always within one tenant."""

from __future__ import annotations

from sqlalchemy.orm import Session

from docai.domain.answers import Answer
from docai.domain.ids import TenantId
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
                cited_document_ids=sorted({citation.document_id for citation in answer.citations}),
                answer=answer,
                created_at=answer.created_at,
            )
        )
