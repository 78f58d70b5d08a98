"""The chores of every process that may do upkeep: which there are, and how often."""

from __future__ import annotations

from collections.abc import Callable

from docai.pipeline.parts import Parts
from docai.pipeline.sweep import Sweeper
from docai.settings import Settings


def chores(settings: Settings, parts: Parts) -> dict[str, tuple[float, Callable[[], object]]]:
    """Name to seconds between two runs, and what is done; two processes that do the same do no harm."""
    sweeper = Sweeper(parts.records, parts.doorbell)
    return {"sweep": (settings.worker.sweep_s, sweeper.sweep)}
