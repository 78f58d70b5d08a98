"""Answers over decks of slides, and the slides that hold them (SlideVQA)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from docai.evaluation.metrics.anls import anls
from docai.evaluation.metrics.slidevqa import answer_words, overlap
from docai.evaluation.metrics.squad import exact_match, token_f1
from docai.evaluation.predictions import Prediction
from docai.evaluation.samples import Sample
from docai.evaluation.scoring.scorer import ItemScore, Scored, mean_figures


class SlideTruth(BaseModel):
    """A question's answer, and the slides that it takes."""

    model_config = ConfigDict(frozen=True)

    answer: str
    evidence_pages: tuple[int, ...] = Field(min_length=1)
    """1-based, ascending."""


@dataclass(frozen=True, slots=True)
class SlideAnswers:
    """Figures of SlideVQA's `evaluate.py` (Tanaka et al., AAAI 2023).

    `f1` and `exact_match` of the answer's words, `evidence_f1` and `evidence_exact_match` of the slides that are cited,
    whatever their order (the script minds it), `joint_f1` and `joint_exact_match` of both. `f1_squad`,
    `exact_match_squad` and `anls` fold answers as SQuAD and DocVQA do. Nothing answered scores 0 everywhere.
    """

    primary: str = "f1"

    def score(self, sample: Sample, prediction: Prediction) -> ItemScore:
        """See `Scorer`."""
        truth = SlideTruth.model_validate(sample.truth)
        question, text = sample.question or "", prediction.answer_text
        words = overlap(answer_words(text or "", question), answer_words(truth.answer, question))
        cited = _cited_pages(prediction)
        slides = overlap(cited, sorted(set(truth.evidence_pages)))
        both = words.joined(slides)
        values = {
            "f1": words.f1,
            "exact_match": float(words.is_exact),
            "evidence_f1": slides.f1,
            "evidence_exact_match": float(slides.is_exact),
            "joint_f1": both.f1,
            "joint_exact_match": float(both.is_exact),
            "f1_squad": 0.0 if text is None else token_f1(text, [truth.answer]),
            "exact_match_squad": float(text is not None and exact_match(text, [truth.answer])),
            "anls": 0.0 if text is None else anls(text, [truth.answer]),
        }
        return ItemScore(values, {"cited_pages": cited})

    def figures(self, scored: Sequence[Scored]) -> dict[str, float]:
        """Means over questions."""
        return mean_figures(scored)

    def truth_text(self, sample: Sample) -> str:
        """The answer with its slides."""
        truth = SlideTruth.model_validate(sample.truth)
        return _told(truth.answer, truth.evidence_pages)

    def prediction_text(self, prediction: Prediction) -> str:
        """The answer with the slides cited."""
        if prediction.answer_text is None:
            return "no answer"
        return _told(prediction.answer_text, _cited_pages(prediction))


def _cited_pages(prediction: Prediction) -> list[int]:
    """Each once, ascending; a sample has one deck."""
    answer = prediction.answer
    if answer is None or not answer.answerable:
        return []
    return sorted({citation.page_number for citation in answer.citations})


def _told(answer: str, pages: Sequence[int]) -> str:
    return f"{answer} (slides {', '.join(map(str, pages))})" if pages else answer
