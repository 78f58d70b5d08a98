"""Whether what a model said is a reading of what it was shown; if not, what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

from docai.checks.loops import leaks_prompt, runs_in_circles
from docai.dialects import dialect_named
from docai.dialects.dialect import Shown
from docai.domain.attempts import Outcome
from docai.domain.generations import Generation, StopReason
from docai.domain.readings import Reading
from docai.domain.sights import Purpose, TokenPlan
from docai.errors import EngineUnavailable, ReplyUnreadable, TokenBudgetExceeded

_FAILED = {
    StopReason.LENGTH: (Outcome.LENGTH, "The model was cut off before it was done."),
    StopReason.REPETITION: (Outcome.REPETITION, "The engine saw the model run in circles."),
    StopReason.FILTERED: (Outcome.FILTERED, "The provider withheld the text."),
}


class ReadingCancelled(Exception):
    """The model was told to stop, since nobody waits for what it reads."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one try."""

    outcome: Outcome
    reading: Reading | None = None
    """Also of a reading that says that the page must be turned."""
    message: str = ""


def judge(
    generation: Generation, plan: TokenPlan, *, dialect: str, prompt: str, printed: str, is_turnable: bool
) -> Judged:
    """What became of a try.

    Args:
        generation: what the engine gave.
        plan: how the image was shown.
        dialect: in which the model was to answer.
        prompt: what it was told.
        printed: the witness' words within what was shown; empty where there are none.
        is_turnable: whether it would be turned if the model asked for it.

    Raises:
        EngineUnavailable: the engine could not take the request for a reason that passes.
        ReadingCancelled: the engine was told to stop.
    """
    if generation.stop is StopReason.CANCELLED:
        raise ReadingCancelled
    if generation.stop is StopReason.ERROR:
        return _engine_error(generation)
    if generation.stop in _FAILED:
        outcome, message = _FAILED[generation.stop]
        return Judged(outcome, message=message)
    if runs_in_circles(generation.text):
        return Judged(Outcome.REPETITION, message="The text ends in a piece that it repeats again and again.")
    if leaks_prompt(prompt, generation.text, printed):
        return Judged(Outcome.PROMPT_LEAK, message="The text repeats what was asked.")
    if not generation.text.strip() and plan.purpose is not Purpose.LAYOUT:
        return _checked(Reading(blocks=()), plan, printed)
    shown = Shown(width_px=plan.sight.seen_width_px, height_px=plan.sight.seen_height_px)
    try:
        reading = dialect_named(dialect).read(generation.text, shown)
    except ReplyUnreadable as error:
        return Judged(Outcome.UNREADABLE, message=error.message)
    if is_turnable and reading.rotation:
        return Judged(Outcome.ROTATED, reading, f"The model says to turn it by {reading.rotation} degrees.")
    if reading.is_truncated:
        return Judged(Outcome.UNREADABLE, message="The text breaks off, although the model said that it was done.")
    return _checked(reading, plan, printed)


def _engine_error(generation: Generation) -> Judged:
    trouble = generation.error
    if trouble is None:
        return Judged(Outcome.ENGINE_ERROR, message="The engine gave nothing, and no reason.")
    if trouble.retryable:
        raise EngineUnavailable(trouble.message)
    is_too_long = trouble.code == TokenBudgetExceeded.code
    return Judged(Outcome.REFUSED if is_too_long else Outcome.ENGINE_ERROR, message=trouble.message)


def _checked(reading: Reading, plan: TokenPlan, printed: str) -> Judged:
    """A reading that is whole: whether it says anything, and of what was asked for."""
    missing = _missing(reading, plan.purpose)
    if missing:
        return Judged(Outcome.UNREADABLE if reading.blocks else Outcome.EMPTY, message=missing)
    says = any(block.text.strip() or block.table or block.chart for block in reading.blocks)
    if not says and printed and plan.purpose not in {Purpose.LAYOUT, Purpose.PICTURE}:
        return Judged(Outcome.EMPTY, message="The model saw nothing where there is print.")
    return Judged(Outcome.READ, reading, " ".join(reading.problems))


def _missing(reading: Reading, purpose: Purpose) -> str:
    if purpose is Purpose.LAYOUT and not any(block.box for block in reading.blocks):
        return "The model found no block, or said of none where it stands."
    if purpose is Purpose.TABLE and not any(block.table for block in reading.blocks):
        return "The model gave no table."
    if purpose is Purpose.CHART and not any(block.chart for block in reading.blocks):
        return "The model gave no chart."
    return ""
