"""The gate as a whole: draw, read, measure, judge."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from docai.evaluation.gate.drawn_set import GateDocument, drawn_set
from docai.evaluation.gate.figures import Figure, figures_of
from docai.evaluation.gate.limits import Limits, Outcome, judged
from docai.evaluation.gate.reading import read_set
from docai.settings import Settings


def hold(
    settings: Settings,
    limits: Limits,
    told: Callable[[str], None],
    documents: Sequence[GateDocument] | None = None,
) -> tuple[Outcome, list[Figure]]:
    """Measure the drawn set and hold it to limits.

    Args:
        settings: How pages are read, found and asked about.
        limits: That figures are held to.
        told: Hears what is done.
        documents: Another set of the same cases; None: the gate's own.

    Raises:
        ConfigurationError, StoreUnavailable: The system cannot be started.
    """
    start = time.perf_counter()
    figures = figures_of(read_set(drawn_set() if documents is None else documents, settings, told))
    return judged(figures, limits, time.perf_counter() - start), figures


def keep(folder: Path, outcome: Outcome, figures: Sequence[Figure]) -> None:
    """Write the set's PDFs, `figures.jsonl` and `outcome.json` into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for document in drawn_set():
        (folder / document.name).write_bytes(document.pdf)
    lines = "".join(figure.model_dump_json() + "\n" for figure in figures)
    (folder / "figures.jsonl").write_text(lines, encoding="utf-8")
    (folder / "outcome.json").write_text(outcome.model_dump_json(indent=1) + "\n", encoding="utf-8")
