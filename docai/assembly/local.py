"""The whole system in one process: own PostgreSQL, Qdrant Edge, files in a folder, workers as threads."""

from __future__ import annotations

import math
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from uuid import uuid4

from docai.assembly.adoption import adopt, require_active
from docai.assembly.embedders import make_embedder
from docai.assembly.parts import (
    Assembled,
    first_tenant,
    lease_policy,
    make_parts,
    make_policy,
    make_system,
    open_records,
    open_vlm,
    own_shelf,
    shared_shelf,
    start_tracing,
)
from docai.assembly.upkeep import keep_up
from docai.domain.ids import WorkerId
from docai.domain.work import Capability, Stage
from docai.pipeline.leases import LeaseKeeper
from docai.pipeline.self_check import engine_names
from docai.pipeline.stages import Stages
from docai.pipeline.sweep import Sweeper
from docai.pipeline.threads import ThreadDoorbell, WorkerThreads
from docai.pipeline.worker import Worker
from docai.protocols import VisionLanguageModel
from docai.settings import Settings
from docai.stores.home import HomeLock
from docai.stores.postgres.embedded import EmbeddedPostgres
from docai.telemetry import log


@contextmanager
def open_local(settings: Settings) -> Iterator[Assembled]:
    """Start everything, take up what an earlier process left unfinished, and stop everything in the end.

    Raises:
        HomeInUse: another process works on this `DOCAI_HOME`.
        IndexMismatch: the pages stand in the index of another encoder than the one that is set.
        ConfigurationError, StoreUnavailable: a part cannot be started.
    """
    home = settings.home_path
    with ExitStack() as stack:
        stack.enter_context(HomeLock(home))
        start_tracing(settings, stack, "docai")
        is_own = settings.database.url is None
        records = open_records(settings, _database_url(settings, stack), stack, migrate=True)
        if is_own:
            # Nobody else works on a database of our own: whoever held work is dead.
            records.queue.release_all()
        doorbell = ThreadDoorbell()
        embedder = make_embedder(settings)
        require_active(adopt(records.indexes, embedder, settings.embedder.model), records.indexes)
        shelf = own_shelf(settings) if settings.index.url is None else shared_shelf(settings)
        vlm = open_vlm(settings, stack)
        parts = make_parts(settings, stack, records=records, shelf=shelf, doorbell=doorbell, embedder=embedder, vlm=vlm)
        Sweeper(records, doorbell).sweep()
        keeper = stack.enter_context(
            LeaseKeeper(
                records.queue,
                lease_policy(settings),
                worker_id=WorkerId(uuid4()),
                name=f"{socket.gethostname()}:{os.getpid()}",
                capabilities=tuple(Capability),
                on_stuck=lambda reason: log("worker hangs", level="error", reason=reason),
            )
        )
        worker = Worker(records.queue, Stages(parts, make_policy(settings).reading), keeper, doorbell)
        keep_up(settings, parts, stack, fills_index=True)
        for capabilities, n in _threads(settings, vlm).items():
            stack.enter_context(WorkerThreads(worker, keeper, doorbell, capabilities=capabilities, n=n))
        tenant, key = first_tenant(records)
        yield Assembled(make_system(settings, parts), tenant, key, records, engine_names(parts))


def _threads(settings: Settings, vlm: VisionLanguageModel | None) -> dict[tuple[Capability, ...], int]:
    """Threads by what they do: one for each processor, and more that mostly wait for a model if there is one."""
    if vlm is None:
        return {tuple(Capability): settings.n_processes}
    others = tuple(capability for capability in Capability if capability is not Capability.VLM)
    # A model in this process generates for one caller after another; a server is sent a batch of pages by each thread.
    n = 1 if settings.vlm.engine == "local" else math.ceil(vlm.max_parallel / Stage.VLM.batch_size)
    return {others: settings.n_processes, (Capability.VLM,): n}


def _database_url(settings: Settings, stack: ExitStack) -> str:
    if settings.database.url is not None:
        return settings.database.url.get_secret_value()
    return stack.enter_context(EmbeddedPostgres(settings.home_path / "postgres")).url
