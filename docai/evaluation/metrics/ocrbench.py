"""OCRBench v1: whether a reply holds one of the accepted answers, and the totals of a thousand questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict

_FORMULAS = "HME100k"
"""The one data set in which blanks are dropped and case matters, since its answers are LaTeX."""
_N_QUESTIONS = 1000
_RECOGNITION = frozenset(
    {
        "Regular Text Recognition",
        "Irregular Text Recognition",
        "Artistic Text Recognition",
        "Handwriting Recognition",
        "Digit String Recognition",
        "Non-Semantic Text Recognition",
    }
)
_OTHERS = (
    "Scene Text-centric VQA",
    "Doc-oriented VQA",
    "Key Information Extraction",
    "Handwritten Mathematical Expression Recognition",
)


class OcrBenchTotals(BaseModel):
    """Points by component."""

    model_config = ConfigDict(frozen=True)

    recognition: int
    """Of 300."""
    components: dict[str, int]
    """Points of the four others, by question type: of 200, 200, 200 and 100."""
    final: int
    """Of 1,000."""
    share: float
    """Final points by the number of questions given, 0 to 1; harnesses that print `Final Score Norm` mean 100 of it."""


def ocrbench_correct(prediction: str, answers: Sequence[str], dataset_name: str) -> bool:
    """Whether an accepted answer stands in the reply (Liu et al. 2024; `OCRBench/example.py`).

    Case is folded and line ends are blanks; for `HME100k` blanks are dropped and case stays. The empty answer stands in
    every reply, as in the script.

    Args:
        prediction: The whole reply.
        answers: All accepted answers.
        dataset_name: Field of the question.
    """

    def folded(text: str) -> str:
        plain = text.strip().replace("\n", " ")
        return plain.replace(" ", "") if dataset_name == _FORMULAS else plain.lower()

    return any(folded(answer) in folded(prediction) for answer in answers)


def ocrbench_totals(outcomes: Iterable[tuple[str, bool]]) -> OcrBenchTotals:
    """Points of a run, a point for each right answer.

    Args:
        outcomes: For each question its `type` and whether it was right.

    Raises:
        ValueError: when there are no questions, more than 1,000, or a type that the benchmark does not have.
    """
    recognition = n_questions = 0
    components = dict.fromkeys(_OTHERS, 0)
    for kind, is_right in outcomes:
        n_questions += 1
        if kind in _RECOGNITION:
            recognition += is_right
        elif kind in components:
            components[kind] += is_right
        else:
            raise ValueError(f"OCRBench has no question type {kind!r}")
    if not 0 < n_questions <= _N_QUESTIONS:
        raise ValueError(f"OCRBench has 1,000 questions, not {n_questions}")
    final = recognition + sum(components.values())
    return OcrBenchTotals(recognition=recognition, components=components, final=final, share=final / n_questions)
