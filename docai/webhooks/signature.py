"""Signatures by Standard Webhooks 1.0, https://www.standardwebhooks.com: HMAC-SHA256 with a secret per endpoint."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

SECRET_PREFIX = "whsec_"  # noqa: S105 - the public mark of a secret, not one
SECRET_BYTES = 32
"""The specification asks for 24 to 64 random bytes; 32 is what HMAC-SHA256 can use."""


def new_secret() -> str:
    """A fresh secret, `whsec_` and base64."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii")


def signed_headers(
    message_id: str, payload: bytes, *, sent_at: datetime, signing_secrets: Sequence[str]
) -> dict[str, str]:
    """The headers that prove who sent `payload`, when, and that nothing was changed.

    Args:
        message_id: The same for every attempt at one message, so that the receiver can drop repeats.
        payload: The body, byte for byte as it is sent.
        sent_at: The time of this attempt; receivers refuse what is minutes old, against replay.
        signing_secrets: One signature is made with each: while a secret is being changed, old and new both verify.
    """
    timestamp = str(int(sent_at.timestamp()))
    signed = b".".join((message_id.encode("ascii"), timestamp.encode("ascii"), payload))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(secret, signed) for secret in signing_secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")
