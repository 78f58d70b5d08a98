"""The form field `metadata`: a JSON object of strings."""

from __future__ import annotations

import json

from docai.errors import InvalidRequest
from docai.pipeline.metadata import MAX_KEY_CHARACTERS, MAX_KEYS, MAX_VALUE_CHARACTERS

_NO_NUL = r"^[^\u0000]*$"
METADATA_SCHEMA: dict[str, object] = {
    "type": "object",
    "maxProperties": MAX_KEYS,
    "propertyNames": {"minLength": 1, "maxLength": MAX_KEY_CHARACTERS, "pattern": _NO_NUL},
    "additionalProperties": {"type": "string", "maxLength": MAX_VALUE_CHARACTERS, "pattern": _NO_NUL},
    "description": "What to find the document by, as JSON. For bytes that are here already, it replaces what was said "
    "before; left out, that stays.",
    "examples": [{"customer": "1142"}],
}
METADATA_ENCODING: dict[str, object] = {"metadata": {"contentType": "application/json"}}
"""How the form holds it."""


def read_metadata(field: object) -> dict[str, str] | None:
    """What the field says; None where there is no such field.

    Raises:
        InvalidRequest: it is no JSON object of strings.
    """
    if field is None:
        return None
    try:
        said = json.loads(field) if isinstance(field, str) else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or not all(isinstance(value, str) for value in said.values()):
        raise InvalidRequest('metadata: needs a flat JSON object of strings, such as {"customer": "1142"}.')
    return said
