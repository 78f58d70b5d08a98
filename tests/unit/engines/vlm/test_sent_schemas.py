from __future__ import annotations

from typing import Any

import pytest

from docai.engines.vlm.sent_schemas import sendable


def test_bounds_of_strings_are_left_out_wherever_they_stand() -> None:
    schema = {
        "type": "object",
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": 9, "pattern": "^a", "format": "date"},
            "pattern": {"type": "array", "items": {"anyOf": [{"type": "string", "maxLength": 3}, {"type": "null"}]}},
            "n": {"type": "integer", "minimum": 1},
        },
        "required": ["name", "pattern"],
        "additionalProperties": False,
        "$defs": {"maxLength": {"type": "string", "maxLength": 2}},
    }
    assert sendable(schema) == {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "pattern": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
            "n": {"type": "integer", "minimum": 1},
        },
        "required": ["name", "pattern"],
        "additionalProperties": False,
        "$defs": {"maxLength": {"type": "string"}},
    }


def test_values_that_look_like_bounds_are_kept() -> None:
    schema = {"enum": [{"maxLength": 3}], "default": {"pattern": "x"}}
    assert sendable(schema) == schema


def test_references_that_end_are_sent() -> None:
    schema = {
        "properties": {"a": {"$ref": "#/$defs/x~1y"}, "b": {"$ref": "#/$defs/x~1y"}},
        "$defs": {"x/y": {"type": "string"}},
    }
    assert sendable(schema) == schema


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"properties": {"child": {"$ref": "#"}}},
        {"$ref": "#/$defs/a", "$defs": {"a": {"items": {"$ref": "#/$defs/b"}}, "b": {"not": {"$ref": "#/$defs/a"}}}},
        {"properties": {"a": {"$ref": "https://example.org/schema.json"}}},
        {"properties": {"a": {"$ref": "#/$defs/nowhere"}}},
        {"$dynamicRef": "#node"},
        None,
    ],
)
def test_recursion_and_what_cannot_be_followed_is_not_sent(schema: dict[str, Any] | None) -> None:
    assert sendable(schema) is None


def test_a_schema_that_doubles_at_every_step_takes_no_time() -> None:
    steps = {f"s{n}": {"anyOf": [{"$ref": f"#/$defs/s{n + 1}"}] * 2} for n in range(60)}
    assert sendable({"$ref": "#/$defs/s0", "$defs": {**steps, "s60": {"type": "string"}}}) is not None


def test_a_schema_nested_beyond_all_bounds_is_not_sent() -> None:
    schema: dict[str, Any] = {}
    for _ in range(5000):
        schema = {"items": schema}
    assert sendable(schema) is None
