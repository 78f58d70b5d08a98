"""olmOCR-bench's unit tests of text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.evaluation.metrics.olmocr_text import (
    TextRule,
    has_formula,
    is_blank,
    is_in_order,
    is_present,
    is_sane,
    normal_text,
)

_FEW = settings(max_examples=25, deadline=None)
_PAGE = "# Title\n\nThe **quick** brown fox\njumps over the \u201clazy\u201d dog \u2014 twice."
_WORDS = st.lists(st.sampled_from(["alpha", "beta", "gamma"]), min_size=1, max_size=4).map(" ".join)


def test_marks_are_made_plain() -> None:
    assert normal_text(_PAGE) == '# Title The quick brown fox jumps over the "lazy" dog - twice.'
    assert normal_text("a<br/>b <i>c</i> __d__ e\u0301") == "a b c d \u00e9"


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        (TextRule(text="quick brown fox jumps"), True),
        (TextRule(text="Quick brown"), False),
        (TextRule(text="Quick brown", case_sensitive=False), True),
        (TextRule(text="quick browm fox"), False),
        (TextRule(text="quick browm fox", max_diffs=2), True),
        (TextRule(text="twice", first_n=20), False),
        (TextRule(text="twice", last_n=20), True),
        (TextRule(text="twice", first_n=10, last_n=10), True),
        (TextRule(text="x" * 200), False),
    ],
)
def test_presence(rule: TextRule, found: bool) -> None:
    assert is_present(_PAGE, rule) == found


def test_a_page_of_one_blank_holds_nothing() -> None:
    assert not is_present("\n", TextRule(text="a long phrase"))


def test_order() -> None:
    assert is_in_order(_PAGE, "quick", "lazy")
    assert not is_in_order(_PAGE, "lazy", "quick")
    assert not is_in_order(_PAGE, "slow", "quick")
    assert is_in_order(_PAGE, "quikk", "lasy", 2)
    assert is_in_order("b a b", "a", "b")
    with pytest.raises(ValueError, match="half"):
        is_in_order(_PAGE, "fox", "dog", 2)


@pytest.mark.parametrize(
    ("page", "found"),
    [
        (r"so \( x^2 + y \) is", True),
        (r"\[ x^{2} + y \]", False),
        (r"$$\left x^2 +\, y \right$$", True),
        ("$x^2+y$ and $z$", True),
        ("x^2+y", False),
    ],
)
def test_formulas_are_equal_but_for_spacing(page: str, found: bool) -> None:
    assert has_formula(page, "x^2+y") == found
    assert not has_formula(page, "x^3+y")


def test_sane_output() -> None:
    assert is_sane("A page.")
    assert not is_sane(" .- ")
    assert is_sane("word " + "ab" * 30)
    assert not is_sane("word " + "ab" * 31)
    assert not is_sane("\u4e2d text")
    assert is_sane("\u4e2d text", allows_foreign=True)


def test_blank_pages() -> None:
    assert is_blank("![a long text](image.png)", 0, skips_images=True)
    assert not is_blank("![a long text](image.png)", 5)
    assert is_blank("- 12 -", 2)


@_FEW
@given(_WORDS, _WORDS, _WORDS)
def test_what_stands_there_is_found_and_in_order(one: str, other: str, between: str) -> None:
    page = f"{one} 1 {between} 2 {other}"
    assert is_present(page, TextRule(text=one))
    assert is_in_order(page, f"{one} 1", f"2 {other}")
    assert not is_in_order(page, f"2 {other}", f"{one} 1")


@_FEW
@given(_WORDS, st.text("abcdeg lmpt", min_size=1, max_size=12), st.integers(0, 4))
def test_more_edits_pass_no_less(page: str, text: str, max_diffs: int) -> None:
    fewer = is_present(page, TextRule(text=text, max_diffs=max_diffs))
    assert not fewer or is_present(page, TextRule(text=text, max_diffs=max_diffs + 1))
