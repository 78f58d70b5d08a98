"""The chores of every process that may do upkeep: which there are, and how often."""

from __future__ import annotations

from contextlib import ExitStack

from docai.pipeline.erase import Eraser
from docai.pipeline.forget import Forgetter, Retention
from docai.pipeline.parts import Parts
from docai.pipeline.sweep import Chore, Sweeper, Upkeep
from docai.settings import Settings
from docai.webhooks.delivery import Sender
from docai.webhooks.dispatch import Dispatcher
from docai.webhooks.guard import Guard

ABANDONED_S = 86_400.0
"""A file that no document names and that is this old belongs to work that was killed: none takes a day."""
_HOUR_S = 3600.0
_MINUTES_S = 300.0


def keep_up(settings: Settings, parts: Parts, stack: ExitStack) -> None:
    """Do all chores, and deliver webhooks where that is wanted, until `stack` is closed."""
    stack.enter_context(Upkeep(chores(settings, parts)))
    if settings.webhook.send:
        sender = Sender(Guard(settings.webhook.networks), timeout_s=settings.webhook.timeout_s)
        stack.enter_context(Dispatcher(parts.records.outbox, sender, parts.sealer))


def chores(settings: Settings, parts: Parts) -> dict[str, Chore]:
    """What is done again and again, by name; two processes that do the same do no harm."""
    sweeper = Sweeper(parts.records, parts.doorbell)
    eraser = Eraser(parts, lease_s=settings.worker.lease_s)
    every_s, kept = settings.worker.sweep_s, settings.retention
    retention = Retention(
        work_days=kept.work_days, dead_days=kept.dead_days, event_days=kept.event_days, worker_days=kept.worker_days
    )
    forgetter = Forgetter(parts.records.upkeep, retention)
    return {
        "sweep": Chore(every_s, sweeper.sweep),
        "erase": Chore(every_s, eraser.verify),
        "forget": Chore(_MINUTES_S, forgetter.forget),
        "files": Chore(_HOUR_S, lambda: eraser.collect(ABANDONED_S)),
        "keys": Chore(_MINUTES_S, lambda: parts.records.keys.forget(settings.api.keep_keys_s)),
    }
