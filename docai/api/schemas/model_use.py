"""What a vision-language model was shown for an answer or an extraction, on the wire."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from pydantic import Field

from docai.api.schemas.attempts import PromptOut, ShownOut, UsageOut
from docai.api.schemas.evidence import BoxOut, box_out
from docai.api.schemas.wire import WireModel
from docai.domain.answers import ModelUse, PageLeftOut, PageShown


class PageShownOut(WireModel):
    """A page, or a piece of one, that a model was shown."""

    document_id: UUID
    document_name: str
    page: int
    region: BoxOut | None = Field(description="Null: the whole page.")
    planned: ShownOut

    @classmethod
    def of(cls, shown: PageShown) -> Self:
        """From the domain."""
        return cls(
            document_id=shown.document_id,
            document_name=shown.document_name,
            page=shown.page_number,
            region=None if shown.plan.region is None else box_out(shown.plan.region),
            planned=ShownOut.of(shown.plan),
        )


class PageLeftOutOut(WireModel):
    """A page that a model was not shown, and why."""

    document_id: UUID
    document_name: str
    page: int
    reason: str

    @classmethod
    def of(cls, page: PageLeftOut) -> Self:
        """From the domain."""
        return cls(
            document_id=page.document_id,
            document_name=page.document_name,
            page=page.page_number,
            reason=page.reason,
        )


class ModelUseOut(WireModel):
    """What a vision-language model was shown, and what that took."""

    model: str
    prompt: PromptOut | None
    shown: list[PageShownOut]
    left_out: list[PageLeftOutOut]
    used: UsageOut
    problem: str | None = Field(description="Why what it said was not used; null where it was.")

    @classmethod
    def of(cls, use: ModelUse | None) -> Self | None:
        """From the domain."""
        if use is None:
            return None
        return cls(
            model=use.model,
            prompt=None if use.prompt is None else PromptOut(**use.prompt.model_dump()),
            shown=[PageShownOut.of(page) for page in use.shown],
            left_out=[PageLeftOutOut.of(page) for page in use.left_out],
            used=UsageOut(**use.usage.model_dump()),
            problem=use.problem,
        )
