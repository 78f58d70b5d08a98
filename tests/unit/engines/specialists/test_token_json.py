"""What Donut writes as JSON values."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.engines.specialists.token_json import MAX_DEPTH, token_json

PIECES = st.sampled_from(
    ["<s_a>", "</s_a>", "<s_b>", "</s_b>", "<sep/>", "<paid/>", "</s_none>", "<s_", ">", "4 2", " "]
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("<s_total>42</s_total>", {"total": "42"}),
        ("<s_nm>Tea</s_nm><s_price>2.50</s_price>", {"nm": "Tea", "price": "2.50"}),
        ("<s_menu><s_nm>Tea</s_nm><sep/><s_nm>Milk</s_nm></s_menu>", {"menu": [{"nm": "Tea"}, {"nm": "Milk"}]}),
        ("<s_nm>Tea<sep/>Milk</s_nm>", {"nm": ["Tea", "Milk"]}),
        ("<s_nm>Tea</s_nm><sep/><s_nm>Milk</s_nm>", [{"nm": "Tea"}, {"nm": "Milk"}]),
        ("<s_state><paid/></s_state>", {"state": "paid"}),
        ("<s_nm></s_nm>", {"nm": ""}),
        ("no fields", {"text_sequence": "no fields"}),
    ],
)
def test_fields_lists_and_categories(text: str, value: object) -> None:
    assert token_json(text, {"<paid/>"}) == value


def test_a_field_without_an_end_keeps_what_came_of_it() -> None:
    assert token_json("<s_menu><s_nm>Tea</s_nm><s_price>2.") == {"menu": {"nm": "Tea", "price": "2."}}


def test_an_end_without_a_start_is_passed_over() -> None:
    assert token_json("</s_b><s_a>1</s_b>2</s_a>") == {"a": "12"}


def test_depth_is_bounded() -> None:
    found = token_json("<s_a>" * 5000 + "1")
    depth = 0
    while isinstance(found, dict):
        found, depth = found["a"], depth + 1
    assert depth == MAX_DEPTH


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_text_gives_json(text: str) -> None:
    value = token_json(text, {"<paid/>"})
    assert json.loads(json.dumps(value)) == value
