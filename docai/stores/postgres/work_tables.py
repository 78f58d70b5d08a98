"""The SQLAlchemy tables of work in progress: items, events, batches, webhooks, erasures, usage, workers."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from docai.domain.erasures import ErasureState
from docai.domain.webhooks import DeliveryState
from docai.domain.work import Capability, ItemState, Stage
from docai.stores.postgres.columns import CleanText, PlainJson
from docai.stores.postgres.tables import Row, one_of, within

_CLOCK = func.clock_timestamp()


class WorkItemRow(Row):
    """One stage of one page, or of a document: the row is the work."""

    __tablename__ = "work_item"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    tenant_id: Mapped[UUID]
    document_id: Mapped[UUID]
    job_id: Mapped[UUID]
    stage: Mapped[str]
    page_number: Mapped[int]
    capability: Mapped[str]
    bucket: Mapped[str]
    epoch: Mapped[int]
    state: Mapped[str]
    priority: Mapped[int] = mapped_column(SmallInteger)
    run_at: Mapped[datetime] = mapped_column(server_default=_CLOCK)
    errors: Mapped[int] = mapped_column(server_default=text("0"))
    crashes: Mapped[int] = mapped_column(server_default=text("0"))
    solo_crashes: Mapped[int] = mapped_column(server_default=text("0"))
    lease_owner: Mapped[UUID | None]
    lease_token: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    lease_until: Mapped[datetime | None]
    lease_solo: Mapped[bool] = mapped_column(server_default=text("false"))
    fault_code: Mapped[str | None]
    fault_message: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=_CLOCK)
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        within("document", tenant_id="tenant_id", document_id="id"),
        UniqueConstraint("document_id", "epoch", "stage", "page_number"),
        # What a claim reads: the tenants that wait, the most urgent of each, and within one the order of arrival.
        Index(
            "ix_work_item_claim",
            "capability",
            "tenant_id",
            "priority",
            "run_at",
            "id",
            postgresql_where=text("state = 'pending'"),
        ),
        # The rest of a batch: what is like its first item.
        Index(
            "ix_work_item_batch",
            "tenant_id",
            "stage",
            "bucket",
            "priority",
            "run_at",
            "id",
            postgresql_where=text("state = 'pending'"),
        ),
        Index("ix_work_item_lease_until", "lease_until", postgresql_where=text("state = 'leased'")),
        Index("ix_work_item_dead", "finished_at", postgresql_where=text("state = 'dead'")),
        # What is old enough to be forgotten.
        Index("ix_work_item_finished", "finished_at", postgresql_where=text("state IN ('done', 'cancelled')")),
        CheckConstraint("(state = 'leased') = (lease_until IS NOT NULL)", name="leased"),
        one_of("stage", Stage),
        one_of("capability", Capability),
        one_of("state", ItemState),
        {"postgresql_with": {"fillfactor": "70", "autovacuum_vacuum_scale_factor": "0.01"}},
    )


class UsageRow(Row):
    """What one successful lease cost; outlives its document, since it is billed."""

    __tablename__ = "usage"

    item_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    lease_token: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    document_id: Mapped[UUID]
    stage: Mapped[str]
    page_number: Mapped[int]
    seconds: Mapped[float]
    created_at: Mapped[datetime] = mapped_column(server_default=_CLOCK)

    __table_args__ = (Index("ix_usage_tenant_id_created_at", "tenant_id", "created_at"),)


class EventRow(Row):
    """The outbox: written in the transaction in which it happened."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    kind: Mapped[str]
    document_id: Mapped[UUID | None]
    job_id: Mapped[UUID | None]
    data: Mapped[dict[str, Any]] = mapped_column(PlainJson)
    created_at: Mapped[datetime] = mapped_column(server_default=_CLOCK)
    is_published: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether the deliveries that follow from it were made; set at once where there are none to make."""

    __table_args__ = (
        Index("ix_event_tenant_id_job_id_id", "tenant_id", "job_id", "id"),
        Index("ix_event_document_id", "document_id"),
        Index("ix_event_unpublished", "id", postgresql_where=text("NOT is_published")),
    )


class BatchRow(Row):
    """Documents sent together."""

    __tablename__ = "batch"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    created_at: Mapped[datetime]


class BatchEntryRow(Row):
    """One file of a batch. Without a foreign key to the document: what was sent is remembered when it is deleted."""

    __tablename__ = "batch_entry"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    document_id: Mapped[UUID | None]
    job_id: Mapped[UUID | None]
    is_new: Mapped[bool]
    fault_code: Mapped[str | None]
    fault_message: Mapped[str | None]

    __table_args__ = (within("batch", tenant_id="tenant_id", batch_id="id"),)


class IdempotencyKeyRow(Row):
    """A POST that was or is being answered."""

    __tablename__ = "idempotency_key"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str | None]
    """Hash of method, path, options and body; None while the body is still being received."""
    token: Mapped[UUID]
    """Of the request that answers it now."""
    busy_until: Mapped[datetime | None]
    """None once it was answered; a request that died before that is replaced after this time."""
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any] | None] = mapped_column(PlainJson)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    mentions: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid), deferred=True)
    """Every id in the body, which may rest sealed. Asked about, never read."""
    created_at: Mapped[datetime] = mapped_column(server_default=_CLOCK)

    __table_args__ = (Index("ix_idempotency_key_created_at", "created_at"),)


class WebhookEndpointRow(Row):
    """An address that events are sent to; its secrets are sealed."""

    __tablename__ = "webhook_endpoint"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    url: Mapped[str]
    kinds: Mapped[list[str]] = mapped_column(ARRAY(CleanText))
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_old_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The one before, which signs as well until `old_secret_until`."""
    old_secret_until: Mapped[datetime | None]
    is_enabled: Mapped[bool]
    disabled_reason: Mapped[str | None]
    created_at: Mapped[datetime]


class WebhookDeliveryRow(Row):
    """One event on its way to one endpoint; its id is the same for every attempt."""

    __tablename__ = "webhook_delivery"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    endpoint_id: Mapped[UUID]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    state: Mapped[str]
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime | None]
    lease_token: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    last_status: Mapped[int | None]
    last_error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=_CLOCK)
    delivered_at: Mapped[datetime | None]

    __table_args__ = (
        within("webhook_endpoint", tenant_id="tenant_id", endpoint_id="id"),
        UniqueConstraint("endpoint_id", "event_id"),
        Index("ix_webhook_delivery_due", "endpoint_id", "next_attempt_at", postgresql_where=text("state = 'pending'")),
        Index("ix_webhook_delivery_event_id", "event_id"),
        one_of("state", DeliveryState),
    )


class ErasureRow(Row):
    """What became of everything that was made of a deleted document. Named blobs are forgotten once verified."""

    __tablename__ = "erasure"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID]
    state: Mapped[str]
    n_pages: Mapped[int]
    blobs: Mapped[list[str]] = mapped_column(ARRAY(CleanText))
    n_blobs: Mapped[int]
    n_vectors_left: Mapped[int | None]
    verify_after: Mapped[datetime]
    requested_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_erasure_due", "verify_after", postgresql_where=text("state = 'erasing'")),
        Index("ix_erasure_document_id", "document_id"),
        one_of("state", ErasureState),
    )


class WorkerRow(Row):
    """What a worker said of itself last."""

    __tablename__ = "worker"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    capabilities: Mapped[list[str]] = mapped_column(ARRAY(CleanText))
    state: Mapped[str]
    started_at: Mapped[datetime]
    n_leased: Mapped[int]
    n_done: Mapped[int]
    idle_s: Mapped[float]
    seen_at: Mapped[datetime] = mapped_column(server_default=_CLOCK)
