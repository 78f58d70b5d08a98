"""An error as an item's trouble: of which sort it is, and the fault that is stored and shown."""

from __future__ import annotations

from docai.domain.documents import Fault
from docai.domain.work import TroubleKind
from docai.errors import BlobMissing, DocaiError, PageError


def fault_of(error: DocaiError) -> Fault:
    """An error as it is stored and shown."""
    return Fault(code=error.code, message=error.message)


def kind_of(error: Exception) -> TroubleKind:
    """Which sort of trouble an error is, and so how patiently the item is tried again."""
    if isinstance(error, PageError | BlobMissing):
        return TroubleKind.ITEM
    if isinstance(error, DocaiError) and error.retryable:
        return TroubleKind.PASSING
    return TroubleKind.UNEXPECTED
