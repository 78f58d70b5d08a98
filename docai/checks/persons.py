"""Which values a person answers for: they were looked at, so that no witness need confirm them."""

from __future__ import annotations

from docai.domain.evidence import Evidence

_PERSON = "person: "


def person(author: str) -> str:
    """What evidence names as the reader of a value that a person gave or found right."""
    return _PERSON + author


def is_of_person(evidence: Evidence | None) -> bool:
    """Whether a person gave a value or found it right."""
    return evidence is not None and evidence.reader.startswith(_PERSON)
