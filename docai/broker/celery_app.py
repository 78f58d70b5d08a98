"""The Celery app: one task without arguments, one queue per capability, no result backend."""

from __future__ import annotations

from celery import Celery
from kombu import Exchange, Queue

from docai.domain.work import Capability

WORK = "docai.work"
"""The one task: look for work of the queue's capability. Its message has no payload: the rows are the work."""


def make_app(broker_url: str) -> Celery:
    """A Celery app over a Redis, Valkey or RabbitMQ, that survives the broker's absence.

    Remote control stays on: without it a worker stays alive and deaf after its broker restarted (seen with Celery
    5.7.0 on every pool).
    """
    app = Celery("docai", broker=broker_url, set_as_current=False)
    app.conf.update(
        task_queues=[Queue(c.value, Exchange(c.value), routing_key=c.value) for c in Capability],
        task_default_queue=Capability.RASTER.value,
        task_create_missing_queues=False,
        task_serializer="json",
        accept_content=["json"],
        result_backend=None,
        task_ignore_result=True,
        task_acks_late=False,
        task_store_errors_even_if_ignored=False,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=True,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_pool_limit=2,
        broker_transport_options=_transport_options(broker_url),
    )
    return app


def _transport_options(broker_url: str) -> dict[str, object]:
    """Timeouts, so that a broker that hangs is noticed; RabbitMQ's client takes none of these."""
    if not broker_url.startswith(("redis", "rediss", "valkey", "valkeys")):
        return {}
    options: dict[str, object] = {"socket_timeout": 10, "health_check_interval": 10, "visibility_timeout": 600}
    if "+socket" not in broker_url:
        options |= {"socket_connect_timeout": 3, "socket_keepalive": True}
    return options
