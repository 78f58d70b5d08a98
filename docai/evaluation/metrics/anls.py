"""ANLS: how near a short answer comes to the nearest of its accepted answers, in edits."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from rapidfuzz.distance import Levenshtein

_LEAST = 0.5
"""Below this similarity an answer counts as wrong and not as misread (tau of Biten et al. 2019)."""


class AnlsRule(StrEnum):
    """Which implementation's boundary, folding and lengths are meant."""

    OFFICIAL = "official"
    """Script of the DocVQA and InfographicVQA servers (rrc.cvc.uab.es, challenge 17): case and runs of blanks folded,
    a similarity of exactly 0.5 kept."""
    PAPER = "paper"
    """Formula of the paper: as official, but a similarity of exactly 0.5 is 0, since the distance must be below 0.5."""
    MMLONGBENCH = "mmlongbench"
    """`eval/eval_score.py` of MMLongBench-Doc: nothing is folded and exactly 0.5 is 0."""
    HARNESS = "harness"
    """VLMEvalKit (`vqa_eval.py`) and lmms-eval (`metrics.py`): as official, but edits of the folded texts are divided
    by the length of the unfolded ones, so that blanks around an answer raise its score."""


def anls(prediction: str, answers: Sequence[str], rule: AnlsRule = AnlsRule.OFFICIAL) -> float:
    """Average normalised Levenshtein similarity of one question (Biten et al., ICCV 2019), 0 to 1.

    Args:
        prediction: What was answered.
        answers: All accepted answers; the nearest counts.
        rule: Which implementation is followed.

    Raises:
        ValueError: when there are no accepted answers.
    """
    if not answers:
        raise ValueError("ANLS needs at least one accepted answer")
    best = max(_similarity(prediction, answer, rule) for answer in answers)
    keeps_boundary = rule in (AnlsRule.OFFICIAL, AnlsRule.HARNESS)
    return best if best > _LEAST or (keeps_boundary and best == _LEAST) else 0.0


def _similarity(prediction: str, answer: str, rule: AnlsRule) -> float:
    one, other = prediction, answer
    if rule is not AnlsRule.MMLONGBENCH:
        one, other = _folded(one), _folded(other)
    longest = max(len(prediction), len(answer)) if rule is AnlsRule.HARNESS else max(len(one), len(other))
    return 1.0 - Levenshtein.distance(one, other) / longest if longest else 1.0


def _folded(text: str) -> str:
    return " ".join(text.lower().split())
