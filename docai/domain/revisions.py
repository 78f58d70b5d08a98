"""Revision: a page's result as it was once saved; a correction; and how two results differ, value by value."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from docai.domain.evidence import Verdict
from docai.domain.flags import ValuePlace
from docai.domain.geometry import Box
from docai.domain.ids import DocumentId
from docai.domain.parses import PageParse


class RevisionCause(StrEnum):
    """Why there is a new result."""

    READ = "read"
    """The page was read for the first time."""
    REREAD = "reread"
    """It was read again: another model, other settings, or a retry."""
    REVIEW = "review"
    """A person corrected it."""


class Revision(BaseModel):
    """A page's result; never changed once it is saved."""

    model_config = ConfigDict(frozen=True)

    document_id: DocumentId
    page_number: int
    """1-based."""
    number: int
    """Counts from 1 within the page; the highest is the one in force."""
    cause: RevisionCause
    author: str
    """The engine that read it, or who corrected it."""
    note: str | None = None
    """What the author said of it."""
    parse: PageParse
    created_at: datetime


class Correction(BaseModel):
    """What a person says a value really is."""

    model_config = ConfigDict(frozen=True)

    place: ValuePlace
    text: str
    """What stands on the page; the value as it is now: it was looked at and is right."""


class ChangeKind(StrEnum):
    """How a value differs."""

    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    VERDICT = "verdict"
    """The same value, and the witnesses say something else of it."""
    MOVED = "moved"
    """The same value at another place of the page."""


class ValueChange(BaseModel):
    """A value in which two results of a page differ."""

    model_config = ConfigDict(frozen=True)

    kind: ChangeKind
    page_number: int
    before_place: ValuePlace | None
    after_place: ValuePlace | None
    before: str | None
    after: str | None
    before_verdict: Verdict | None
    after_verdict: Verdict | None
    box: Box | None
    """Where it stands, after the change if it is still there."""
