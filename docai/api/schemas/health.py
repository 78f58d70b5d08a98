"""Health on the wire."""

from __future__ import annotations

from typing import Literal

from docai.api.schemas.documents import WireModel


class LiveOut(WireModel):
    """The process answers."""

    status: Literal["live"]


class CheckOut(WireModel):
    """One line of the self-check."""

    name: str
    is_ok: bool
    detail: str


class ReadyOut(WireModel):
    """Whether the stores answer."""

    status: Literal["ready", "not_ready"]
    checks: list[CheckOut]
