"""Counts a PDF's active and hidden content; nothing of it is ever run."""

from __future__ import annotations

import pymupdf

from docai.domain.documents import SecurityFindings

_MAX_OBJECTS = 20_000
"""Objects looked at; a file with more is only looked at in part, so that the look costs well under a second."""
_JAVASCRIPT, _LAUNCH = "/JavaScript", "/Launch"
"""Action types, PDF 32000-1:2008, table 198."""


def inspect(document: pymupdf.Document, *, is_encrypted: bool) -> SecurityFindings:
    """Look through a document's objects for actions, attachments and XFA forms."""
    if not document.is_pdf:
        return SecurityFindings()
    kinds = {_action(document, xref) for xref in range(1, min(document.xref_length(), _MAX_OBJECTS))}
    catalog = document.pdf_catalog()
    return SecurityFindings(
        is_encrypted=is_encrypted or bool((document.metadata or {}).get("encryption")),
        has_javascript=_JAVASCRIPT in kinds or _has(document, catalog, "Names/JavaScript"),
        has_launch_action=_LAUNCH in kinds,
        n_embedded_files=document.embfile_count(),
        has_xfa=_has(document, catalog, "AcroForm/XFA"),
    )


def _action(document: pymupdf.Document, xref: int) -> str | None:
    """The action type of an object, or of the action that it opens with."""
    try:
        for key in ("S", "A/S", "OpenAction/S", "AA/O/S"):
            kind, value = document.xref_get_key(xref, key)
            if kind == "name" and value in (_JAVASCRIPT, _LAUNCH):
                return str(value)
    except Exception:  # noqa: BLE001 -- an object that cannot be read runs nothing
        return None
    return None


def _has(document: pymupdf.Document, xref: int, key: str) -> bool:
    return xref > 0 and document.xref_get_key(xref, key)[0] not in ("null", "undefined")
