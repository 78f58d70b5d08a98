"""Limits that the gate's figures are held to: kept beside this module, proposed from a run, judged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from docai.errors import DatasetDamaged, DatasetMissing
from docai.evaluation.gate.figures import Figure

KEPT = Path(__file__).with_name("gate.v1.json")
_LEAST = 0.01
_UNITS = 3
_OF_LOSS = 0.5
"""Parts of a margin; see `proposed`."""
_GUARDS = {
    "cer": "Marks that OCR or the text layer misreads or loses.",
    "word_f1": "Words that are lost, joined, split, misread or made up.",
    "table_teds": "Tables that are not found, and rows, columns and texts that are wrong in them.",
    "table_adjacency_f1": "Cells that stand beside others than they should.",
    "cell_iou": "Boxes of evidence that leave the cell's print.",
    "wrong_flagged": "Wrong values that would pass for right.",
    "clean_flagged": "Right values that people would be asked to look at.",
    "anls": "Wrong answers, and answers withheld that the page has.",
    "unanswerable_f1": "Answers made up where the document has none, and answers withheld.",
    "ndcg@5": "Searches that do not bring the right page to the top.",
}


class Limit(BaseModel):
    """Where a figure must lie, both ends included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    figure: str
    low: float
    high: float
    why: str
    """What it guards, and what the figure was when it was set."""


class Limits(BaseModel):
    """All limits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limits: tuple[Limit, ...]


class Held(BaseModel):
    """A limit with the figure that it was held against."""

    model_config = ConfigDict(frozen=True)

    limit: Limit
    value: float | None
    """None: the run has no such figure."""
    is_held: bool
    """False also where there is no figure."""


class Outcome(BaseModel):
    """What the gate says."""

    model_config = ConfigDict(frozen=True)

    passed: bool
    seconds: float
    held: tuple[Held, ...]
    """In the order of the limits."""
    unlimited: tuple[str, ...] = ()
    """Figures that have no limit."""


def kept_limits(path: Path = KEPT) -> Limits:
    """The limits in a file.

    Raises:
        DatasetMissing: There is no such file.
        DatasetDamaged: It holds no limits.
    """
    try:
        return Limits.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise DatasetMissing(f"There is no {path}; `docai eval gate --write` makes one.", path=str(path)) from None
    except ValidationError as error:
        raise DatasetDamaged(f"{path} holds no limits: {error}.", path=str(path)) from None


def judged(figures: Sequence[Figure], limits: Limits, seconds: float) -> Outcome:
    """Hold figures to limits: a figure that left its interval, or is not there, fails the gate."""
    values = {figure.name: figure.value for figure in figures}
    held = tuple(_held(limit, values.get(limit.figure)) for limit in limits.limits)
    limited = {limit.figure for limit in limits.limits}
    return Outcome(
        passed=all(each.is_held for each in held),
        seconds=round(seconds, 1),
        held=held,
        unlimited=tuple(name for name in values if name not in limited),
    )


def proposed(figures: Sequence[Figure]) -> Limits:
    """Limits for figures as they are now, with a margin on the side that is worse; the better side is left open.

    The margin is the largest of 0.01, what three units of the figure are worth, and half of what it lacks to a flawless
    reading: another processor's rounding turns single marks and words, and more of them where print is hard to read.
    A figure so bad that it could not leave its limits gets none.
    """
    found = (_proposed(figure) for figure in figures)
    return Limits(limits=tuple(limit for limit in found if limit.low > 0.0 or limit.high < 1.0))


def _held(limit: Limit, value: float | None) -> Held:
    return Held(limit=limit, value=value, is_held=value is not None and limit.low <= value <= limit.high)


def _proposed(figure: Figure) -> Limit:
    margin = max(_LEAST, _UNITS / figure.n, _OF_LOSS * abs(figure.best - figure.value))
    guards = _GUARDS[figure.name.partition(".")[0]]
    why = f"{guards} Was {figure.value:.4f} of {figure.n:,} {figure.unit}."
    if figure.best == 0.0:
        return Limit(figure=figure.name, low=0.0, high=round(figure.value + margin, 4), why=why)
    return Limit(figure=figure.name, low=round(max(0.0, figure.value - margin), 4), high=1.0, why=why)
