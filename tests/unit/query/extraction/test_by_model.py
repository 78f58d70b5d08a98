"""Fields by a model: quotes found on the pages, one repair, and what only the model says marked as such."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import jsonschema
import pytest

from docai.domain.evidence import Verdict
from docai.domain.extractions import FieldValue
from docai.domain.generations import Generation, StopReason
from docai.domain.ids import TenantId
from docai.errors import EngineUnavailable
from docai.query.extraction.by_model import ModelExtractor, ModelSaid, reply_schema
from docai.query.extraction.schema import Wanted
from tests.unit.query.scripted import Script, ScriptedModel, camera, printed

PAGES = [printed("Invoice INV-7 of 3 May 2021", number=1), printed("Blade 30,50 €", "Tower 99,50 €", number=2)]
SCHEMA = {
    "type": "object",
    "properties": {
        "number": {"type": "string", "maxLength": 20},
        "date": {"type": "string", "format": "date"},
        "paid": {"type": ["boolean", "null"]},
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"item": {"type": "string"}, "price": {"type": "number"}},
                "required": ["item"],
            },
        },
    },
    "required": ["number"],
}
WANTED = Wanted.of(SCHEMA, max_fields=50, max_bytes=10_000)


def leaf(value: object, quote: str | None = None, image: int | None = None) -> dict[str, Any]:
    return {"value": value, "quote": quote, "image": image}


REPLY: dict[str, Any] = {
    "number": leaf("INV-7", "Invoice INV-7", 1),
    "date": leaf("2021-05-03", "of 3 May 2021", 1),
    "paid": leaf(None),
    "lines": [
        {"item": leaf("Blade", "Blade", 2), "price": leaf(30.5, "30,50 €", 2)},
        {"item": leaf("Tower", "Tower", 1), "price": leaf(99.5, "99,50 €", 2)},
    ],
}


def extracted(*script: Script, **model: Any) -> tuple[ModelSaid, dict[str, FieldValue], ScriptedModel]:
    scripted = ScriptedModel([json.dumps(s) if isinstance(s, dict) else s for s in script], **model)
    pages = [("a.pdf", page) for page in PAGES]
    said = ModelExtractor(camera(scripted)).extract(TenantId(UUID(int=1)), WANTED, pages, "Be exact.", 20)
    return said, {field.path: field for field in said.fields}, scripted


def test_values_come_in_the_schemas_shape_with_the_words_that_say_them() -> None:
    said, fields, model = extracted(REPLY)
    assert said.data == {
        "number": "INV-7",
        "date": "2021-05-03",
        "paid": None,
        "lines": [{"item": "Blade", "price": 30.5}, {"item": "Tower", "price": 99.5}],
    }
    number = fields["/number"]
    assert (number.text, number.page_number) == ("Invoice INV-7", 1)
    assert number.evidence is not None
    assert number.evidence.verdict is Verdict.EXACT
    assert fields["/date"].evidence is not None
    assert fields["/date"].evidence.verdict is Verdict.EXACT
    assert fields["/lines/1/item"].page_number == 2
    assert fields["/paid"].evidence is None
    assert "Be exact." in model.asked[0].prompt
    assert '"maxLength": 20' in model.asked[0].prompt
    assert said.use.usage.output_tokens == 10


def test_the_reply_is_asked_for_by_a_schema_without_bounds_on_strings() -> None:
    schema = reply_schema(WANTED.root)
    jsonschema.validate(REPLY, schema)
    assert "maxLength" not in json.dumps(schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(REPLY | {"number": "INV-7"}, schema)


def test_a_value_that_stands_nowhere_is_kept_and_marked() -> None:
    _, fields, _ = extracted(REPLY | {"number": leaf("INV-99999", "Invoice INV-99999", 1)})
    number = fields["/number"]
    assert (number.value, number.text, number.box, number.confidence) == ("INV-99999", None, None, 0.0)
    assert number.evidence is not None
    assert number.evidence.verdict is Verdict.MODEL_ONLY


def test_a_value_that_its_quote_does_not_say_is_marked() -> None:
    _, fields, _ = extracted(REPLY | {"date": leaf("2020-01-01", "of 3 May 2021", 1)})
    date = fields["/date"]
    assert date.evidence is not None
    assert date.evidence.verdict is Verdict.PARTIAL
    assert date.evidence.witness_text == "of 3 May 2021"
    assert date.confidence == 0.5


def test_a_reply_that_does_not_satisfy_the_schema_is_mended_once() -> None:
    wrong = REPLY | {"number": leaf(None)}
    said, _, model = extracted(wrong, REPLY)
    assert said.data["number"] == "INV-7"
    assert "None is not of type" in model.asked[1].prompt
    kept, _, model = extracted(wrong)
    assert len(model.asked) == 2
    assert kept.data["number"] is None
    assert kept.data["date"] == "2021-05-03"


def test_values_without_quotes_are_looked_for_themselves() -> None:
    bare = {"number": "INV-7", "date": None, "paid": None, "lines": [{"item": "Blade", "price": 30.5}]}
    _, fields, _ = extracted(bare)
    assert fields["/number"].text == "INV-7"
    assert fields["/lines/0/price"].evidence is not None
    assert fields["/lines/0/price"].evidence.verdict is Verdict.MODEL_ONLY


@pytest.mark.parametrize(
    "failure", [EngineUnavailable("away"), "no JSON", Generation("{", StopReason.LENGTH), '{"a": ' * 5000]
)
def test_what_cannot_be_used_gives_no_data_but_the_reason(failure: Script) -> None:
    said, _, _ = extracted(failure)
    assert said.data is None
    assert said.use.problem


def test_pages_without_room_are_not_shown_and_nothing_is_asked() -> None:
    said, _, model = extracted(REPLY, context_tokens=900)
    assert (said.data, model.asked) == (None, [])
    assert said.use.problem is not None
    assert len(said.use.left_out) == 2


def test_probabilities_make_values_less_sure() -> None:
    sure = Generation(json.dumps(REPLY), StopReason.STOP, token_logprobs=(-0.1,))
    _, fields, _ = extracted(sure)
    assert fields["/number"].confidence == pytest.approx(0.905, abs=0.001)
