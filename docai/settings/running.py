"""How the processes run: database, broker, workers, REST, webhooks, telemetry."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network

from pydantic import Field, SecretStr, field_validator

from docai.settings.group import Group


class DatabaseSettings(Group):
    """Read by the record store."""

    url: SecretStr | None = Field(
        None,
        description="SQLAlchemy URL of a PostgreSQL 15 or newer, such as "
        "`postgresql+psycopg://user:password@host/docai`; unset: a real PostgreSQL of our own under `DOCAI_HOME`.",
    )
    pool_size: int = Field(
        8, ge=4, description="Connections kept open per process; sweeping and tending the index need two each."
    )


class BrokerSettings(Group):
    """Read by whatever rings for workers or waits for them to be rung for."""

    url: SecretStr | None = Field(
        None,
        description="Where Celery's messages go, such as `redis://:password@host:6379/0`, also of Valkey or RabbitMQ; "
        "unset: `docai up` runs a Valkey of our own. Messages only wake workers; losing them loses no work.",
    )


class WorkerSettings(Group):
    """Read by workers, and by every process that sweeps."""

    processes: int = Field(
        0,
        ge=0,
        description="Documents' pages read side by side, each in a process of its own; `docai up` runs as many "
        "workers, one of them for images, words and vectors; 0: one per core.",
    )
    lease_s: float = Field(
        30.0, ge=1, description="A worker that says nothing for so long loses the work it holds, seconds."
    )
    sweep_s: float = Field(5.0, gt=0, description="Time between two looks for lost work and unheard bells, seconds.")
    stage_budget_s: float = Field(
        300.0,
        gt=0,
        description="Longest time that one item may take without progress before its worker is given up, seconds.",
    )
    idle_s: float = Field(
        60.0, gt=0, description="A worker that sits idle for so long beside work that it could do leaves, seconds."
    )
    patience_s: float = Field(
        86400.0,
        ge=0,
        description="How long trouble that may pass is waited out before a job's work is given up, seconds.",
    )

    health_host: str = Field("127.0.0.1", description="Address on which a worker tells its health.")
    health_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Port on which a worker answers `/livez`, `/readyz` and `/metrics`; 0: none. Each worker of a "
        "machine needs its own.",
    )


class RetentionSettings(Group):
    """Read by the chore that forgets. Documents, their pages and what work cost are kept until they are deleted."""

    work_days: float = Field(
        7.0, ge=0, description="How long work items that were done or cancelled are kept after their end, days."
    )
    dead_days: float = Field(
        90.0, ge=0, description="How long work items that were given up can be looked at and put back, days."
    )
    event_days: float = Field(
        30.0, ge=0, description="How long events can be read again (`Last-Event-ID`) and redelivered, days."
    )
    query_days: float = Field(
        30.0,
        ge=0,
        description="How long searched-for texts are kept to compare indexes by (`docai index compare`), days; 0: they "
        "are not kept at all.",
    )
    worker_days: float = Field(1.0, ge=0, description="How long workers that went silent are remembered, days.")


class ApiSettings(Group):
    """Read by `docai serve`."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0: any free one.")
    drain_s: int = Field(
        25,
        ge=0,
        description="Longest time that requests under way are given to end when the service is told to stop, seconds; "
        "new ones are refused at once.",
    )
    max_streams: int = Field(
        200, ge=1, description="Most event streams open at once per process; beyond that, they are answered with 503."
    )
    keep_keys_s: float = Field(
        86_400.0, ge=60, description="How long the answer to a request with an Idempotency-Key is kept, seconds."
    )


class WebhookSettings(Group):
    """Read by whatever sends webhooks."""

    send: bool = Field(
        True,
        description="Whether this process sends webhooks; `false` for workers that cannot reach the receivers, so that "
        "they take no attempt from those that can.",
    )
    allowed_networks: str | None = Field(
        None,
        description="Networks besides the public internet that webhooks may reach, by HTTP too and on any port, such "
        "as `10.0.0.0/8,fd00::/8`; for receivers on an intranet.",
    )
    timeout_s: float = Field(15.0, gt=0, le=30, description="Longest time of one attempt at a delivery, seconds.")

    @field_validator("allowed_networks")
    @classmethod
    def _are_networks(cls, value: str | None) -> str | None:
        _networks(value)
        return value

    @property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """`allowed_networks`, one by one."""
        return _networks(self.allowed_networks)


def _networks(value: str | None) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(block.strip()) for block in value.split(",")) if value else ()


class TelemetrySettings(Group):
    """Read once at start."""

    log_level: str = Field(
        "warning", pattern="^(debug|info|warning|error)$", description="Least severe event that is logged."
    )
    log_json: bool = Field(False, description="One JSON object per log line instead of text.")
    otlp_endpoint: str | None = Field(
        None,
        pattern="^https?://",
        description="Collector that OpenTelemetry traces are sent to over HTTP, such as `http://collector:4318`; "
        "unset: nothing is traced. Needs the extra `docai[telemetry]`.",
    )
