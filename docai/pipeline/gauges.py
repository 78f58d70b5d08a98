"""What the database knows, as Prometheus gauges that are looked up when somebody asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from docai.domain.health import Lags
from docai.domain.work import Capability
from docai.domain.workers import QueueDepth, WorkerState, WorkerStatus
from docai.errors import DocaiError
from docai.pipeline.lookup import Lookup
from docai.protocols import Records
from docai.telemetry import log

_TIMEOUT_S = 2.0
"""Prometheus gives up on a process after 10 s by default; its counters must come even if the database hangs."""
_KEEP_S = 5.0
"""However many scrape, the database is asked this often at most."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the database told."""

    depths: Sequence[QueueDepth]
    workers: Sequence[WorkerStatus]
    lags: Lags
    violations: Mapping[str, int]


class DatabaseGauges(Collector):
    """Queue, workers, lags and broken rules. A database that is away leaves `docai_database_up 0` and no more."""

    def __init__(self, records: Records, *, lease_s: float, sweep_s: float) -> None:
        """Read nothing yet.

        Args:
            records: what is read.
            lease_s: a worker that said nothing for so long is lost.
            sweep_s: time between two sweeps.
        """
        self._records = records
        self._lease_s = lease_s
        self._sweep_s = sweep_s
        self._lookup = Lookup("The database", self._look, timeout_s=_TIMEOUT_S, keep_s=_KEEP_S)

    def collect(self) -> Iterator[Metric]:
        """The gauges as of now, or of a moment ago."""
        try:
            seen = self._lookup.get()
        except DocaiError as error:
            log("metrics without the database", level="warning", code=error.code)
            yield GaugeMetricFamily("docai_database_up", _UP, value=0)
            return
        yield GaugeMetricFamily("docai_database_up", _UP, value=1)
        yield from _queue(seen.depths)
        yield from _workers(seen.workers, self._lease_s)
        yield GaugeMetricFamily(
            "docai_outbox_lag_seconds", "Age of the oldest event not handed to webhooks.", value=seen.lags.outbox_s
        )
        yield GaugeMetricFamily(
            "docai_webhook_lag_seconds", "How long the oldest webhook delivery is overdue.", value=seen.lags.webhook_s
        )
        broken = GaugeMetricFamily(
            "docai_invariant_violations", "Rows that break a rule no fault may break; 0 at all times.", labels=["rule"]
        )
        for rule, n in seen.violations.items():
            broken.add_metric([rule], n)
        yield broken

    def _look(self) -> _Seen:
        queue, upkeep = self._records.queue, self._records.upkeep
        return _Seen(queue.depths(), queue.workers(), upkeep.lags(), upkeep.violations(sweep_s=self._sweep_s))


_UP = "Whether the database answered this process."


def _queue(depths: Sequence[QueueDepth]) -> Iterator[Metric]:
    oldest = GaugeMetricFamily(
        "docai_oldest_pending_seconds", "For how long the oldest work that is due has waited.", labels=["capability"]
    )
    depth = GaugeMetricFamily("docai_queue_depth", "Work items by state.", labels=["capability", "state"])
    for found in depths:
        oldest.add_metric([found.capability], found.oldest_due_s)
        for state, n in (
            ("pending", found.n_pending - found.n_delayed),
            ("delayed", found.n_delayed),
            ("leased", found.n_leased),
            ("dead", found.n_dead),
        ):
            depth.add_metric([found.capability, state], n)
    yield oldest
    yield depth


def _workers(workers: Sequence[WorkerStatus], lease_s: float) -> Iterator[Metric]:
    states = Counter(worker.state.value if worker.seen_s_ago <= lease_s else "lost" for worker in workers)
    by_state = GaugeMetricFamily("docai_workers", "Worker processes by what they said last.", labels=["state"])
    for state in (*(known.value for known in WorkerState), "lost"):
        by_state.add_metric([state], states[state])
    ready = GaugeMetricFamily("docai_workers_ready", "Workers that take work of a capability.", labels=["capability"])
    for capability, n in alive_by_capability(workers, lease_s).items():
        ready.add_metric([capability], n)
    yield by_state
    yield ready


def alive_by_capability(workers: Sequence[WorkerStatus], lease_s: float) -> dict[Capability, int]:
    """How many workers take work of each capability: those that are ready and were heard of within a lease."""
    alive = [w for w in workers if w.state is WorkerState.READY and w.seen_s_ago <= lease_s]
    return {capability: sum(capability in worker.capabilities for worker in alive) for capability in Capability}
