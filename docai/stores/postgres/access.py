"""Tenants, what they allow, and API keys, by hash."""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from docai.domain.access import ApiKey, Tenant
from docai.domain.ids import KeyId, TenantId, sha256_of
from docai.stores.postgres.tables import ApiKeyRow, TenantRow

_KEY = re.compile(r"(dk_[0-9a-f]{8})_[A-Za-z0-9_-]{43}", re.ASCII)


def new_key(tenant: Tenant) -> tuple[str, ApiKey]:
    """A fresh key of a tenant: its text, `dk_<8 hex>_<43 characters>`, to be shown once, and what we keep of it.

    The last part is 256 random bits, so one fast hash protects it as well as a slow one would.
    """
    prefix = f"dk_{secrets.token_hex(4)}"
    text = f"{prefix}_{secrets.token_urlsafe(32)}"
    kept = ApiKey(
        id=KeyId(uuid4()),
        tenant_id=tenant.id,
        prefix=prefix,
        sha256=sha256_of(text.encode("ascii")),
        created_at=datetime.now(UTC),
    )
    return text, kept


def tenant_of_key(session: Session, key: str) -> Tenant | None:
    """The tenant whom a key speaks for; None for an unknown key."""
    match = _KEY.fullmatch(key)
    if match is None:
        return None
    given = sha256_of(key.encode("ascii"))
    found = session.execute(
        select(ApiKeyRow.sha256, TenantRow)
        .join(TenantRow, TenantRow.id == ApiKeyRow.tenant_id)
        .where(ApiKeyRow.prefix == match[1])
    )
    for kept, tenant in found:
        if hmac.compare_digest(kept, given):
            return _tenant_of(tenant)
    return None


def add_key(session: Session, tenant: Tenant, key: ApiKey) -> None:
    """Keep a tenant, if new, and a key of it.

    Raises:
        ValueError: the key is of another tenant.
    """
    if key.tenant_id != tenant.id:
        raise ValueError("a key of another tenant")
    session.execute(insert(TenantRow).values(id=tenant.id, name=tenant.name).on_conflict_do_nothing())
    session.add(ApiKeyRow(**key.model_dump()))


def first_tenant(session: Session) -> Tenant | None:
    """The oldest tenant."""
    row = session.scalars(select(TenantRow).order_by(TenantRow.created_at, TenantRow.id).limit(1)).first()
    return None if row is None else _tenant_of(row)


def all_tenants(session: Session) -> list[Tenant]:
    """All tenants, oldest first."""
    rows = session.scalars(select(TenantRow).order_by(TenantRow.created_at, TenantRow.id))
    return [_tenant_of(row) for row in rows]


def tenant_of_id(session: Session, tenant_id: TenantId) -> Tenant | None:
    """One tenant; None for an unknown one."""
    row = session.get(TenantRow, tenant_id)
    return None if row is None else _tenant_of(row)


def set_allows_cloud(session: Session, tenant_id: TenantId, is_allowed: bool) -> Tenant | None:
    """Keep whether a tenant's pages may be shown to a model at a provider; None for an unknown tenant."""
    row = session.get(TenantRow, tenant_id, with_for_update=True)
    if row is None:
        return None
    row.allows_cloud = is_allowed
    return _tenant_of(row)


def _tenant_of(row: TenantRow) -> Tenant:
    return Tenant(id=TenantId(row.id), name=row.name, allows_cloud=row.allows_cloud)
