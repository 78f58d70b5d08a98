"""Extractions, always within one tenant."""

from __future__ import annotations

from sqlalchemy.orm import Session

from docai.domain.extractions import Extraction
from docai.domain.ids import ExtractionId, TenantId
from docai.errors import ExtractionNotFound
from docai.stores.postgres.locks import hold_document
from docai.stores.postgres.tables import ExtractionRow


class PostgresExtractions:
    """`ExtractionRecords` of one tenant."""

    def __init__(self, session: Session, tenant_id: TenantId) -> None:
        """Work in the session's transaction, on this tenant's rows alone."""
        self._session = session
        self._tenant_id = tenant_id

    def add(self, extraction: Extraction) -> None:
        """Keep an extraction.

        Raises:
            DocumentNotFound: one of its documents is gone.
        """
        # Held, so that a document which is deleted meanwhile does not leave what was taken from it behind.
        for document_id in sorted(extraction.document_ids):
            hold_document(self._session, self._tenant_id, document_id)
        self._session.add(
            ExtractionRow(
                tenant_id=self._tenant_id,
                id=extraction.id,
                document_ids=sorted(set(extraction.document_ids)),
                extraction=extraction,
                created_at=extraction.created_at,
            )
        )

    def get(self, extraction_id: ExtractionId) -> Extraction:
        """One extraction.

        Raises:
            ExtractionNotFound: the tenant has none of this id.
        """
        row = self._session.get(ExtractionRow, (self._tenant_id, extraction_id))
        if row is None:
            raise ExtractionNotFound("There is no such extraction.")
        return row.extraction
