"""KeptFlag: a flag as the record of truth has it, and where it stands in lists of flags."""

from __future__ import annotations

from datetime import datetime

from docai.domain.flags import Flag, Severity
from docai.domain.ids import DocumentId

DocumentFlagPlace = tuple[Severity, int, int]
"""Where a flag stands among those of its document, worst first: its severity, page and number on the page."""

FlagPlace = tuple[datetime, DocumentId, int, int]
"""Where a flag stands among those of a tenant, newest first: its time, document, page and number on the page."""


class KeptFlag(Flag):
    """A flag of a document's page as it is now; a page that is read again or corrected gets new ones."""

    document_id: DocumentId
    number: int
    """Counts from 1 within the page, worst first."""
    created_at: datetime
    """When the page got the result that it is of."""

    @property
    def place_in_document(self) -> DocumentFlagPlace:
        """Where it stands among those of its document."""
        return self.severity, self.page_number, self.number

    @property
    def place_in_time(self) -> FlagPlace:
        """Where it stands among those of its tenant."""
        return self.created_at, self.document_id, self.page_number, self.number
