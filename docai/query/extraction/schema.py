"""A JSON Schema as a tree of what is wanted: objects, arrays and leaves; what is unsafe or endless is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from docai.errors import InvalidSchema

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

MAX_DEPTH = 32
"""Deepest nesting of a schema as JSON: Python's own recursion ends far beyond it."""
_MAX_TREE_DEPTH = 12
"""Deepest nesting of the data."""
_PATTERNS = ("pattern", "patternProperties")
_NAME_PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_a-zA-Z]+")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A single value."""

    name: str
    """Its property's name; empty for the items of an array."""
    description: str
    types: frozenset[str]
    """JSON types besides null; empty where the schema does not say."""
    format: str | None = None
    choices: tuple[Any, ...] = ()
    """Of `enum` or `const`."""
    accepts_null: bool = True
    owner: str = ""
    """Name of the object that it is a property of; empty at the top and in arrays."""


@dataclass(frozen=True, slots=True)
class ObjectNode:
    """An object with its properties, in the schema's order."""

    properties: Mapping[str, Node]
    description: str = ""
    name: str = ""
    required: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ArrayNode:
    """An array of like items."""

    items: Node
    description: str = ""
    name: str = ""


Node = Leaf | ObjectNode | ArrayNode


def name_words(name: str) -> list[str]:
    """The words of a property's name: `totalAmountDue`, `total_amount_due` and `Total amount due` are the same."""
    return [part.casefold() for part in _NAME_PARTS.findall(name)]


def escaped(key: str) -> str:
    """A key as a part of a JSON pointer (RFC 6901, section 3)."""
    return key.replace("~", "~0").replace("/", "~1")


@dataclass(frozen=True)
class Wanted:
    """What an extraction is to give."""

    schema: Mapping[str, Any]
    root: Node = field(repr=False)

    @classmethod
    def of(cls, schema: Mapping[str, Any], *, max_fields: int, max_bytes: int) -> Wanted:
        """The tree of a schema.

        Args:
            schema: JSON Schema 2020-12: objects, arrays, scalars, `enum`, `const`, local `$ref`, `allOf`, and `anyOf`
                or `oneOf`, of which the first choice that is not null is looked for.
            max_fields: most leaves.
            max_bytes: largest, as JSON.

        Raises:
            InvalidSchema: it is no schema of an object or array, refers to itself or elsewhere, or is too large.
        """
        _measure(schema, max_bytes)
        from jsonschema.exceptions import SchemaError  # noqa: PLC0415 - as below

        try:
            _validator().check_schema(dict(schema))
        except SchemaError as error:
            raise InvalidSchema(f"Not a JSON Schema: {error.message[:300]}", path=error.json_path) from error
        root = _Reader(schema, max_fields).node(schema, "", ())
        if isinstance(root, Leaf):
            raise InvalidSchema("The schema must be that of an object or an array.")
        return cls(schema, root)

    @cached_property
    def _validator(self) -> Validator:
        return _validator()(self.schema)

    @property
    def has_patterns(self) -> bool:
        """Whether it asks for patterns, which are not checked."""
        return any(key in _PATTERNS for place in _dicts(self.schema) for key in place)

    def problems(self, data: JsonValue) -> list[str]:
        """In what way data does not satisfy the schema, the first twenty; patterns are not checked.

        Raises:
            InvalidSchema: it refers to itself in a place where no value is looked for.
        """
        found: list[ValidationError] = []
        try:
            for error in self._validator.iter_errors(data):
                found.append(error)
                if len(found) == 20:
                    break
        except RecursionError as error:
            raise InvalidSchema("The schema refers to itself.") from error
        return [f"{error.json_path}: {error.message[:200]}" for error in found]


@cache
def _validator() -> type[Validator]:
    """JSON Schema 2020-12 without patterns: one can be written so that matching it never ends."""
    # Importing it takes a third of a second, which neither commands nor the service's start need wait for.
    from jsonschema import Draft202012Validator  # noqa: PLC0415
    from jsonschema.validators import extend  # noqa: PLC0415

    return extend(Draft202012Validator, dict.fromkeys(_PATTERNS))  # type: ignore[no-untyped-call, no-any-return]


def _measure(schema: Mapping[str, Any], max_bytes: int) -> None:
    """Refuse what is too large or too deep before anything walks through it by recursion."""
    level: list[object] = [schema]
    for _ in range(MAX_DEPTH):
        level = [inner for value in level for inner in _children(value)]
        if not level:
            break
    else:
        raise InvalidSchema(f"The schema is nested more than {MAX_DEPTH} levels deep.", limit=MAX_DEPTH)
    n_bytes = len(json.dumps(schema, ensure_ascii=False, default=str).encode())
    if n_bytes > max_bytes:
        raise InvalidSchema(f"The schema has {n_bytes} bytes; the limit is {max_bytes}.", limit=max_bytes)
    for place in _dicts(schema):
        for key in ("$ref", "$dynamicRef", "$recursiveRef"):
            target = place.get(key)
            if isinstance(target, str) and (key != "$ref" or not target.startswith("#")):
                raise InvalidSchema(f"The schema refers to {target[:100]!r}; only `$ref` within it is followed.")
            if isinstance(target, str):
                pointed_at(schema, target)
        if "$id" in place and place is not schema:
            raise InvalidSchema("A part of the schema has an `$id`: what refers to it would be taken from elsewhere.")


def pointed_at(schema: Mapping[str, Any], reference: str) -> object:
    """What a reference within a schema points at.

    Raises:
        InvalidSchema: it is no JSON pointer, or points at nothing.
    """
    found: object = schema
    for part in reference.removeprefix("#").strip("/").split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        if not key:
            continue
        if not isinstance(found, Mapping) or key not in found:
            raise InvalidSchema(f"The schema refers to {reference[:100]!r}, which is not in it.")
        found = found[key]
    return found


def _children(value: object) -> list[object]:
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, list) else []


def _dicts(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
    for inner in _children(value):
        yield from _dicts(inner)


class _Reader:
    """Walks through a schema and counts its leaves."""

    def __init__(self, schema: Mapping[str, Any], max_fields: int) -> None:
        self._schema = schema
        self._max_fields = max_fields
        self._n_leaves = 0

    def node(self, schema: object, name: str, seen: tuple[str, ...], depth: int = 0, owner: str = "") -> Node:
        """The node of a subschema; `seen` are the references that lead here."""
        if depth > _MAX_TREE_DEPTH:
            raise InvalidSchema(f"The data is nested more than {_MAX_TREE_DEPTH} levels deep.", limit=_MAX_TREE_DEPTH)
        merged, seen = self._resolved(schema if isinstance(schema, Mapping) else {}, seen)
        types, said_null = _types(merged)
        description = " ".join(str(merged.get(key, "")) for key in ("title", "description")).strip()
        if "object" in types or (not types and "properties" in merged):
            required = frozenset(merged.get("required", ()))
            inner = {
                key: self.node(value, key, seen, depth + 1, name) for key, value in merged.get("properties", {}).items()
            }
            return ObjectNode(inner, description, name, required)
        if "array" in types or (not types and "items" in merged):
            items = merged.get("items", merged.get("prefixItems", [{}])[0])
            return ArrayNode(self._item(items, name, seen, depth + 1), description, name)
        self._n_leaves += 1
        if self._n_leaves > self._max_fields:
            raise InvalidSchema(f"The schema has more than {self._max_fields} fields.", limit=self._max_fields)
        said = merged.get("enum", [merged["const"]] if "const" in merged else [])
        choices = tuple(c for c in said if isinstance(c, str | int | float))
        accepts_null = said_null or None in merged.get("enum", ()) or not (types or choices)
        return Leaf(name, description, types, merged.get("format"), choices, accepts_null, owner)

    def _item(self, schema: object, name: str, seen: tuple[str, ...], depth: int) -> Node:
        """The items of an array; the properties of an object among them are named by columns, not by the array."""
        node = self.node(schema, name, seen, depth)
        if not isinstance(node, ObjectNode):
            return node
        inner = {
            key: replace(value, owner="") if isinstance(value, Leaf) else value
            for key, value in node.properties.items()
        }
        return replace(node, properties=inner)

    def _resolved(self, schema: Mapping[str, Any], seen: tuple[str, ...]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """A subschema with its references, and the first choice of its alternatives, taken into it."""
        merged = dict(schema)
        for _ in range(MAX_DEPTH):
            parts: list[Any] = []
            if "$ref" in merged:
                target = merged.pop("$ref")
                if target in seen:
                    raise InvalidSchema(f"The schema refers to itself: {target!r}.")
                seen = (*seen, target)
                parts.append(self._target(target))
            parts += merged.pop("allOf", [])
            is_null = False
            for key in ("anyOf", "oneOf"):
                choices = merged.pop(key, [])
                is_null = is_null or any(isinstance(c, Mapping) and c.get("type") == "null" for c in choices)
                parts += [c for c in choices if isinstance(c, Mapping) and c.get("type") != "null"][:1]
            if is_null:
                merged["x-null"] = True
            if not parts:
                return merged, seen
            for part in parts:
                merged = _merge(merged, part if isinstance(part, Mapping) else {})
        raise InvalidSchema("The schema's references lead nowhere.")

    def _target(self, reference: str) -> Mapping[str, Any]:
        found = pointed_at(self._schema, reference)
        return found if isinstance(found, Mapping) else {}


def _merge(outer: Mapping[str, Any], inner: Mapping[str, Any]) -> dict[str, Any]:
    """Both at once; what the outer one says of the same key is nearer, except that properties add up."""
    merged = {**inner, **outer}
    if "properties" in outer and "properties" in inner:
        merged["properties"] = {**inner["properties"], **outer["properties"]}
    if "required" in outer and "required" in inner:
        merged["required"] = [*inner["required"], *outer["required"]]
    return merged


def _types(schema: Mapping[str, Any]) -> tuple[frozenset[str], bool]:
    """A subschema's JSON types without null, and whether null is one of them."""
    said = schema.get("type", ())
    types = frozenset((said,) if isinstance(said, str) else said)
    return types - {"null"}, "null" in types or bool(schema.get("x-null"))
