"""Nested JSON as lines of a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def flat(values: Mapping[str, Any], above: str = "") -> dict[str, str]:
    """Dotted names with their values as text.

    Args:
        values: JSON.
        above: What the names begin with.
    """
    found: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            found |= flat(value, f"{above}{name}.")
        else:
            found[f"{above}{name}"] = "unset" if value is None else str(value)
    return found
