"""This process' worker: what it works with once it is open, and how it stands meanwhile."""

from __future__ import annotations

import threading
from contextlib import ExitStack

from celery import Celery
from prometheus_client import CONTENT_TYPE_LATEST

from docai.assembly.worker import WorkerProcess, open_worker
from docai.domain.work import Capability
from docai.pipeline.health import Readiness, Standing
from docai.pipeline.self_check import Check
from docai.settings import Settings
from docai.telemetry import exposition
from docai.workers.health import HealthServer, Reply

_OPENS_FILES = {Capability.RASTER, Capability.PARSE}


class Process:
    """Opened before its first message; each child of a pool has its own. Thread-safe."""

    def __init__(self, settings: Settings, app: Celery) -> None:
        """Open nothing yet."""
        self.capabilities = tuple(Capability)
        self._settings = settings
        self._app = app
        self._stack = ExitStack()
        self._lock = threading.Lock()
        self._opened: WorkerProcess | None = None
        self._is_leaving = False

    def opened(self) -> WorkerProcess:
        """What it works with.

        Raises:
            ConfigurationError, StoreUnavailable: a part cannot be used.
        """
        with self._lock:
            if self._opened is None:
                self._opened = self._stack.enter_context(open_worker(self._settings, self._app, self.capabilities))
                if self._is_leaving:
                    self._opened.keeper.stopping.set()
            return self._opened

    def tell_health(self) -> HealthServer | None:
        """Answer questions about it from now on; None if no port is set.

        Raises:
            ConfigurationError: the port cannot be listened on.
        """
        worker = self._settings.worker
        if worker.health_port == 0:
            return None
        routes = {"/livez": self.live, "/readyz": self.ready, "/metrics": self.metrics}
        server = HealthServer(worker.health_host, worker.health_port, routes)
        return self._stack.enter_context(server)

    def stop(self) -> None:
        """Begin no further item."""
        self._is_leaving = True
        if self._opened is not None:
            self._opened.keeper.stopping.set()

    def close(self) -> None:
        """Sign off, and close everything."""
        with self._lock:
            self._stack.close()
            self._opened = None

    def live(self) -> Reply:
        """Whether it makes progress: while it holds work, within the time that one item may take."""
        opened = self._opened
        if opened is None:
            return Reply.of({"status": "live", "detail": "starting: the broker is waited for"})
        keeper = opened.keeper
        n_held, idle_s = keeper.n_held, keeper.idle_s
        is_stuck = n_held > 0 and idle_s > keeper.policy.stage_budget_s
        is_live = keeper.is_beating and not is_stuck
        said = {"status": "live" if is_live else "stuck", "n_leased": n_held, "n_done": keeper.n_done}
        return Reply.of({**said, "seconds_since_progress": round(idle_s, 1)}, is_ok=is_live)

    def ready(self) -> Reply:
        """Whether it takes work, and what is degraded."""
        opened = self._opened
        if opened is None:
            found = Readiness.of([Check("worker", is_ok=False, detail="starting", is_vital=True)])
        else:
            is_leaving = self._is_leaving
            state = Check("worker", not is_leaving, "draining" if is_leaving else "takes work", is_vital=True)
            opens_files = not _OPENS_FILES.isdisjoint(self.capabilities)
            isolation = [opened.health.isolation()] if opens_files else []
            found = Readiness.of([state, *opened.health.stores(), opened.health.broker(), *isolation])
        checks = [{"name": c.name, "is_ok": c.is_ok, "detail": c.detail} for c in found.checks]
        said = {"status": found.standing.value, "capabilities": list(self.capabilities), "checks": checks}
        return Reply.of(said, is_ok=found.standing is not Standing.NOT_READY)

    def metrics(self) -> Reply:
        """This process' counters, and what the database knows, in Prometheus' text format."""
        opened = self._opened
        content = exposition() if opened is None else exposition(opened.gauges)
        return Reply(content, CONTENT_TYPE_LATEST)
