"""What an evaluation leaves in a folder: its report, and what went wrong with a picture of each place."""

from __future__ import annotations

from pathlib import Path

from docai.domain.geometry import Box
from docai.errors import DocaiError
from docai.evaluation.fault_injection.figures import Miss, worst
from docai.evaluation.fault_injection.opening import Opener
from docai.evaluation.fault_injection.run import Evaluated

_MOST = 20
"""Misses of each set and kind that are kept, and as many values that are wrongly flagged."""


def keep(evaluated: Evaluated, folder: Path, opener: Opener) -> None:
    """Write `report.json`, `misses.jsonl` and, where the page can be drawn, `crops/`.

    Args:
        evaluated: what came of it.
        folder: made where it is not there.
        opener: draws pages.
    """
    crops = folder / "crops"
    crops.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(evaluated.report.model_dump_json(indent=2), encoding="utf-8")
    with (folder / "misses.jsonl").open("w", encoding="utf-8") as out:
        for number, miss in enumerate(worst(evaluated.misses, _MOST), start=1):
            out.write(_with_crop(miss, number, evaluated, crops, opener).model_dump_json() + "\n")


def _with_crop(miss: Miss, number: int, evaluated: Evaluated, crops: Path, opener: Opener) -> Miss:
    if miss.box is None:
        return miss
    x0, y0, x1, y1 = miss.box
    try:
        picture = opener.crop(
            evaluated.paths[miss.source, miss.name], miss.page_number, Box(x0=x0, y0=y0, x1=x1, y1=y1)
        )
    except DocaiError:
        return miss
    name = f"{number:04d}-{miss.source}-{miss.kind.value}.png"
    (crops / name).write_bytes(picture)
    return miss.model_copy(update={"crop": f"{crops.name}/{name}"})
