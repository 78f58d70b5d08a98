"""One worker process: its leases, its stages, its threads, and its end when it hangs."""

from __future__ import annotations

import faulthandler
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from uuid import uuid4

from celery import Celery

from docai.assembly.adoption import adopt
from docai.assembly.embedders import make_embedder
from docai.assembly.parts import (
    ensure_home,
    lease_policy,
    make_parts,
    make_policy,
    open_records,
    open_vlm,
    shared_shelf,
    start_tracing,
)
from docai.assembly.service import addresses
from docai.assembly.upkeep import keep_up
from docai.broker.doorbell import CeleryDoorbell
from docai.domain.ids import WorkerId
from docai.domain.work import Capability
from docai.pipeline.answer_queries import QueryAnswerer
from docai.pipeline.gauges import DatabaseGauges
from docai.pipeline.health import Health
from docai.pipeline.leases import LeaseKeeper
from docai.pipeline.parts import Parts
from docai.pipeline.stages import Stages
from docai.pipeline.standby import StandBy
from docai.pipeline.sweep import Chore, Upkeep
from docai.pipeline.worker import Worker
from docai.settings import Settings
from docai.telemetry import log

_STDERR = 2
_ALIVE_EVERY_S = 5.0
FROZEN_S = 120.0
"""A process in which no Python thread ran for so long is in C code that keeps the interpreter's lock: its own watchdogs
cannot run, and others have its work by now."""
STUCK = 75
"""Exit status of a worker that gave up on itself (EX_TEMPFAIL of sysexits.h): its supervisor starts another."""


@dataclass(frozen=True, slots=True)
class WorkerProcess:
    """What a worker process works with."""

    worker: Worker
    keeper: LeaseKeeper
    parts: Parts
    health: Health
    gauges: DatabaseGauges


@contextmanager
def open_worker(settings: Settings, app: Celery, capabilities: Sequence[Capability]) -> Iterator[WorkerProcess]:
    """Connect, renew leases beside the work, and sign off in the end.

    Raises:
        ConfigurationError: an address is missing, or the database's tables are of another release.
        IndexMismatch: the pages stand in the index of another encoder than the one that is set.
        StoreUnavailable: the database does not answer.
    """
    database_url, _ = addresses(settings)
    ensure_home(settings.home_path)
    with ExitStack() as stack:
        start_tracing(settings, stack, "docai-worker")
        records = open_records(settings, database_url, stack, migrate=False)
        doorbell = stack.enter_context(CeleryDoorbell(app))
        embedder = None
        if Capability.EMBED in capabilities:
            embedder = make_embedder(settings)
            adopt(records.indexes, embedder, settings.embedder.model)
        vlm = open_vlm(settings, stack) if Capability.VLM in capabilities else None
        shelf = shared_shelf(settings)
        parts = make_parts(settings, stack, records=records, shelf=shelf, doorbell=doorbell, embedder=embedder, vlm=vlm)
        keeper = stack.enter_context(
            LeaseKeeper(
                records.queue,
                lease_policy(settings),
                worker_id=WorkerId(uuid4()),
                name=f"{socket.gethostname()}:{os.getpid()}",
                capabilities=capabilities,
                on_stuck=_leave,
            )
        )
        keep_up(settings, parts, stack, fills_index=embedder is not None)
        if embedder is not None and embedder.sees_images:
            stack.enter_context(QueryAnswerer(records.query_requests, embedder))
        stack.enter_context(Upkeep({"alive": Chore(_ALIVE_EVERY_S, say_alive)}))
        stack.callback(faulthandler.cancel_dump_traceback_later)
        may_embed = StandBy(records.indexes, embedder.fingerprint).may_embed if embedder else lambda: False
        stages = Stages(parts, make_policy(settings).reading)
        lease_s, sweep_s = settings.worker.lease_s, settings.worker.sweep_s
        yield WorkerProcess(
            Worker(records.queue, stages, keeper, doorbell, may_embed=may_embed),
            keeper,
            parts,
            Health(parts, lease_s=lease_s),
            DatabaseGauges(records, lease_s=lease_s, sweep_s=sweep_s),
        )


def say_alive() -> None:
    """Put off the end of this process for `FROZEN_S`; without another call it ends with its threads' traces."""
    faulthandler.dump_traceback_later(FROZEN_S, exit=True, file=_STDERR)


def _leave(reason: str) -> None:
    """End the process at once: what hangs cannot be asked to stop, and its leases run out by themselves."""
    log("worker gives up on itself", level="error", reason=reason)
    os._exit(STUCK)
