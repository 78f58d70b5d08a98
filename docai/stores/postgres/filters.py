"""A filter of documents as conditions on their rows."""

from __future__ import annotations

from sqlalchemy import ColumnElement

from docai.domain.documents import DocumentFilter
from docai.stores.postgres.columns import storable
from docai.stores.postgres.tables import DocumentRow


def conditions(wanted: DocumentFilter) -> list[ColumnElement[bool]]:
    """What a row must meet, all of it; the tenant is not among it."""
    found: list[ColumnElement[bool]] = []
    if wanted.metadata:
        found.append(DocumentRow.user_metadata.contains(dict(wanted.metadata)))
    if wanted.media_types:
        found.append(DocumentRow.media_type.in_(wanted.media_types))
    if wanted.created_after is not None:
        found.append(DocumentRow.created_at >= wanted.created_after)
    if wanted.created_before is not None:
        found.append(DocumentRow.created_at < wanted.created_before)
    if wanted.name_contains is not None:
        found.append(DocumentRow.name.icontains(storable(wanted.name_contains), autoescape=True))
    return found
