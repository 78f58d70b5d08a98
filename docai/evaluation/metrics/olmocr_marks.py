"""olmOCR-bench: unit tests of what a text is marked as, for headings, bold and italic type, and footnotes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field
from rapidfuzz import fuzz

from docai.evaluation.metrics.olmocr_text import normal_text

_LINES = re.MULTILINE
_ACROSS = re.DOTALL | re.IGNORECASE
_SUPERSCRIPTS = str.maketrans("0123456789", "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")
_NEAR = 200
"""Characters around a mark in which the text beside it is sought."""


class Mark(StrEnum):
    """What a text can be marked as."""

    HEADING = "heading"
    BOLD = "bold"
    ITALIC = "italic"


_FORMS = {
    Mark.HEADING: (re.compile(r"^#{1,6}\s+(.+?)$", _LINES), re.compile(r"<h[1-6][^>]*>(.*?)</h[1-6]>", _ACROSS)),
    Mark.BOLD: (
        re.compile(r"\*\*(.*?)\*\*", re.DOTALL),
        re.compile(r"__(.*?)__", re.DOTALL),
        re.compile(r"<b[^>]*>(.*?)</b>", _ACROSS),
        re.compile(r"<strong[^>]*>(.*?)</strong>", _ACROSS),
    ),
    Mark.ITALIC: (
        re.compile(r"(?<!\*)\*(?!\*)(.*?)(?<!\*)\*(?!\*)", re.DOTALL),
        re.compile(r"(?<!_)_(?!_)(.*?)(?<!_)_(?!_)", re.DOTALL),
        re.compile(r"<i[^>]*>(.*?)</i>", _ACROSS),
        re.compile(r"<em[^>]*>(.*?)</em>", _ACROSS),
    ),
}


class FormatRule(BaseModel):
    """A test of type `format`."""

    model_config = ConfigDict(frozen=True)

    text: str = Field(min_length=1)
    format: Mark
    max_diffs: int = Field(default=0, ge=0)
    case_sensitive: bool = True


class FootnoteRule(BaseModel):
    """A test of type `footnote`."""

    model_config = ConfigDict(frozen=True)

    marker: str = Field(min_length=1, pattern=r"^\S+$")
    appears_before_marker: str | None = None
    appears_after_marker: str | None = None
    max_diffs: int = Field(default=0, ge=0)


def is_marked(markdown: str, rule: FormatRule) -> bool:
    """Whether a text is marked so, in Markdown or HTML (`FormatTest`, `olmocr/bench/tests.py`).

    rapidfuzz's `partial_ratio` of the text and one that is marked must reach 1 - max_diffs / length; as there, one that
    is shorter than the text may do.
    """
    sought = normal_text(rule.text)
    found = (normal_text(match) for form in _FORMS[rule.format] for match in form.findall(markdown))
    if not rule.case_sensitive:
        sought, found = sought.lower(), (text.lower() for text in found)
    least = 1 - rule.max_diffs / max(1, len(sought))
    return any(fuzz.partial_ratio(sought, text) / 100 >= least for text in found)


def has_footnote(markdown: str, rule: FootnoteRule) -> bool:
    """Whether the mark of a footnote stands on the page, beside the texts asked for (`FootnoteTest`, same place).

    A mark is `[^1]`, `<sup>1</sup>` or raised digits. The texts are sought without regard to case and signs, in the 200
    characters before and after; the two may stand at different places of the mark.
    """
    places = list(_places(markdown, rule.marker))
    before = (markdown[max(0, start - _NEAR) : start] for start, _ in places)
    after = (markdown[end : end + _NEAR] for _, end in places)
    return (
        bool(places)
        and _stands(rule.appears_before_marker, before, rule.max_diffs, is_before=True)
        and _stands(rule.appears_after_marker, after, rule.max_diffs, is_before=False)
    )


def _places(markdown: str, marker: str) -> Iterator[tuple[int, int]]:
    forms = [rf"\[\^{re.escape(marker)}\](?!:)", rf"(?i:<sup[^>]*>{re.escape(marker)}</sup>)"]
    if marker.isdecimal() and marker.isascii():
        forms.append(marker.translate(_SUPERSCRIPTS))
    for form in forms:
        yield from (found.span() for found in re.finditer(form, markdown))


def _stands(sought: str | None, texts: Iterator[str], max_diffs: int, *, is_before: bool) -> bool:
    """Whether a text stands at the near end of one of the texts; one that is not asked for does."""
    if not sought:
        return True
    wanted = _letters(sought)
    least = 1 - max_diffs / max(1, len(normal_text(sought)))
    for text in texts:
        letters = _letters(text)
        near = letters[-2 * len(wanted) :] if is_before else letters[: 2 * len(wanted)]
        if near and fuzz.partial_ratio(wanted, near) / 100 >= least:
            return True
    return False


def _letters(text: str) -> str:
    return "".join(c for c in normal_text(text) if c.isalnum()).lower()
