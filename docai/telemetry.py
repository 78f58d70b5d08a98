"""Log fields, counters and timers; one name per event."""

from __future__ import annotations

import logging
import sys

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

REGISTRY = CollectorRegistry()
PAGES = Counter("docai_pages", "Pages that reached a final state.", ["state"], registry=REGISTRY)
DOCUMENTS = Counter("docai_documents", "Documents that reached a final status.", ["status"], registry=REGISTRY)
STEP_SECONDS = Histogram("docai_step_seconds", "Time of one step of one page.", ["step"], registry=REGISTRY)
SANDBOX_KILLS = Counter(
    "docai_sandbox_kills", "Sandboxed processes that were killed or died.", ["reason"], registry=REGISTRY
)
ITEMS_RETRIED = Counter("docai_items_retried", "Work put back for later.", ["stage", "code"], registry=REGISTRY)
ITEMS_FENCED = Counter("docai_items_fenced", "Late results that were refused.", ["stage"], registry=REGISTRY)
ITEMS_DEAD = Counter("docai_items_dead", "Work that was given up.", ["stage", "code"], registry=REGISTRY)
LEASES_EXPIRED = Counter(
    "docai_leases_expired", "Leases that ran out: their workers vanished or hung.", ["stage"], registry=REGISTRY
)
BELLS = Counter("docai_bells", "Messages sent to wake workers.", ["capability"], registry=REGISTRY)
BATCH_SIZE = Histogram(
    "docai_batch_size", "Items leased at once.", ["stage"], buckets=(1, 2, 4, 8, 16, 32), registry=REGISTRY
)
ERASURES = Histogram(
    "docai_erasure_seconds",
    "From asking for a deletion to its verification.",
    buckets=(0.1, 1, 5, 15, 30, 60, 300, 3600),
    registry=REGISTRY,
)
SEARCHES = Counter("docai_searches", "Searches by mode.", ["mode"], registry=REGISTRY)
ANSWERS = Counter("docai_answers", "Questions by whether they could be answered.", ["answerable"], registry=REGISTRY)
WEBHOOK_ATTEMPTS = Counter(
    "docai_webhook_attempts", "Attempts to deliver a webhook by result.", ["result"], registry=REGISTRY
)


def configure_logging(level: str, *, as_json: bool) -> None:
    """Send events of `level` and above to standard error. No document text is ever logged."""
    renderer: structlog.typing.Processor = structlog.processors.JSONRenderer()
    if not as_json:
        # Plain traces: the rich ones print local variables, and with them what documents say.
        plain = structlog.dev.plain_traceback
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([structlog.processors.format_exc_info] if as_json else []),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def log(event: str, *, level: str = "info", **fields: object) -> None:
    """Log an event: a past-tense phrase, with its facts as fields."""
    if not structlog.is_configured():
        configure_logging("warning", as_json=False)
    getattr(structlog.get_logger(), level)(event, **fields)


def exposition() -> bytes:
    """The metrics in Prometheus' text format."""
    return generate_latest(REGISTRY)
