"""Lags: how far what is sent to others is behind."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Lags(BaseModel):
    """For how long the oldest has waited, seconds; 0 where nothing waits."""

    model_config = ConfigDict(frozen=True)

    outbox_s: float
    """Events of which no webhook delivery was made yet."""
    webhook_s: float
    """Webhook deliveries whose next attempt is due."""
