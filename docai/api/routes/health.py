"""Live, ready, metrics; without a key."""

from __future__ import annotations

from fastapi import APIRouter, Response

from docai.api.dependencies import SystemDep
from docai.api.schemas.health import LiveOut, ReadyOut
from docai.pipeline.health import Standing

router = APIRouter(tags=["health"])


@router.get("/livez")
async def live() -> LiveOut:  # on the event loop: threads that all wait for a store do not make the process a dead one
    """Whether the process answers."""
    return LiveOut(status="live")


@router.get(
    "/readyz", responses={503: {"model": ReadyOut, "description": "A part without which nothing works is away."}}
)
def ready(response: Response, system: SystemDep) -> ReadyOut:
    """Which parts answer, what is degraded, and why.

    `degraded` comes with 200: requests are served, and the checks say what does not work. `not_ready` comes with 503.
    """
    found = system.readiness()
    if found.standing is Standing.NOT_READY:
        response.status_code = 503
    return ReadyOut.of(found)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(system: SystemDep) -> Response:
    """Counters and timers of this process, and what the database knows, in Prometheus' text format."""
    return Response(system.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")
