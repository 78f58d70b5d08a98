"""Which characters of two readings differ, and an excerpt around them; for marking them wherever they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from docai.domain.evidence import Difference

_BEFORE = 0.4
"""Share of an excerpt that stands before the first difference."""
_CUT = "…"


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a text that differs from the other reading throughout, or not at all."""

    text: str
    differs: bool = False


def between(before: str, after: str) -> tuple[Difference, ...]:
    """Every stretch in which a text was changed, with as few characters as make the one the other."""
    return tuple(
        Difference(
            said=before[edit.src_start : edit.src_end],
            heard=after[edit.dest_start : edit.dest_end],
            said_at=edit.src_start,
        )
        for edit in Levenshtein.opcodes(before, after)
        if edit.tag != "equal"
    )


def runs_said(text: str, differences: Sequence[Difference]) -> list[Run]:
    """The value cut where it parts from the witness; a difference that is not in the text is passed over."""
    return _cut(text, [(d.said_at, d.said) for d in differences])


def runs_heard(text: str, differences: Sequence[Difference]) -> list[Run]:
    """The witness's reading, cut in the same way.

    Where a difference begins in it follows from where it begins in the value and from the differences before, as long
    as both are written alike between them; else it is looked for behind the one before.
    """
    spans = []
    shift, behind = 0, 0
    for difference in differences:
        start = difference.said_at + shift
        if not text.startswith(difference.heard, start) or start < behind:
            start = text.find(difference.heard, behind)
        if start >= 0:
            spans.append((start, difference.heard))
            behind = start + len(difference.heard)
        shift += len(difference.heard) - len(difference.said)
    return _cut(text, spans)


def excerpt(runs: Sequence[Run], most: int) -> list[Run]:
    """At most so many characters and the marks of what is left out, around the first difference."""
    text = "".join(run.text for run in runs)
    if len(text) <= most:
        return list(runs)
    first = next((i for i, run in enumerate(runs) if run.differs), None)
    at = 0 if first is None else sum(len(run.text) for run in runs[:first])
    start = max(0, min(at - round(most * _BEFORE), len(text) - most))
    kept, position = [], 0
    for run in runs:
        left, right = max(start - position, 0), min(start + most - position, len(run.text))
        if left < right:
            kept.append(Run(run.text[left:right], run.differs))
        position += len(run.text)
    before = [Run(_CUT)] if start else []
    return [*before, *kept, *([Run(_CUT)] if start + most < len(text) else [])]


def _cut(text: str, spans: Sequence[tuple[int, str]]) -> list[Run]:
    runs: list[Run] = []
    position = 0
    for start, part in spans:
        if not part or start < position or not text.startswith(part, start):
            continue
        if start > position:
            runs.append(Run(text[position:start]))
        runs.append(Run(part, differs=True))
        position = start + len(part)
    return [*runs, Run(text[position:])] if position < len(text) else runs
