"""Errors on the wire: RFC 9457 problem details."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, Field


class Problem(BaseModel):
    """What went wrong and what to do about it."""

    type: str = Field(description="Names the kind of problem.", examples=["urn:docai:problem:document_not_found"])
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable; clients may branch on it.", examples=["document_not_found"])
    retryable: bool = Field(description="Whether the same request may succeed later.")
    request_id: str
    details: dict[str, object] = Field(default={}, description="Facts for machines.")


def problems(meanings: Mapping[int, str]) -> dict[int | str, dict[str, object]]:
    """Statuses with which a route may answer a problem, for the OpenAPI document."""
    return {
        status: {"model": Problem, "description": meaning, "content": {"application/problem+json": {}}}
        for status, meaning in meanings.items()
    }


UPLOAD_PROBLEMS = problems(
    {
        413: "More bytes or files than the limit.",
        415: "The body or the file is of a kind that is not read.",
        507: "There is no room for the file; nothing of it was kept.",
    }
)
