"""What made a hit's scores, as lines for people."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from docai.cli.output import shown
from docai.domain.explanations import Explanation

MAX_TOKENS = 8
"""Tokens and terms shown of each score, those that add most; `--json` has them all."""


def explanation_lines(explanation: Explanation) -> list[Text]:
    """A line for each score that there is: the fused one, MaxSim in its two stages, BM25."""
    lines = []
    if explanation.rankings:
        parts = ((f"{part.ranking.replace('_', ' ')} {part.rank}.", part.score) for part in explanation.rankings)
        lines.append(f"fused: {_sum(parts, digits=4)}")
    if explanation.late_interaction_score is not None:
        first = explanation.candidate_score
        means = "" if first is None else f" (by the means of runs {first:.2f})"
        tokens = (
            (token.token if token.word is None else f"{token.token} by {token.word}", token.score)
            for token in explanation.tokens
        )
        lines.append(f"late interaction {explanation.late_interaction_score:.2f}{means}: {_sum(tokens)}")
    if explanation.text_score is not None:
        terms = ((term.term, term.score) for term in explanation.terms)
        lines.append(f"BM25 {explanation.text_score:.2f}: {_sum(terms)}")
    return [Text(shown(line), "dim") for line in lines]


def _sum(parts: Iterable[tuple[str, float]], *, digits: int = 2) -> str:
    """What a score is the sum of, the most first."""
    most_first = sorted(parts, key=lambda part: -part[1])
    said = [f"{name} {score:.{digits}f}" for name, score in most_first[:MAX_TOKENS]]
    left = most_first[MAX_TOKENS:]
    if left:
        said.append(f"{len(left)} others {sum(score for _, score in left):.{digits}f}")
    return " + ".join(said) or "nothing"
