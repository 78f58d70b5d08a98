"""create_app(): middleware, routers, error handlers; nothing else."""

from __future__ import annotations

from importlib.metadata import version

from anyio import CapacityLimiter
from fastapi import APIRouter, Depends, FastAPI
from fastapi.security import HTTPBearer

from docai.api.dependencies import ApiLimits
from docai.api.errors import add_error_handlers
from docai.api.idempotency import Idempotency
from docai.api.middleware import Gate, RequestId
from docai.api.routes import (
    answers,
    batches,
    documents,
    erasures,
    estimates,
    extractions,
    flags,
    health,
    jobs,
    pages,
    reviews,
    search,
    verdict_pictures,
    webhooks,
)
from docai.api.schemas.problems import problems
from docai.api.streams import Streams
from docai.api.uploads import UPLOAD_THREADS
from docai.system import System

PROTECTED_NOUNS = (
    batches,
    documents,
    erasures,
    estimates,
    pages,
    verdict_pictures,
    flags,
    reviews,
    jobs,
    search,
    answers,
    extractions,
    webhooks,
)
"""What is told to nobody without a key."""

PROBLEMS = problems(
    {
        400: "The body is no JSON, or a header is malformed.",
        401: "The key is missing or unknown.",
        404: "There is no such thing, or it is somebody else's.",
        409: "It is not in a state that allows this.",
        422: "The request or the file cannot be used as it is.",
        429: "Too much at once; come back after `Retry-After`.",
        503: "A store does not answer; try again.",
    }
)


def create_app(system: System, limits: ApiLimits) -> FastAPI:
    """The REST service over an assembled system."""
    app = FastAPI(
        title="docai",
        version=version("docai"),
        summary="Document AI with evidence: every value says on which page and box it stands.",
        description="Every POST below `/v1/` takes an `Idempotency-Key`: the same request with the same key is "
        "answered once, and in the same way again (`Idempotent-Replayed: true`).",
        openapi_tags=[
            {"name": tag}
            for tag in (
                "documents",
                "pages",
                "reviews",
                "jobs",
                "batches",
                "search",
                "answers",
                "extractions",
                "estimates",
                "webhooks",
                "health",
            )
        ],
    )
    app.state.system = system
    app.state.limits = limits
    app.state.streams = Streams(limits.max_streams)
    app.state.upload_threads = CapacityLimiter(UPLOAD_THREADS)
    app.state.estimate_threads = CapacityLimiter(estimates.ESTIMATE_THREADS)
    add_error_handlers(app)
    # The gate checks the key before the body is read; this says so in the OpenAPI description.
    key = HTTPBearer(auto_error=False, description="The API key that the first start makes.")
    protected = APIRouter(responses=PROBLEMS, dependencies=[Depends(key)])
    for noun in PROTECTED_NOUNS:
        protected.include_router(noun.router)
    app.include_router(protected)
    app.include_router(health.router)
    # The last added is the outermost: the id first, then the gate, then what was answered before.
    app.add_middleware(Idempotency, keys=system.keys)
    app.add_middleware(
        Gate,
        tenant_of_key=system.tenant_of_key,
        max_bytes=limits.max_bytes,
        larger={batches.UPLOAD_PATH: limits.max_batch_bytes},
    )
    app.add_middleware(RequestId)
    return app
