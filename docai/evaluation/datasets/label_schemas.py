"""A JSON Schema that an object satisfies, for sets whose labels come without one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def schema_of(value: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """The schema of a label: its names, and the types of its values; entries of an array share one schema.

    Whoever extracts by it is told which fields there are, though not what they hold.
    """
    if isinstance(value, Mapping):
        return {"type": "object", "properties": {str(name): schema_of(inner) for name, inner in value.items()}}
    if isinstance(value, bool):
        return {"type": "boolean"}
    if isinstance(value, int | float):
        return {"type": "number"}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return {"type": "array", "items": _of_all(value)}
    return {"type": "string"}


def _of_all(entries: Sequence[Any]) -> dict[str, Any]:
    objects = [entry for entry in entries if isinstance(entry, Mapping)]
    if objects and len(objects) == len(entries):
        merged: dict[str, Any] = {}
        for entry in objects:
            merged = {**{name: inner for name, inner in entry.items() if inner is not None}, **merged}
        return schema_of(merged)
    return schema_of(entries[0]) if entries else {"type": "string"}
