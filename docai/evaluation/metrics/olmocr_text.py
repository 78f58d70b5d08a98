"""olmOCR-bench: unit tests of a page's text, for presence, absence, order, formulas and sane output."""

from __future__ import annotations

import re
import unicodedata

from pydantic import BaseModel, ConfigDict, Field
from rapidfuzz import fuzz

from docai.evaluation.metrics.near_matches import starts_within

_BREAK = re.compile(r"<br/?>")
_TAGS = re.compile(r"</?[bi]>")
_EMPHASES = (re.compile(r"(\*\*|__)(.*?)\1"), re.compile(r"(\*|_)(.*?)\1"))
_LIKENESSES = str.maketrans(
    "\u2018\u2019\u201a\u201c\u201d\u201e\uff3f\u2013\u2014\u2011\u2012\u2212\u00b5", "'''\"\"\"_-----\u03bc"
)
_FORMULAS = tuple(
    re.compile(form, re.DOTALL) for form in (r"\\\((.+?)\\\)", r"\\\[(.+?)\\\]", r"\$\$(.+?)\$\$", r"\$(.+?)\$")
)
_NO_INK = re.compile(r"\s+|\\[,;:! ]|\\(?:left|right|displaystyle)(?![a-zA-Z])")
"""Blanks and commands of LaTeX that change spacing or size only."""
_FOREIGN = re.compile(
    "[\u4e00-\u9fff\u3040-\u309f\u30a0-\u30ff\U0001f600-\U0001f64f\U0001f300-\U0001f5ff\U0001f680-\U0001f6ff"
    "\U0001f1e0-\U0001f1ff]"
)
"""Chinese, Japanese and emoji, which no page of the benchmark has."""
_IMAGE = re.compile(r"!\[.*?\]\(.*?\)")
_LONGEST_GRAM = 5
_MOST_REPEATS = 30


class TextRule(BaseModel):
    """A text to be sought, as a test of type `present` or `absent` has it."""

    model_config = ConfigDict(frozen=True)

    text: str = Field(min_length=1)
    max_diffs: int = Field(default=0, ge=0)
    """Edits that are let pass."""
    case_sensitive: bool = True
    first_n: int | None = None
    """Only this many characters at the beginning of the page count; with `last_n`, both ends."""
    last_n: int | None = None


def normal_text(markdown: str) -> str:
    """A page's text without marks of emphasis, with single blanks, composed letters and plain quotes and dashes."""
    text = _TAGS.sub("", _BREAK.sub(" ", markdown))
    for emphasis in _EMPHASES:
        text = emphasis.sub(r"\2", text)
    return unicodedata.normalize("NFC", re.sub(r"\s+", " ", text)).translate(_LIKENESSES)


def is_present(markdown: str, rule: TextRule) -> bool:
    """Whether a text stands on the page (Poznanski et al. 2025, section on olmOCR-bench; `olmocr/bench/tests.py`).

    rapidfuzz's `partial_ratio`, which is of insertions and deletions, must reach 1 - max_diffs / length, and the page
    must be long enough to hold the text. Earlier releases lack the second condition, so that a page of one blank passes
    for any text with a blank in it. A test of type `absent` passes when this is false.
    """
    sought, text = normal_text(rule.text), normal_text(markdown)
    if not rule.case_sensitive:
        sought, text = sought.lower(), text.lower()
    if rule.first_n and rule.last_n:
        text = text[: rule.first_n] + text[-rule.last_n :]
    elif rule.first_n or rule.last_n:
        text = text[: rule.first_n] if rule.first_n else text[-(rule.last_n or 0) :]
    if len(text) < len(sought) - rule.max_diffs:
        return False
    return fuzz.partial_ratio(sought, text) / 100 >= 1 - rule.max_diffs / max(1, len(sought))


def is_in_order(markdown: str, before: str, after: str, max_diffs: int = 0) -> bool:
    """Whether one text begins before another somewhere on the page, each found with at most so many edits.

    Raises:
        ValueError: when more than half of either text may differ.
    """
    first, second, text = normal_text(before), normal_text(after), normal_text(markdown)
    if max_diffs > min(len(first), len(second)) // 2:
        raise ValueError("max_diffs is more than half of a text that is sought")
    starts, others = starts_within(first, text, max_diffs), starts_within(second, text, max_diffs)
    return bool(starts) and bool(others) and starts[0] < others[-1]


def has_formula(markdown: str, formula: str) -> bool:
    r"""Whether a formula stands on the page, between `\(`, `\[`, `$$` or `$`, equal but for spacing.

    The benchmark renders both with KaTeX and compares places of symbols, so that other spellings of the same formula
    pass there and fail here: this is a lower bound.
    """
    wanted = _NO_INK.sub("", formula)
    return any(_NO_INK.sub("", found) == wanted for found in _formulas(markdown))


def is_sane(markdown: str, *, allows_foreign: bool = False) -> bool:
    """Test of type `baseline`: letters or digits, no ending that repeats over 30 times, no unexpected characters.

    Args:
        markdown: Output for one page.
        allows_foreign: Whether Chinese, Japanese and emoji may stand there (`check_disallowed_characters` is false).
    """
    if not any(map(str.isalnum, markdown)):
        return False
    text = re.sub(r"\s+", " ", markdown)
    repeats = (_ending_repeats(text, n) for n in range(1, _LONGEST_GRAM + 1))
    return all(n <= _MOST_REPEATS for n in repeats) and (allows_foreign or not _FOREIGN.search(markdown))


def is_blank(markdown: str, max_length: int, *, skips_images: bool = False) -> bool:
    """Test of type `baseline` with `max_length`: at most so many letters and digits, images left out if asked."""
    text = _IMAGE.sub("", markdown) if skips_images else markdown
    return sum(map(str.isalnum, text)) <= max_length


def _formulas(markdown: str) -> list[str]:
    found, rest = [], markdown
    for form in _FORMULAS:
        found += form.findall(rest)
        rest = form.sub("", rest)
    return found


def _ending_repeats(text: str, n: int) -> int:
    """How often the last n characters stand at the end one after another."""
    ending, count = text[-n:], 0
    while len(ending) == n and text.endswith(ending, 0, len(text) - count * n):
        count += 1
    return count
