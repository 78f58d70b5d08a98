"""OCRBench v2: averages by ability, and the English and Chinese figures that are quoted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from statistics import fmean

from pydantic import BaseModel, ConfigDict

_ABILITIES = {
    "text_recognition": ("text recognition", "fine-grained text recognition", "full-page OCR"),
    "text_detection": ("text grounding", "VQA with position"),
    "text_spotting": ("text spotting",),
    "relationship_extraction": (
        "key information extraction",
        "key information mapping",
        "handwritten answer extraction",
    ),
    "element_parsing": ("document parsing", "chart parsing", "table parsing", "formula recognition"),
    "mathematical_calculation": ("math QA", "text counting"),
    "visual_text_understanding": ("document classification", "cognition VQA", "diagram QA"),
    "knowledge_reasoning": (
        "reasoning VQA",
        "science QA",
        "APP agent",
        "ASCII art classification",
        "text translation",
    ),
}
_ABILITY_OF = {task: ability for ability, tasks in _ABILITIES.items() for task in tasks}
_LANGUAGES = ("en", "cn")


class OcrBenchV2Totals(BaseModel):
    """Figures of one language, each 0 to 1."""

    model_config = ConfigDict(frozen=True)

    abilities: dict[str, float]
    """Mean over the questions of each ability that has any."""
    overall: float
    """Mean over these abilities, large or small."""


def ocrbench_v2_totals(scores: Iterable[tuple[str, float]]) -> dict[str, OcrBenchV2Totals]:
    """Figures by language, `en` and `cn`, of those that have questions (`eval_scripts/get_score.py`).

    Args:
        scores: For each question its `type`, such as `math QA en`, and its score; ignored questions left out.

    Raises:
        ValueError: when a type is none of the benchmark's.
    """
    found: defaultdict[str, defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for kind, score in scores:
        task, _, language = kind.rpartition(" ")
        if language not in _LANGUAGES or task not in _ABILITY_OF:
            raise ValueError(f"OCRBench v2 has no question type {kind!r}")
        found[language][_ABILITY_OF[task]].append(score)
    totals = {}
    for language in (each for each in _LANGUAGES if each in found):
        abilities = {ability: fmean(found[language][ability]) for ability in _ABILITIES if ability in found[language]}
        totals[language] = OcrBenchV2Totals(abilities=abilities, overall=fmean(abilities.values()))
    return totals
