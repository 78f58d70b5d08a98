"""The part of a JSON Schema that a server's grammar can be trusted with; whoever asked checks the whole of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_LEFT_OUT = frozenset({"minLength", "maxLength", "pattern", "format", "$schema", "$id"})
"""xgrammar 0.2 with bounds on a string can no longer write JSON escapes and lets raw control characters through (issue
800 of xgrammar); patterns and formats differ between servers."""
_BY_NAME = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
"""Keywords whose value has schemas by names of the author's."""
_LISTS = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_ONE = frozenset(
    {"items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedItems"}
    | {"unevaluatedProperties"}
)
_REFERS_ELSEWHERE = frozenset({"$dynamicRef", "$recursiveRef"})
_NOT_FOLLOWED = frozenset({"$ref", "$defs", "definitions"})


def sendable(schema: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The schema without what grammars get wrong; None where there is none to send, or it refers to itself."""
    if schema is None:
        return None
    try:
        return None if _leads_back(schema, schema, (), set()) else _without_bounds(schema)
    except RecursionError:  # nested deeper than any grammar takes
        return None


def _without_bounds(schema: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _LEFT_OUT:
            continue
        if key in _BY_NAME and isinstance(value, Mapping):
            kept[key] = {name: _inner(part) for name, part in value.items()}
        elif key in _LISTS and isinstance(value, list | tuple):
            kept[key] = [_inner(part) for part in value]
        elif key in _ONE:
            kept[key] = _inner(value)
        else:
            kept[key] = value
    return kept


def _inner(part: Any) -> Any:  # noqa: ANN401 - a schema, or true or false
    return _without_bounds(part) if isinstance(part, Mapping) else part


def _leads_back(node: Any, root: Mapping[str, Any], way: tuple[str, ...], ended: set[str]) -> bool:  # noqa: ANN401
    """Whether some `$ref` below leads back to where it stands, or cannot be followed; `ended` has those that do not."""
    if isinstance(node, list | tuple):
        return any(_leads_back(part, root, way, ended) for part in node)
    if not isinstance(node, Mapping):
        return False
    target = node.get("$ref")
    if isinstance(target, str) and target not in ended:
        found = None if target in way else _found(root, target)
        if found is None or _leads_back(found, root, (*way, target), ended):
            return True
        ended.add(target)
    below = (part for key, part in node.items() if key not in _NOT_FOLLOWED)
    return not _REFERS_ELSEWHERE.isdisjoint(node) or any(_leads_back(part, root, way, ended) for part in below)


def _found(root: Mapping[str, Any], target: str) -> Any | None:  # noqa: ANN401 - any JSON
    """What a local JSON pointer leads to; None for one that leads nowhere or out of the schema."""
    if not target.startswith("#/"):
        return None
    node: Any = root
    for step in target[2:].split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        if not isinstance(node, Mapping) or name not in node:
            return None
        node = node[name]
    return node
