"""Pictures of pages as one document."""

from __future__ import annotations

from collections.abc import Sequence

from docai.evaluation.samples import SampleFile
from docai.pdf.from_pictures import pdf_of_pictures


def as_document(name: str, pages: Sequence[SampleFile]) -> SampleFile:
    """One PDF of pictures in order; the same pictures give the same bytes.

    Args:
        name: Of the document, without a suffix.
        pages: PNG, JPEG or TIFF; they are read when the document is.
    """
    return SampleFile(f"{name}.pdf", lambda: pdf_of_pictures([page.read() for page in pages]))
