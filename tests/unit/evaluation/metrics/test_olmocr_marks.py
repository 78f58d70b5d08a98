"""olmOCR-bench's tests of headings, type and footnotes."""

import pytest
from pydantic import ValidationError

from docai.evaluation.metrics.olmocr_marks import FootnoteRule, FormatRule, Mark, has_footnote, is_marked

_PAGE = (
    "## The Title\n\nSome **bold words** and *slanted ones*, <strong>strong</strong>, <em>stressed</em>.\n\n"
    "A claim[^1] that counts<sup>2</sup> and more\u00b9\u00b2 here.\n\n[^1]: See there."
)


@pytest.mark.parametrize(
    ("text", "mark", "is_there"),
    [
        ("The Title", Mark.HEADING, True),
        ("The Tilte", Mark.HEADING, False),
        ("bold words", Mark.BOLD, True),
        ("strong", Mark.BOLD, True),
        ("slanted ones", Mark.BOLD, False),
        ("slanted ones", Mark.ITALIC, True),
        ("stressed", Mark.ITALIC, True),
        ("bold words", Mark.ITALIC, False),
        ("Some", Mark.HEADING, False),
    ],
)
def test_marks_are_told_apart(text: str, mark: Mark, is_there: bool) -> None:
    assert is_marked(_PAGE, FormatRule(text=text, format=mark)) is is_there


def test_edits_and_case_are_let_pass_where_the_rule_says_so() -> None:
    assert is_marked(_PAGE, FormatRule(text="The Tilte", format=Mark.HEADING, max_diffs=2))
    assert not is_marked(_PAGE, FormatRule(text="the title", format=Mark.HEADING))
    assert is_marked(_PAGE, FormatRule(text="the title", format=Mark.HEADING, case_sensitive=False))
    assert not is_marked("", FormatRule(text="x", format=Mark.BOLD))


@pytest.mark.parametrize(
    ("rule", "is_there"),
    [
        (FootnoteRule(marker="1"), True),
        (FootnoteRule(marker="2"), True),
        (FootnoteRule(marker="12"), True),
        (FootnoteRule(marker="3"), False),
        (FootnoteRule(marker="1", appears_before_marker="A claim"), True),
        (FootnoteRule(marker="1", appears_before_marker="that counts"), False),
        (FootnoteRule(marker="1", appears_after_marker="that counts"), True),
        (FootnoteRule(marker="2", appears_after_marker="and m0re", max_diffs=2), True),
        (FootnoteRule(marker="2", appears_after_marker="and m0re"), False),
    ],
)
def test_footnotes_stand_beside_their_texts(rule: FootnoteRule, is_there: bool) -> None:
    assert has_footnote(_PAGE, rule) is is_there


def test_a_definition_is_no_reference() -> None:
    assert not has_footnote("[^1]: See there.", FootnoteRule(marker="1"))
    with pytest.raises(ValidationError):
        FootnoteRule(marker="a b")
