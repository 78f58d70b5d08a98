"""Errors on the wire: RFC 9457 problem details."""

from __future__ import annotations

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
