"""Schemas as trees, and those that are refused: endless, elsewhere, too large."""

from __future__ import annotations

from typing import Any

import pytest

from docai.errors import InvalidSchema
from docai.query.extraction.schema import ArrayNode, Leaf, ObjectNode, Wanted, name_words


def wanted(schema: dict[str, Any], *, max_fields: int = 50, max_bytes: int = 10_000) -> Wanted:
    return Wanted.of(schema, max_fields=max_fields, max_bytes=max_bytes)


def one(leaf: dict[str, Any], **more: Any) -> Leaf:
    root = wanted({"type": "object", "properties": {"a": leaf}} | more).root
    assert isinstance(root, ObjectNode)
    found = root.properties["a"]
    assert isinstance(found, Leaf)
    return found


def deep(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("totalAmountDue", ["total", "amount", "due"]),
        ("store_zipCode2", ["store", "zip", "code", "2"]),
        ("IBANNumber", ["iban", "number"]),
        ("Total amount", ["total", "amount"]),
        ("部署", ["部署"]),
    ],
)
def test_a_name_is_taken_apart_into_words(name: str, words: list[str]) -> None:
    assert name_words(name) == words


def test_objects_arrays_and_leaves_become_a_tree() -> None:
    seller = {"type": "object", "properties": {"name": {"type": "string", "description": "who sells"}}}
    lines = {"type": "array", "items": {"type": "object", "properties": {"n": {"type": ["integer", "null"]}}}}
    root = wanted({"type": "object", "properties": {"seller": seller, "lines": lines}, "required": ["seller"]}).root
    assert isinstance(root, ObjectNode)
    assert root.required == {"seller"}
    inner, array = root.properties["seller"], root.properties["lines"]
    assert isinstance(inner, ObjectNode)
    name = inner.properties["name"]
    assert isinstance(name, Leaf)
    assert (name.owner, name.description, name.accepts_null) == ("seller", "who sells", False)
    assert isinstance(array, ArrayNode)
    assert isinstance(array.items, ObjectNode)
    n = array.items.properties["n"]
    assert isinstance(n, Leaf)
    assert (n.types, n.accepts_null, n.owner) == ({"integer"}, True, "")


def test_references_and_alternatives_are_followed() -> None:
    defs = {"$defs": {"money": {"type": "number", "description": "in euros"}}}
    assert one({"$ref": "#/$defs/money"}, **defs).description == "in euros"
    optional = one({"anyOf": [{"type": "null"}, {"$ref": "#/$defs/money"}], "description": "due"}, **defs)
    assert (optional.types, optional.accepts_null, optional.description) == ({"number"}, True, "due")
    assert one({"allOf": [{"type": "string"}, {"format": "date"}]}).format == "date"
    assert one({"enum": ["a", None]}).choices == ("a",)
    assert one({"const": "a"}).choices == ("a",)


CYCLE = {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}
TREE = {"type": "object", "properties": {"child": {"$ref": "#"}}}
LIST = {
    "$defs": {"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}}},
    "type": "array",
    "items": {"$ref": "#/$defs/node"},
}


@pytest.mark.parametrize(
    "schema",
    [
        TREE,
        CYCLE,
        LIST,
        {"type": "object", "properties": {"a": {"$ref": "https://example.com/schema.json"}}},
        {"type": "object", "properties": {"a": {"$ref": "file:///etc/passwd"}}},
        {"type": "object", "properties": {"a": {"$ref": "#/$defs/none"}}},
        {"type": "object", "properties": {"a": {"$dynamicRef": "#a"}}},
        {"type": "object", "properties": {"a": {"$id": "https://example.com/", "type": "string"}}},
        {"type": "text"},
        {"type": "string"},
        {},
        {"type": "object", "properties": {str(n): {"type": "string"} for n in range(51)}},
        {"type": "object", "properties": {"a": {"type": "string", "description": "x" * 20_000}}},
        deep(13),
        deep(5000),
    ],
)
def test_what_is_endless_elsewhere_or_too_large_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(InvalidSchema):
        wanted(schema)


def test_problems_are_told_and_patterns_are_not_run() -> None:
    evil = {"type": "string", "pattern": "^(a+)+$"}
    schema = wanted({"type": "object", "properties": {"a": evil, "n": {"type": "number"}}, "required": ["n"]})
    assert schema.has_patterns
    assert schema.problems({"a": "a" * 60 + "!", "n": 1}) == []
    assert len(schema.problems({"a": 1})) == 2
    assert not wanted(deep(1)).has_patterns


def test_a_recursion_where_no_value_is_looked_for_is_refused_when_it_is_met() -> None:
    schema = wanted({"type": "object", "properties": {"a": {"type": "string"}}, "not": {"$ref": "#"}})
    with pytest.raises(InvalidSchema):
        schema.problems({"a": "b"})
