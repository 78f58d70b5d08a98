"""Text and JSON as PostgreSQL can hold them."""

import json

from hypothesis import given
from hypothesis import strategies as st

from docai.stores.postgres.columns import REPLACEMENT, storable, storable_json

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(ANY_TEXT)
def test_text_keeps_its_length_and_loses_only_what_cannot_be_stored(text: str) -> None:
    kept = storable(text)
    assert len(kept) == len(text)
    assert "\x00" not in kept
    assert all(a == b or b == REPLACEMENT for a, b in zip(text, kept, strict=True))
    kept.encode()


@given(st.text(st.sampled_from('\x00\\u0a"')))
def test_json_loses_nul_and_keeps_what_only_looks_like_it(text: str) -> None:
    assert json.loads(storable_json({"k": [text]})) == {"k": [text.replace("\x00", REPLACEMENT)]}


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_json_keeps_every_number(number: float) -> None:
    assert json.loads(storable_json(number)) == number
