import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.dialects import dialect_named
from docai.dialects.dialect import Shown
from docai.dialects.page_json import LAYOUT_SCHEMA, PAGE_SCHEMA
from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock
from tests.unit.dialects.drawn import blocks

SHOWN = Shown(1000, 1400)
DIALECT = dialect_named("page_json")


@given(st.lists(blocks(frozenset(BlockKind)), max_size=4))
@settings(max_examples=10, deadline=None)
def test_what_is_written_satisfies_the_schema_that_is_asked_for(written: list[ReadBlock]) -> None:
    jsonschema.validate(json.loads(DIALECT.write(written, SHOWN)), PAGE_SCHEMA)


def test_a_first_look_is_read_as_well() -> None:
    reply = {"rotation": 0, "blocks": [{"kind": "heading", "box": [0, 0, 500, 100], "level": 2}]}
    jsonschema.validate(reply, LAYOUT_SCHEMA)
    (block,) = DIALECT.read(json.dumps(reply), SHOWN).blocks
    assert (block.kind, block.level, block.text) == (BlockKind.HEADING, 2, "")


def schemas(schema: object) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for inner in schema.values():
            yield from schemas(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from schemas(inner)


@pytest.mark.parametrize("schema", [PAGE_SCHEMA, LAYOUT_SCHEMA])
def test_the_schemas_suit_every_server(schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    for each in schemas(schema):
        # a bound on a string's length keeps xgrammar from writing escapes
        assert not {"minLength", "maxLength", "pattern"} & each.keys()
        if each.get("type") == "object":
            # what strict modes of providers want
            assert each["additionalProperties"] is False
            assert each["required"] == list(each["properties"])
