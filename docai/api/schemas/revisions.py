"""Reviews, revisions and how they differ, on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field, JsonValue

from docai.api.schemas.attempts import AttemptOut
from docai.api.schemas.blocks import BlockOut, TableOut, blocks_and_tables
from docai.api.schemas.checks import CheckOut, PlaceOut
from docai.api.schemas.evidence import BoxOut, box_out
from docai.api.schemas.questions import SOMETHING
from docai.api.schemas.wire import WireModel
from docai.domain.evidence import Verdict
from docai.domain.revisions import ChangeKind, Correction, Revision, RevisionCause, ValueChange

MAX_TEXT_CHARACTERS = 100_000
"""Of a value: more than a page of the smallest print holds."""
MAX_CORRECTIONS = 5000
"""Of one review: more than a page has values."""


class CorrectionIn(WireModel):
    """What a value really is."""

    place: PlaceOut
    text: str = Field(
        max_length=MAX_TEXT_CHARACTERS,
        description="What stands on the page. The value as it is now: it was looked at and is right; a table or chart "
        "as a whole can only be found right.",
    )

    def to_correction(self) -> Correction:
        """For the domain."""
        return Correction(place=self.place.to_place(), text=self.text)


class PageReviewIn(WireModel):
    """What a person says of a page's values."""

    document_id: UUID
    page: int = Field(ge=1, le=1_000_000, description="Counts from 1.")
    base_revision: int = Field(
        ge=1, le=1_000_000, description="The page's `revision` that was looked at; if it has another by now: 409."
    )
    author: str = Field(max_length=200, examples=["a.lovelace"], json_schema_extra=SOMETHING, pattern=r"\S")
    note: str | None = Field(default=None, max_length=10_000, description="What the author says of it.")
    corrections: list[CorrectionIn] = Field(min_length=1, max_length=MAX_CORRECTIONS)


class RevisionOut(WireModel):
    """A result that a page has or had."""

    document_id: UUID
    page: int
    number: int = Field(description="Counts from 1 within the page; the highest is the newest.")
    cause: RevisionCause
    author: str = Field(description="The engine that read it, or who corrected it.")
    note: str | None
    engine: str = Field(description="What read the page.")
    n_blocks: int
    n_tables: int
    created_at: datetime

    @classmethod
    def of(cls, revision: Revision) -> Self:
        """From the domain."""
        return cls(**_summary(revision))


class RevisionDetailOut(RevisionOut):
    """The same with all that it says. Tables are numbered within the page."""

    blocks: list[BlockOut]
    tables: list[TableOut]
    checks: list[CheckOut]
    attempts: list[AttemptOut]
    manifest: dict[str, JsonValue] | None = Field(description="All that the result depends on.")

    @classmethod
    def of_whole(cls, revision: Revision, floor: Verdict | None = None) -> Self:
        """From the domain; values below the floor without their text."""
        parse = revision.parse
        blocks, tables = blocks_and_tables(parse, first_table=1, floor=floor)
        return cls(
            **_summary(revision),
            blocks=blocks,
            tables=tables,
            checks=[CheckOut.of(check) for check in parse.checks],
            attempts=[AttemptOut.of(attempt) for attempt in parse.attempts],
            manifest=parse.manifest.model_dump(mode="json") if parse.manifest else None,
        )


class RevisionListOut(WireModel):
    """A page's results, newest first."""

    data: list[RevisionOut]


class ChangeOut(WireModel):
    """A value in which two results of a page differ."""

    kind: ChangeKind
    page: int
    before_place: PlaceOut | None
    after_place: PlaceOut | None
    before: str | None
    after: str | None
    before_verdict: Verdict | None
    after_verdict: Verdict | None
    box: BoxOut | None = Field(description="Where it stands, after the change if it is still there.")

    @classmethod
    def of(cls, change: ValueChange) -> Self:
        """From the domain."""
        return cls(
            kind=change.kind,
            page=change.page_number,
            before_place=PlaceOut.of(change.before_place),
            after_place=PlaceOut.of(change.after_place),
            before=change.before,
            after=change.after,
            before_verdict=change.before_verdict,
            after_verdict=change.after_verdict,
            box=None if change.box is None else box_out(change.box),
        )


class DiffOut(WireModel):
    """In which values two results of a page differ, in the order of the page."""

    before: int
    after: int
    data: list[ChangeOut]

    @classmethod
    def of(cls, changes: Sequence[ValueChange], *, before: int, after: int) -> Self:
        """From the domain, of these two revisions."""
        return cls(before=before, after=after, data=[ChangeOut.of(change) for change in changes])


def _summary(revision: Revision) -> dict[str, object]:
    return {
        "document_id": revision.document_id,
        "page": revision.page_number,
        "number": revision.number,
        "cause": revision.cause,
        "author": revision.author,
        "note": revision.note,
        "engine": revision.parse.engine,
        "n_blocks": len(revision.parse.blocks),
        "n_tables": len(revision.parse.tables),
        "created_at": revision.created_at,
    }
