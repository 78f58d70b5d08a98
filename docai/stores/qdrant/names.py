"""What an encoder's index is called where a fingerprint is too long, or has letters that a name may not have."""

from __future__ import annotations

import hashlib


def short_name(encoder: str) -> str:
    """16 hexadecimal digits, as good as certainly another encoder's never."""
    return hashlib.sha256(encoder.encode()).hexdigest()[:16]
