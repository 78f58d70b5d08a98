"""The chores of every process that may do upkeep: which there are, and how often."""

from __future__ import annotations

from contextlib import ExitStack

from docai.pipeline.erase import Eraser
from docai.pipeline.forget import Forgetter, Retention
from docai.pipeline.index_tender import IndexTender
from docai.pipeline.parts import Parts
from docai.pipeline.sweep import Chore, Sweeper, Upkeep
from docai.settings import Settings
from docai.webhooks.delivery import Sender
from docai.webhooks.dispatch import Dispatcher
from docai.webhooks.guard import Guard

ABANDONED_S = 86_400.0
"""A file that no document names and that is this old belongs to work that was killed: none takes a day."""
_HOUR_S = 3600.0
_MINUTE_S = 60.0
_MINUTES_S = 300.0
_MEND_S = 21_600.0
"""It reads the place of every page in the index."""
_STALE_QUERY_S = 600.0
"""Nobody waits for a query that long (`DOCAI_EMBEDDER__QUERY_TIMEOUT_S`)."""


def keep_up(settings: Settings, parts: Parts, stack: ExitStack, *, fills_index: bool = False) -> None:
    """Do all chores, and deliver webhooks where that is wanted, until `stack` is closed.

    Args:
        settings: what is set.
        parts: what the chores are done with.
        stack: ends them.
        fills_index: whether this process has the encoder, and so embeds what is missing from the index.
    """
    stack.enter_context(Upkeep(chores(settings, parts) | (index_chores(parts) if fills_index else {})))
    if settings.webhook.send:
        sender = Sender(Guard(settings.webhook.networks), timeout_s=settings.webhook.timeout_s)
        stack.enter_context(Dispatcher(parts.records.outbox, sender, parts.sealer))


def chores(settings: Settings, parts: Parts) -> dict[str, Chore]:
    """What is done again and again, by name; two processes that do the same do no harm."""
    sweeper = Sweeper(parts.records, parts.doorbell)
    eraser = Eraser(parts, lease_s=settings.worker.lease_s)
    every_s, kept = settings.worker.sweep_s, settings.retention
    retention = Retention(
        work_days=kept.work_days,
        dead_days=kept.dead_days,
        event_days=kept.event_days,
        query_days=kept.query_days,
        worker_days=kept.worker_days,
    )
    forgetter = Forgetter(parts.records, retention)
    return {
        "sweep": Chore(every_s, sweeper.sweep),
        "erase": Chore(every_s, eraser.verify),
        "forget": Chore(_MINUTES_S, forgetter.forget),
        "files": Chore(_HOUR_S, lambda: eraser.collect(ABANDONED_S)),
        "keys": Chore(_MINUTES_S, lambda: parts.records.keys.forget(settings.api.keep_keys_s)),
        "queries": Chore(_MINUTES_S, lambda: parts.records.query_requests.forget(_STALE_QUERY_S)),
    }


def index_chores(parts: Parts) -> dict[str, Chore]:
    """What keeps the index in use as the records have it; of many processes one does it at a time."""
    tender = IndexTender(parts.records, parts.blobs, parts.index, parts.embedder)
    return {"fill index": Chore(_MINUTE_S, tender.fill), "mend index": Chore(_MEND_S, tender.mend)}
