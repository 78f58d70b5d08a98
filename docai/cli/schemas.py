"""What the commands print with `--json` beyond the REST interface's own schemas."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from pydantic import Field, JsonValue

from docai.api.schemas.answers import AnswerOut
from docai.api.schemas.documents import SubmissionOut
from docai.api.schemas.erasures import ErasureOut
from docai.api.schemas.estimates import (
    AssumptionsOut,
    LookOut,
    PageEstimateOut,
    ReadingOut,
    TotalsOut,
    UnplannedPageOut,
)
from docai.api.schemas.health import CheckOut
from docai.api.schemas.pages import PagePlanOut
from docai.api.schemas.wire import WireModel
from docai.domain.sights import Connector
from docai.errors import DocaiError


class ProblemOut(WireModel):
    """An error: an RFC 9457 problem without what only HTTP knows (status, request id)."""

    type: str
    title: str
    detail: str
    code: str = Field(description="Stable; scripts may branch on it.")
    retryable: bool
    details: dict[str, JsonValue]

    @classmethod
    def of(cls, error: DocaiError) -> Self:
        """From an error."""
        return cls(
            type=f"urn:docai:problem:{error.code}",
            title=error.code.replace("_", " ").capitalize(),
            detail=error.message,
            code=error.code,
            retryable=error.retryable,
            details={name: value if _is_plain(value) else str(value) for name, value in error.details.items()},
        )


class IngestedOut(WireModel):
    """What became of one file; either `submission` or `problem` is null."""

    path: str
    submission: SubmissionOut | None
    problem: ProblemOut | None


class IngestOut(WireModel):
    """What became of the files, in the order given."""

    data: list[IngestedOut]
    n_passed_over: int = Field(description="Files in the folders that are of a format docai does not read.")


class PlanOut(WireModel):
    """What reading a file would take."""

    path: str
    pages: list[PageEstimateOut]
    unplanned: list[UnplannedPageOut]
    totals: TotalsOut | None = Field(description="Null where no vision-language model was asked about.")
    assumptions: AssumptionsOut
    picture: str | None = Field(description="The page with what the model is shown drawn over it.")


class ModelOut(WireModel):
    """A model, and how it would read the page."""

    name: str
    family: str
    sources: list[str] = Field(description="Its ids on the Hugging Face hub, or the names that its provider knows.")
    connector: Connector
    context_tokens: int
    glance: LookOut | None = Field(description="The whole page by its own settings; null where it does not take it.")
    reading: ReadingOut


class ModelsOut(WireModel):
    """How every model that docai knows would read a page."""

    path: str | None = Field(description="Null: an A4 page with 8-point print.")
    page: PagePlanOut
    models: list[ModelOut]
    currency: str
    assumptions: AssumptionsOut


class DeletedOut(WireModel):
    """What was deleted."""

    id: UUID
    name: str
    erasure: ErasureOut


class KeyOut(WireModel):
    """A new API key."""

    api_key: str = Field(description="Shown this once: only its hash is kept.")
    prefix: str = Field(description="The start of the key, by which it is told from others.")


class SelfCheckOut(WireModel):
    """Whether docai could work, and with what."""

    is_ok: bool
    home: str
    settings: dict[str, JsonValue] = Field(description="In force, by variable; secrets are hidden.")
    set_variables: list[str] = Field(description="Those that come from the environment.")
    unknown_variables: list[str] = Field(description="DOCAI_* variables that nothing reads.")
    sandbox_layers: dict[str, bool] = Field(description="Walls around a process that opens a PDF; whether each stands.")
    checks: list[CheckOut]


class DemoAnswerOut(WireModel):
    """One of the demo's questions, and how its answer compares with what was drawn."""

    answer: AnswerOut
    truth: str | None = Field(description="Null where the documents hold no answer.")
    is_right: bool
    is_in_place: bool
    picture: str | None = Field(description="The cited page with the cited box marked.")


class DemoOut(WireModel):
    """How the demo went."""

    home: str
    n_questions: int
    n_answerable: int
    n_right: int
    n_in_place: int
    answers: list[DemoAnswerOut]


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | bool)
