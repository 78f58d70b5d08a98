"""The limits that the end-to-end system runs under: small, so that they can be exceeded."""

from docai.settings import LimitSettings

LIMITS = LimitSettings(max_bytes=5_000_000, max_pages=20)
