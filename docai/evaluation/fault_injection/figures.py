"""What an evaluation found, as counts, shares with their intervals, and a table for people."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict, computed_field

from docai.evaluation.fault_injection.faults import FaultKind

_Z = 1.959964
"""Of the normal distribution: 95 % lie within so many standard deviations."""


class Share(BaseModel):
    """So many of so many."""

    model_config = ConfigDict(frozen=True)

    hits: int = 0
    n: int = 0

    def __add__(self, other: Share) -> Share:
        return Share(hits=self.hits + other.hits, n=self.n + other.n)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def value(self) -> float | None:
        """0 to 1; None of none."""
        return round(self.hits / self.n, 4) if self.n else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's score interval, 95 % (E. B. Wilson, JASA 22, 1927); None of none."""
        if not self.n:
            return None
        share, spread = self.hits / self.n, _Z * _Z / self.n
        middle = (share + spread / 2) / (1 + spread)
        half = _Z / (1 + spread) * math.sqrt(share * (1 - share) / self.n + spread / (4 * self.n))
        return round(max(0.0, middle - half), 4), round(min(1.0, middle + half), 4)


class Row(BaseModel):
    """What came of one kind of fault in one set."""

    model_config = ConfigDict(frozen=True)

    source: str
    kind: str
    found: Share = Share()
    """Faults that are flagged, of those put in."""
    false: Share = Share()
    """Clean units that are flagged, of all clean units on the same pages."""

    def __add__(self, other: Row) -> Row:
        return self.model_copy(update={"found": self.found + other.found, "false": self.false + other.false})


class Miss(BaseModel):
    """A fault that nothing flags, or a clean unit that is flagged."""

    model_config = ConfigDict(frozen=True)

    source: str
    name: str
    page_number: int
    kind: FaultKind
    is_false_flag: bool
    was: str
    """What the truth has."""
    now: str
    """What the reading says."""
    heard: str | None = None
    """What the witness reads, where a value is wrongly flagged or passed."""
    verdict: str | None = None
    messages: tuple[str, ...] = ()
    """Of the flags."""
    box: tuple[float, float, float, float] | None = None
    crop: str | None = None
    """A picture of the place, beside the list."""


class Calibration(BaseModel):
    """How far confidences are from the shares that are right, on pages that the calibration was not fitted on."""

    model_config = ConfigDict(frozen=True)

    version: str | None
    """None where none is in force."""
    source: str
    n: int
    ece: float
    """Expected calibration error, 15 bins of equally many units."""
    ece_of_equal_widths: float
    """The same with 15 bins of equal width, in which rare confidences are not averaged with common ones."""
    bins: tuple[tuple[float, float, int], ...]
    """Of each bin: mean confidence, share that is right, units."""


class Report(BaseModel):
    """What an evaluation found."""

    model_config = ConfigDict(frozen=True)

    seed: int
    share: float
    rounds: int
    n_pages: int
    n_unreadable: int = 0
    """Files that could not be opened or read."""
    seconds: float
    ground_ms_per_page: float | None = None
    """Median time of aligning, verifying and flagging a page, milliseconds."""
    rows: tuple[Row, ...]
    calibration: tuple[Calibration, ...] = ()


def total(rows: Iterable[Row]) -> list[Row]:
    """Rows of the same set and kind added up, in the order of their first."""
    found: dict[tuple[str, str], Row] = {}
    for row in rows:
        key = row.source, row.kind
        found[key] = found[key] + row if key in found else row
    return [row for row in found.values() if row.found.n or row.false.n]


def told(share: Share) -> str:
    """A share with its interval and number, such as `0.987 (0.981-0.992), 1,204`."""
    if share.value is None or share.interval is None:
        return "-"
    return f"{share.value:.3f} ({share.interval[0]:.3f}-{share.interval[1]:.3f}), {share.n:,}"


def markdown(report: Report) -> str:
    """The report's tables in Markdown, as the documentation has them."""
    lines = ["| set | fault | flagged (95 % interval), n | clean units flagged, n |", "|---|---|---|---|"]
    lines += [f"| {r.source} | {r.kind.replace('_', ' ')} | {told(r.found)} | {told(r.false)} |" for r in report.rows]
    if report.calibration:
        lines += [
            "",
            "| held-out pages of | values | calibration error, equal bins | of equal width | calibration |",
            "|---|---|---|---|---|",
        ]
        lines += [
            f"| {c.source} | {c.n:,} | {c.ece:.3f} | {c.ece_of_equal_widths:.3f} | {c.version or 'none'} |"
            for c in report.calibration
        ]
    return "\n".join([*lines, ""])


def worst(misses: Sequence[Miss], most: int) -> list[Miss]:
    """The first `most` misses of every set, kind and way, in turn."""
    seen: dict[tuple[str, str, bool], int] = {}
    kept = []
    for miss in misses:
        key = miss.source, miss.kind.value, miss.is_false_flag
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= most:
            kept.append(miss)
    return kept
