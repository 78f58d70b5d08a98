"""Claim a batch, have it done, claim the next: what every worker does, whatever rings its bell."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from docai.domain.work import Capability, Lease
from docai.errors import StoreError
from docai.pipeline.leases import LeaseKeeper
from docai.pipeline.stages import Stages
from docai.protocols import Doorbell, WorkQueue
from docai.telemetry import BATCH_SIZE, STAGE_SECONDS, log
from docai.tracing import TRACING

DOWNSTREAM_FIRST = (Capability.EMBED, Capability.VLM, Capability.PARSE, Capability.OCR, Capability.RASTER)
"""What is nearly finished goes first: documents end sooner, and less lies half done."""


class Worker:
    """Does work of some capabilities until there is none. Thread-safe: threads may share one."""

    def __init__(
        self,
        queue: WorkQueue,
        stages: Stages,
        keeper: LeaseKeeper,
        doorbell: Doorbell,
        *,
        may_embed: Callable[[], bool] = lambda: True,
    ) -> None:
        """Claim nothing yet; `may_embed` is asked before each claim of pages to embed."""
        self._may_embed = may_embed
        self._queue = queue
        self._stages = stages
        self._keeper = keeper
        self._doorbell = doorbell

    def do_all(self, capabilities: Sequence[Capability]) -> int:
        """Do work of these capabilities until none is due or the worker is leaving; gives the number of batches.

        A database that is away ends it as well: the next bell tries again.
        """
        n_batches = 0
        try:
            while not self._keeper.stopping.is_set() and self._do_one(capabilities):
                n_batches += 1
        except StoreError as error:
            log("no work can be claimed", level="warning", code=error.code)
            return n_batches
        self._keeper.looked()
        return n_batches

    def _do_one(self, capabilities: Sequence[Capability]) -> bool:
        for capability in (c for c in DOWNSTREAM_FIRST if c in capabilities):
            if capability is Capability.EMBED and not self._may_embed():
                continue
            asked_ns = time.time_ns()
            leases = self._queue.claim(capability, self._keeper.worker_id, lease_s=self._keeper.policy.lease_s)
            if leases:
                self._do_batch(leases, asked_ns)
                return True
        return False

    def _do_batch(self, leases: Sequence[Lease], asked_ns: int) -> None:
        """Do what was just claimed; `asked_ns` is when it was asked for, nanoseconds since 1970."""
        stage, claimed_ns = leases[0].item.stage, time.time_ns()
        BATCH_SIZE.labels(stage.value).observe(len(leases))
        STAGE_SECONDS.labels(stage.value, "claim").observe(max(0, claimed_ns - asked_ns) / 1e9)
        if len(leases) == stage.batch_size:
            self._doorbell.ring([stage.capability])  # a full batch: there may be more, so wake another worker
        with (
            TRACING.span(f"batch {stage.value}", {"docai.items": len(leases)}, begun_ns=asked_ns),
            self._keeper.keeping(leases) as watch,
        ):
            TRACING.past("claim", asked_ns, claimed_ns)
            self._stages.do(leases, watch)
