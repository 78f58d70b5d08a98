"""Live, ready, metrics; without a key."""

from __future__ import annotations

from fastapi import APIRouter, Response

from docai.api.dependencies import SystemDep
from docai.api.schemas.health import CheckOut, LiveOut, ReadyOut
from docai.telemetry import exposition

router = APIRouter(tags=["health"])


@router.get("/livez")
def live() -> LiveOut:
    """Whether the process answers."""
    return LiveOut(status="live")


@router.get("/readyz", responses={503: {"model": ReadyOut}})
def ready(response: Response, system: SystemDep) -> ReadyOut:
    """Whether the stores answer."""
    checks = [CheckOut(name=check.name, is_ok=check.is_ok, detail=check.detail) for check in system.check()]
    is_ready = all(check.is_ok for check in checks)
    if not is_ready:
        response.status_code = 503
    return ReadyOut(status="ready" if is_ready else "not_ready", checks=checks)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics() -> Response:
    """Counters and timers in Prometheus' text format."""
    return Response(exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")
