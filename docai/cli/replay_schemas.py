"""What `docai replay --json` prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self
from uuid import UUID

from pydantic import Field

from docai.api.schemas.revisions import ChangeOut
from docai.api.schemas.wire import FaultOut, WireModel
from docai.domain.documents import Document, PageState

if TYPE_CHECKING:
    from docai.replaying.replaying import PageReplay


class ManifestDifferenceOut(WireModel):
    """Something that the two results depend on, and in which they differ."""

    name: str = Field(description="Such as `image_sha256` or `libraries.pymupdf`.")
    before: float | int | str | bool | None
    after: float | int | str | bool | None


class PageReplayOut(WireModel):
    """What came of reading a page again."""

    page: int
    revision: int | None = Field(description="What it was compared with.")
    is_same: bool = Field(description="Every value comes out the same, with the same verdict and in the same place.")
    is_exact: bool = Field(description="So do boxes, confidences, checks and omissions.")
    state_before: PageState
    state_after: PageState
    fault_after: FaultOut | None
    manifest: list[ManifestDifferenceOut] | None = Field(description="Null where none was kept of the saved result.")
    changes: list[ChangeOut]

    @classmethod
    def of(cls, replay: PageReplay) -> Self:
        """From what came of it."""
        differing = replay.manifest
        return cls(
            page=replay.saved.number,
            revision=replay.saved.revision,
            is_same=replay.is_same,
            is_exact=replay.is_exact,
            state_before=replay.saved.state,
            state_after=replay.read.state,
            fault_after=FaultOut.of(replay.read.fault),
            manifest=None
            if differing is None
            else [ManifestDifferenceOut(name=d.name, before=d.before, after=d.after) for d in differing],
            changes=[ChangeOut.of(change) for change in replay.changes],
        )


class ReplayOut(WireModel):
    """What came of reading a document's pages again."""

    document_id: UUID
    is_same: bool
    pages: list[PageReplayOut]

    @classmethod
    def of(cls, document: Document, replays: Sequence[PageReplay]) -> Self:
        """From what came of each page."""
        return cls(
            document_id=document.id,
            is_same=all(each.is_same for each in replays),
            pages=[PageReplayOut.of(each) for each in replays],
        )
