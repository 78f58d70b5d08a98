"""Log fields, counters and timers; one name per event."""

from __future__ import annotations

import logging
import sys
from contextlib import AbstractContextManager
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.registry import Collector

REGISTRY = CollectorRegistry()
PAGES = Counter("docai_pages", "Pages that reached a final state.", ["state"], registry=REGISTRY)
DOCUMENTS = Counter("docai_documents", "Documents that reached a final status.", ["status"], registry=REGISTRY)
STEP_SECONDS = Histogram("docai_step_seconds", "Time of one step of one page.", ["step"], registry=REGISTRY)
STAGE_SECONDS = Histogram(
    "docai_stage_seconds",
    "Time of one stage: the claim of a batch, an item from begin to end, and its commit within.",
    ["stage", "part"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
    registry=REGISTRY,
)
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


_LIBRARIES = ("celery", "kombu", "uvicorn")
"""Those that say something for operators; of all others, warnings are enough."""
_CHATTY = ("celery.worker.strategy", "celery.app.trace")
"""Two lines for each ring of the doorbell, which says nothing."""


def configure_logging(level: str, *, as_json: bool) -> None:
    """Send events of `level` and above to standard error, those of libraries in the same format as ours.

    No document text is ever logged.
    """
    renderer: structlog.typing.Processor = structlog.processors.JSONRenderer()
    if not as_json:
        # Plain traces: the rich ones print local variables, and with them what documents say.
        plain = structlog.dev.plain_traceback
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)
    common: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    traces: list[structlog.typing.Processor] = [structlog.processors.format_exc_info] if as_json else []
    structlog.configure(
        processors=[*common, *traces, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # whatever that is at the time
        cache_logger_on_first_use=False,
    )
    _adopt_libraries(
        level.upper(),
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*common, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *traces, renderer],
        ),
    )


class _StandardError(logging.Handler):
    """Writes to whatever standard error is at the time."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(f"{self.format(record)}\n")
        except Exception:  # noqa: BLE001 - as every handler does: what cannot be logged must not end the work
            self.handleError(record)


def _adopt_libraries(level: str, formatter: logging.Formatter) -> None:
    """Have what libraries log formatted by us, and written once."""
    handler = _StandardError()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [*(other for other in root.handlers if not isinstance(other, _StandardError)), handler]
    root.setLevel(max(logging.WARNING, getattr(logging, level)))
    for name in _LIBRARIES:
        library = logging.getLogger(name)
        library.handlers, library.propagate = [], True
        library.setLevel(level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.NOTSET if level == "DEBUG" else logging.WARNING)


def log(event: str, *, level: str = "info", **fields: object) -> None:
    """Log an event: a past-tense phrase, with its facts as fields."""
    if not structlog.is_configured():
        configure_logging("warning", as_json=False)
    getattr(structlog.get_logger(), level)(event, **fields)


def log_context(**fields: object) -> AbstractContextManager[Any]:
    """Meanwhile every event of this thread or task has these fields too: a request's id, a lease's item."""
    return structlog.contextvars.bound_contextvars(**fields)


def exposition(*more: Collector) -> bytes:
    """The metrics in Prometheus' text format: ours, and those that `more` looks up now."""
    found = generate_latest(REGISTRY)
    for collector in more:
        asked = CollectorRegistry()
        asked.register(collector)
        found += generate_latest(asked)
    return found
