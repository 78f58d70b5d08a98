"""The app that `celery -A docai.workers.app worker` runs: the rung worker looks for work until there is none."""

from __future__ import annotations

import os
import socket
import sys
import warnings
from typing import Any

from celery import signals
from celery.exceptions import SecurityWarning

from docai.assembly.service import addresses
from docai.broker.celery_app import WORK, make_app
from docai.domain.work import Capability
from docai.errors import DocaiError
from docai.settings import load_settings
from docai.telemetry import configure_logging, log
from docai.workers.departure import Departure, Parting
from docai.workers.process import Process

# Celery warns root of pickled messages; no message here has a payload, and none but JSON is accepted.
warnings.filterwarnings("ignore", category=SecurityWarning)

_settings = load_settings()
app = make_app(addresses(_settings)[1])
_process = Process(_settings, app)
_parting = Parting()


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
    if not _works_here(instance.pool_cls):
        return
    Departure(_process.stop).listen()
    try:
        _process.tell_health()
    except DocaiError as error:
        _give_up(error)


@signals.setup_logging.connect
def _log_as_set(**_: object) -> None:
    configure_logging(_settings.telemetry.log_level, as_json=_settings.telemetry.log_json)


@signals.worker_ready.connect
def _open(sender: Any, **_: object) -> None:  # noqa: ANN401 - celery's consumer
    """Open what the worker works with before the first message.

    A pool of child processes opens in each child instead.
    """
    if not _works_here(type(sender.pool)):
        return
    try:
        _process.opened()
    except DocaiError as error:
        _give_up(error)
    _say_ready()


@signals.worker_process_init.connect
def _hear_parent(**_: object) -> None:
    _parting.listen(_process.stop)


@signals.worker_shutting_down.connect
def _stop(**_: object) -> None:
    _process.stop()
    _parting.leave()


@signals.worker_process_shutdown.connect
@signals.worker_shutdown.connect
def _close(**_: object) -> None:
    _process.close()


def _works_here(pool: object) -> bool:
    """Whether a pool does its tasks in this process."""
    module = getattr(pool, "__module__", str(pool))
    return "solo" in module or "thread" in module


def _say_ready() -> None:
    """One line, whatever is logged besides."""
    capabilities = [c.value for c in _process.capabilities]
    port = _settings.worker.health_port
    if _settings.telemetry.log_json:
        log("worker ready", level="warning", capabilities=capabilities, health_port=port)
        return
    health = f", health on port {port}" if port else ""
    name = f"{socket.gethostname()}:{os.getpid()}"
    sys.stderr.write(f"docai worker {name} is ready for {', '.join(capabilities)}{health}\n")
    sys.stderr.flush()


def _give_up(error: DocaiError) -> None:
    sys.stderr.write(f"docai worker: {error.message}\n")
    sys.stderr.flush()
    os._exit(1)
