"""Typed ornaments: rows of dots that lead the eye and rows of dashes that stand for rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from docai.grids.marks import Mark, Rule

_LEADER = re.compile(r"[.\u2026\u00b7_]{2,}|[.\u00b7\u2026]")
"""Dots or underscores, as between an entry and its figure."""
_RULE = re.compile(r"[-=_\u2013\u2014\u2500\u2550]{4,}")
"""Dashes enough to be no word."""


def is_leader(text: str) -> bool:
    """Whether a word only leads the eye to the next one."""
    return _LEADER.fullmatch(text) is not None


def is_rule(text: str) -> bool:
    """Whether a word stands for a drawn rule."""
    return _RULE.fullmatch(text) is not None


def typed_rules(marks: Iterable[Mark]) -> list[Rule]:
    """Horizontal rules set in type."""
    return [Rule(m.cy, m.x0, m.x1) for m in marks if is_rule(m.text)]


def spoken(marks: Sequence[Mark]) -> str:
    """The text of a cell's words in reading order, without ornaments unless there is nothing else."""
    told = [m.text for m in marks if not is_leader(m.text) and not is_rule(m.text)]
    return " ".join(told or [m.text for m in marks])
