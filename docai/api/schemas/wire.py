"""What all wire schemas share: their root, and a fault."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from docai.domain.documents import Fault


class WireModel(BaseModel):
    """The root of all wire schemas: unknown fields are refused, none is left out of an answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FaultOut(WireModel):
    """Why something failed or fell short."""

    code: str = Field(description="Stable; clients may branch on it.", examples=["document_encrypted"])
    message: str

    @classmethod
    def of(cls, fault: Fault | None) -> Self | None:
        """From the domain."""
        return None if fault is None else cls(code=fault.code, message=fault.message)
