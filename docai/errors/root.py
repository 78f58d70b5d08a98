"""DocaiError: the root of every error we raise."""

from __future__ import annotations

from typing import ClassVar


class DocaiError(Exception):
    """The root of every error we raise. `code` is stable: clients may branch on it."""

    code: ClassVar[str] = "internal"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, **details: object) -> None:
        """Say what happened and what to do next in `message`; `details` are facts for machines."""
        super().__init__(message)
        self.message = message
        self.details = details
