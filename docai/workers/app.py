"""The app that `celery -A docai.workers.app worker` runs: the rung worker looks for work until there is none."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import ExitStack
from typing import Any

from celery import signals

from docai.assembly.service import addresses
from docai.assembly.worker import WorkerProcess, open_worker
from docai.broker.celery_app import WORK, make_app
from docai.domain.work import Capability
from docai.errors import DocaiError
from docai.settings import load_settings
from docai.telemetry import configure_logging, log

_settings = load_settings()
app = make_app(addresses(_settings)[1])


class _Process:
    """This process' worker, opened before its first message: each child of a pool has its own."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._lock = threading.Lock()
        self._opened: WorkerProcess | None = None
        self.capabilities = tuple(Capability)

    def opened(self) -> WorkerProcess:
        with self._lock:
            if self._opened is None:
                self._opened = self._stack.enter_context(open_worker(_settings, app, self.capabilities))
            return self._opened

    def stop(self) -> None:
        """Begin no further item."""
        if self._opened is not None:
            self._opened.keeper.stopping.set()

    def close(self) -> None:
        with self._lock:
            self._stack.close()
            self._opened = None


_process = _Process()


@app.task(name=WORK, bind=True)
def work(self: Any) -> None:  # noqa: ANN401 - celery's task
    """Do what waits for the queue's capability, until there is none."""
    queue = (self.request.delivery_info or {}).get("routing_key", "")
    capabilities = [c for c in Capability if c.value == queue] or list(_process.capabilities)
    _process.opened().worker.do_all(capabilities)


@signals.celeryd_after_setup.connect
def _know_queues(instance: Any, **_: object) -> None:  # noqa: ANN401 - celery's worker
    """The queues that this worker consumes say what it can do."""
    consumed = set(instance.app.amqp.queues.consume_from)
    _process.capabilities = tuple(c for c in Capability if c.value in consumed)


@signals.setup_logging.connect
def _log_as_set(**_: object) -> None:
    configure_logging(_settings.telemetry.log_level, as_json=_settings.telemetry.log_json)


@signals.worker_ready.connect
def _open(sender: Any, **_: object) -> None:  # noqa: ANN401 - celery's consumer
    """Open what the worker works with before the first message, and do what waits already.

    A pool of child processes opens in each child instead.
    """
    if "solo" not in type(sender.pool).__module__ and "thread" not in type(sender.pool).__module__:
        return
    try:
        _process.opened()
    except DocaiError as error:
        sys.stderr.write(f"docai worker: {error.message}\n")
        sys.stderr.flush()
        os._exit(1)
    log("worker ready", capabilities=[c.value for c in _process.capabilities])


@signals.worker_shutting_down.connect
def _stop(**_: object) -> None:
    _process.stop()


@signals.worker_process_shutdown.connect
@signals.worker_shutdown.connect
def _close(**_: object) -> None:
    _process.close()
