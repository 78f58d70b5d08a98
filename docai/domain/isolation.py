"""Isolation: how far a reader of foreign files is kept away from this machine."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Isolation(BaseModel):
    """The walls around every process that opens a document."""

    model_config = ConfigDict(frozen=True)

    is_full: bool
    """False: the kernel lacks a wall; documents are read all the same."""
    detail: str
    """Which walls stand and what is lacking, in words for an operator."""
