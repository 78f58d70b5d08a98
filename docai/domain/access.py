"""Tenant and ApiKey: who asks, and on whose behalf."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from docai.domain.ids import KeyId, TenantId


class Tenant(BaseModel):
    """An organisation whose documents nobody else may see."""

    model_config = ConfigDict(frozen=True)

    id: TenantId
    name: str
    allows_cloud: bool = False
    """Whether its pages may be shown to a model at a provider."""


class ApiKey(BaseModel):
    """A key as we remember it: its hash, never its text."""

    model_config = ConfigDict(frozen=True)

    id: KeyId
    tenant_id: TenantId
    prefix: str
    """The public part of the key, by which it is found."""
    sha256: str
    """Hash of the whole key; 256 bits of entropy need no slow hash."""
    created_at: datetime
