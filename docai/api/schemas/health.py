"""Health on the wire."""

from __future__ import annotations

from typing import Literal

from docai.api.schemas.wire import WireModel
from docai.pipeline.health import Readiness, Standing


class LiveOut(WireModel):
    """The process answers."""

    status: Literal["live"]


class CheckOut(WireModel):
    """One line of the self-check."""

    name: str
    is_ok: bool
    detail: str


class ReadyOut(WireModel):
    """Which parts answer, what is degraded, and why."""

    status: Standing
    checks: list[CheckOut]
    oldest_pending_s: dict[str, float]
    """For how long the oldest work that is due has waited, by capability; empty if the database does not tell."""

    @classmethod
    def of(cls, readiness: Readiness) -> ReadyOut:
        """The wire form."""
        checks = [CheckOut(name=check.name, is_ok=check.is_ok, detail=check.detail) for check in readiness.checks]
        oldest = {capability.value: seconds for capability, seconds in readiness.oldest_pending_s.items()}
        return cls(status=readiness.standing, checks=checks, oldest_pending_s=oldest)
