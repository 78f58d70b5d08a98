from __future__ import annotations

import pytest

from docai.api.metadata import read_metadata
from docai.errors import InvalidRequest


def test_an_object_of_strings_is_read() -> None:
    assert read_metadata('{"customer": "1142", "empty": ""}') == {"customer": "1142", "empty": ""}
    assert read_metadata("{}") == {}
    assert read_metadata(None) is None


@pytest.mark.parametrize(
    "field", ["", "customer=1142", "[]", '"text"', '{"n": 1}', '{"a": {}}', "[" * 100_000, object()]
)
def test_anything_else_is_refused(field: object) -> None:
    with pytest.raises(InvalidRequest, match="flat JSON object of strings"):
        read_metadata(field)
