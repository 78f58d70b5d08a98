"""OCRBench v2: which metric each of its tasks is scored by (`eval_scripts/eval.py`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from docai.evaluation.metrics.ocrbench_v2_answers import (
    VqaForm,
    choice_correct,
    count_score,
    exact_count_correct,
    formula_correct,
    handwritten_choice_correct,
    vqa_score,
)
from docai.evaluation.metrics.ocrbench_v2_boxes import GridBox, grounding_score, position_score
from docai.evaluation.metrics.ocrbench_v2_documents import document_similarity
from docai.evaluation.metrics.ocrbench_v2_pages import page_scores
from docai.evaluation.metrics.ocrbench_v2_replies import (
    chart_score,
    html_table_score,
    key_values_score,
    markdown_table_score,
)
from docai.evaluation.metrics.ocrbench_v2_spotting import SpottedText, around, spotted_texts, spotting_score

GROUNDING, POSITION, SPOTTING = "text grounding en", "VQA with position en", "text spotting en"
"""Tasks that ask for boxes."""
_SHORT_ANSWERS = "简答"
"""Stands in questions after handwritten answers of a sentence or more."""


class OcrBenchV2Truth(BaseModel):
    """A question's answer, with what its metric needs of the question."""

    model_config = ConfigDict(frozen=True)

    type: str
    """Task and language, such as `text grounding en`."""
    question: str
    answers: tuple[str, ...] = ()
    """Accepted answers; of charts and fields one object as JSON, of text grounding none."""
    eval: str | None = None
    """How a question is scored that is scored otherwise than its task."""
    box: GridBox | None = None
    """Of tasks that ask for one box."""
    boxes: tuple[tuple[int, ...], ...] = ()
    """Of text spotting: boxes or polygons, x and y by turns."""
    contents: tuple[str, ...] = ()
    """Of text spotting: what stands in them."""

    @model_validator(mode="after")
    def _can_be_scored(self) -> Self:
        if self.type not in TASKS:
            raise ValueError(f"OCRBench v2 has no question type {self.type!r}")
        if self.type in (GROUNDING, POSITION) and self.box is None:
            raise ValueError("it has no box")
        if self.type == SPOTTING and any(len(box) < 4 for box in self.boxes):
            raise ValueError("one of its boxes has fewer than two corners")
        if self.type not in (GROUNDING, SPOTTING) and not self.answers:
            raise ValueError("it has no answer")
        if self.type == "text counting en" and self.eval not in ("exact match", "regression"):
            raise ValueError(f"a count cannot be scored by {self.eval!r}")
        return self

    @property
    def is_ignored(self) -> bool:
        """Whether the official averages leave it out: an empty translation, and a table that nothing is asked of."""
        if self.type == "text translation cn":
            return not self.answers[0]
        return self.type == "table parsing en" and self.question in ("", "nan")

    @property
    def wants_html(self) -> bool:
        """Of tables: whether as HTML, else as Markdown; where the question says neither, as the answer is written."""
        asked = self.question.lower()
        is_unsaid = "html" not in asked and "markdown" not in asked
        return self.type.endswith("cn") or "html" in asked or (is_unsaid and "<t" in self.answers[0].lower())

    @property
    def spotted(self) -> list[SpottedText]:
        """Texts with the boxes around them; a box without a text, or a text without one, is passed over."""
        return [SpottedText(around(box), text) for box, text in zip(self.boxes, self.contents, strict=False)]


def task_score(reply: str, truth: OcrBenchV2Truth) -> float:
    """What a reply is worth, 0 to 1, by the metric of its task."""
    return TASKS[truth.type](reply, truth)


def _english(reply: str, truth: OcrBenchV2Truth) -> float:
    return _answer(reply, truth, VqaForm.ENGLISH)


def _chinese(reply: str, truth: OcrBenchV2Truth) -> float:
    return _answer(reply, truth, VqaForm.CHINESE)


def _answer(reply: str, truth: OcrBenchV2Truth, form: VqaForm) -> float:
    if truth.eval == "multiple choice":
        return float(choice_correct(reply, truth.answers[0]))
    return vqa_score(reply, truth.answers, VqaForm.CASE_SENSITIVE if truth.eval == "case sensitive" else form)


def _page(reply: str, truth: OcrBenchV2Truth) -> float:
    return page_scores(reply, truth.answers[0]).mean if truth.answers[0].strip() else 0.0


def _handwritten(reply: str, truth: OcrBenchV2Truth) -> float:
    if _SHORT_ANSWERS in truth.question:
        return _page(reply, truth)
    return float(handwritten_choice_correct(reply, truth.answers[0]))


def _count(reply: str, truth: OcrBenchV2Truth) -> float:
    if truth.eval == "exact match":
        return float(exact_count_correct(reply, truth.answers))
    return count_score(reply, truth.answers)


def _formula(reply: str, truth: OcrBenchV2Truth) -> float:
    return float(formula_correct(reply, truth.answers, is_chinese=truth.type.endswith("cn")))


def _table(reply: str, truth: OcrBenchV2Truth) -> float:
    return (html_table_score if truth.wants_html else markdown_table_score)(reply, truth.answers[0])


def _chart(reply: str, truth: OcrBenchV2Truth) -> float:
    return _or_nothing(chart_score, reply, truth)


def _document(reply: str, truth: OcrBenchV2Truth) -> float:
    return document_similarity(reply, truth.answers[0])


def _fields(reply: str, truth: OcrBenchV2Truth) -> float:
    return _or_nothing(key_values_score, reply, truth)


def _or_nothing(metric: Callable[[str, str], float], reply: str, truth: OcrBenchV2Truth) -> float:
    """As in the script, 0 where the published truth itself cannot be read."""
    try:
        return metric(reply, truth.answers[0])
    except ValueError:
        return 0.0


def _grounding(reply: str, truth: OcrBenchV2Truth) -> float:
    assert truth.box is not None
    return grounding_score(reply, truth.box)


def _position(reply: str, truth: OcrBenchV2Truth) -> float:
    assert truth.box is not None
    return position_score(reply, truth.answers, truth.box)


def _spotting(reply: str, truth: OcrBenchV2Truth) -> float:
    return spotting_score(spotted_texts(reply), truth.spotted)


TASKS: dict[str, Callable[[str, OcrBenchV2Truth], float]] = {
    "text recognition en": _english,
    "fine-grained text recognition en": _page,
    "full-page OCR en": _page,
    GROUNDING: _grounding,
    POSITION: _position,
    SPOTTING: _spotting,
    "key information extraction en": _fields,
    "key information mapping en": _fields,
    "document parsing en": _document,
    "chart parsing en": _chart,
    "table parsing en": _table,
    "formula recognition en": _formula,
    "math QA en": _english,
    "text counting en": _count,
    "document classification en": _english,
    "cognition VQA en": _english,
    "diagram QA en": _english,
    "reasoning VQA en": _english,
    "science QA en": _english,
    "APP agent en": _english,
    "ASCII art classification en": _english,
    "full-page OCR cn": _page,
    "key information extraction cn": _fields,
    "handwritten answer extraction cn": _handwritten,
    "document parsing cn": _document,
    "table parsing cn": _table,
    "formula recognition cn": _formula,
    "cognition VQA cn": _chinese,
    "reasoning VQA cn": _chinese,
    "text translation cn": _page,
}
"""All question types of the benchmark; ten thousand questions over 31 kinds of pictures."""
