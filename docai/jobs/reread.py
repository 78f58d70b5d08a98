"""A document that was read, put back to be read again by the settings of now; its earlier results stay as revisions."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from docai.domain.ids import DocumentId
from docai.domain.jobs import Job, Priority
from docai.errors import PageNotFound
from docai.jobs.opening import begun_again
from docai.protocols import UnitOfWork


def put_back(
    unit: UnitOfWork, document_id: DocumentId, numbers: Collection[int], now: datetime, priority: Priority
) -> Job:
    """A further job for a document whose last one has ended, in a new epoch, its pages queued again.

    Search does not find the pages by their text until they are read.

    Args:
        unit: the transaction; the document is held until it ends.
        document_id: of the document.
        numbers: of the pages, 1-based; none: all.
        now: the time.
        priority: of the job.

    Raises:
        DocumentNotFound, PageNotFound: the tenant has no such document, or it no such page.
    """
    unit.work.hold(document_id)
    document = unit.documents.get(document_id)
    known = range(1, len(unit.documents.page_states(document_id)) + 1)
    if missing := sorted(set(numbers).difference(known)):
        raise PageNotFound(f"The document has {len(known)} pages; there is no page {missing[0]}.", page=missing[0])
    again = sorted(set(numbers)) or list(known)
    unit.terms.replace(document_id, {number: {} for number in again})
    job, _ = begun_again(unit, document, again, now, priority)
    return job
