from __future__ import annotations

import pytest

from docai.errors import InvalidRequest
from docai.pipeline.metadata import MAX_KEY_CHARACTERS, MAX_KEYS, MAX_VALUE_CHARACTERS, checked_metadata


def test_what_is_within_the_limits_is_kept_as_it_is() -> None:
    said = {f"{i:0{MAX_KEY_CHARACTERS}}": "\N{SNOWMAN}" * MAX_VALUE_CHARACTERS for i in range(MAX_KEYS)}
    assert checked_metadata(said) == said
    assert checked_metadata({"empty": ""}) == {"empty": ""}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({str(i): "" for i in range(MAX_KEYS + 1)}, "51 keys; the limit is 50"),
        ({"": "value"}, "1 to 100 characters"),
        ({"k" * (MAX_KEY_CHARACTERS + 1): "value"}, "1 to 100 characters"),
        ({"key": "v" * (MAX_VALUE_CHARACTERS + 1)}, "'key' has 1001 characters"),
        ({"key": "a\x00b"}, "no text"),
        ({"\ud800": "value"}, "no text"),
    ],
)
def test_what_is_beyond_them_is_refused(said: dict[str, str], told: str) -> None:
    with pytest.raises(InvalidRequest, match=told):
        checked_metadata(said)
