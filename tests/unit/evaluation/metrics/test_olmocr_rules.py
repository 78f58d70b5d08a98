"""Unit tests of each type, as olmOCR-bench's files have them."""

from typing import Any

import pytest

from docai.evaluation.metrics.olmocr_rules import TYPES, passes

_PAGE = (
    "# Report\n\nFirst point, then \\(a+b\\) and $c$.\n\n| Year | Sum |\n| --- | --- |\n| 2010 | 5 |\n\nNote[^1] here."
)

_PASSED: list[tuple[str, dict[str, Any]]] = [
    ("present", {"text": "First point", "max_diffs": 0, "first_n": None}),
    ("absent", {"text": "Page 12"}),
    ("order", {"before": "Report", "after": "Note"}),
    ("table", {"cell": "5", "up": "Sum", "left": "2010", "down": None}),
    ("math", {"math": "a + b"}),
    ("baseline", {}),
    ("footnote", {"marker": "1", "appears_after_marker": "here"}),
    ("format", {"text": "Report", "format": "heading"}),
]
_FAILED: list[tuple[str, dict[str, Any]]] = [
    ("present", {"text": "Second point"}),
    ("absent", {"text": "First point"}),
    ("order", {"before": "Note", "after": "Report"}),
    ("table", {"cell": "5", "up": "Year"}),
    ("math", {"math": "a - b"}),
    ("math", {"math": "c", "ignore_dollar_delimited": True}),
    ("baseline", {"max_length": 5}),
    ("footnote", {"marker": "2"}),
    ("format", {"text": "Report", "format": "bold"}),
]


@pytest.mark.parametrize(("kind", "test"), _PASSED)
def test_what_stands_on_the_page_passes(kind: str, test: dict[str, Any]) -> None:
    assert passes(_PAGE, kind, test)


@pytest.mark.parametrize(("kind", "test"), _FAILED)
def test_what_does_not_fails(kind: str, test: dict[str, Any]) -> None:
    assert not passes(_PAGE, kind, test)


def test_every_type_is_known_and_another_is_not() -> None:
    assert {kind for kind, _ in _PASSED} == set(TYPES)
    with pytest.raises(ValueError, match="type 'font'"):
        passes(_PAGE, "font", {})
    with pytest.raises(ValueError, match="text"):
        passes(_PAGE, "present", {})


def test_an_empty_page_passes_only_for_what_must_not_be_there() -> None:
    assert [kind for kind, test in _PASSED if passes("", kind, test)] == ["absent"]
    assert passes("", "baseline", {"max_length": 0})
