"""olmOCR-bench: a unit test of any type, as its files have it, and whether a page passes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from docai.evaluation.metrics.olmocr_marks import FootnoteRule, FormatRule, has_footnote, is_marked
from docai.evaluation.metrics.olmocr_table import TableRule, has_cell
from docai.evaluation.metrics.olmocr_text import TextRule, has_formula, is_blank, is_in_order, is_present, is_sane

TYPES = ("present", "absent", "order", "table", "math", "baseline", "footnote", "format")


class OrderRule(BaseModel):
    """A test of type `order`."""

    model_config = ConfigDict(frozen=True)

    before: str = Field(min_length=1)
    after: str = Field(min_length=1)
    max_diffs: int = Field(default=0, ge=0)


class MathRule(BaseModel):
    """A test of type `math`."""

    model_config = ConfigDict(frozen=True)

    math: str = Field(min_length=1)
    ignore_dollar_delimited: bool = False
    """Whether formulas between dollar signs do not count."""


class BaselineRule(BaseModel):
    """A test of type `baseline`."""

    model_config = ConfigDict(frozen=True)

    max_length: int | None = None
    """Of a page that should be blank, letters and digits; None for other pages."""
    max_length_skips_image_alt_tags: bool = False
    check_disallowed_characters: bool = True


def passes(markdown: str, kind: str, test: Mapping[str, Any]) -> bool:
    """Whether a page passes a test (Poznanski et al. 2025; `olmocr/bench/tests.py`).

    Args:
        markdown: What was read of the page.
        kind: One of `TYPES`.
        test: The test's fields; those that are None count as not given, others than its type has are passed over.

    Raises:
        ValueError: there is no such type, or the test lacks a field of its type.
    """
    given = {name: value for name, value in test.items() if value is not None}
    match kind:
        case "present" | "absent":
            return is_present(markdown, TextRule.model_validate(given)) is (kind == "present")
        case "order":
            order = OrderRule.model_validate(given)
            return is_in_order(markdown, order.before, order.after, order.max_diffs)
        case "table":
            return has_cell(markdown, TableRule.model_validate(given))
        case "math":
            formula = MathRule.model_validate(given)
            page = markdown.replace("$", " ") if formula.ignore_dollar_delimited else markdown
            return has_formula(page, formula.math)
        case "baseline":
            return _is_sound(markdown, BaselineRule.model_validate(given))
        case "footnote":
            return has_footnote(markdown, FootnoteRule.model_validate(given))
        case "format":
            return is_marked(markdown, FormatRule.model_validate(given))
    raise ValueError(f"a test of type {kind!r}")


def _is_sound(markdown: str, rule: BaselineRule) -> bool:
    if rule.max_length is not None:
        return is_blank(markdown, rule.max_length, skips_images=rule.max_length_skips_image_alt_tags)
    return is_sane(markdown, allows_foreign=not rule.check_disallowed_characters)
