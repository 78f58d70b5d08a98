"""Items for people: which are shown, and what is told of each."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from docai.evaluation.predictions import Prediction
from docai.evaluation.reporting.item_scores import item_score
from docai.evaluation.reporting.report import Item, Quote
from docai.evaluation.scoring.scorer import Scored, Scorer

_FULL = 1.0 - 1e-9
_MOST_QUOTES = 12


def chosen(
    scored: Sequence[Scored], primary: str, *, n_worst: int, n_others: int, seed: int
) -> tuple[list[Scored], list[Scored]]:
    """The worst ones, lowest score first and failures before others of the same score; and some of the rest.

    Args:
        scored: All of a run.
        primary: The scorer's.
        n_worst: At most so many; those with a full score are not among them.
        n_others: At most so many, drawn by lot and given in the set's order.
        seed: Of the lot.
    """
    scores = [item_score(each.score, primary) for each in scored]
    ranked = sorted(
        (score, each.prediction.failure is None, place)
        for place, (score, each) in enumerate(zip(scores, scored, strict=True))
        if score is not None and score < _FULL
    )
    worst = [place for *_, place in ranked[:n_worst]]
    rest = sorted(set(range(len(scored))) - set(worst))
    others = sorted(random.Random(seed).sample(rest, min(n_others, len(rest))))  # noqa: S311 - no secret
    return [scored[place] for place in worst], [scored[place] for place in others]


def item_of(scored: Scored, scorer: Scorer) -> Item:
    """What is told of one."""
    sample, prediction = scored.sample, scored.prediction
    answer = prediction.answer
    return Item(
        sample_id=sample.id,
        score=item_score(scored.score, scorer.primary),
        values=scored.score.values,
        question=sample.question,
        truth=scorer.truth_text(sample),
        said=scorer.prediction_text(prediction),
        abstained=(answer.reason or "") if answer is not None and not answer.answerable else None,
        failure=f"{prediction.failure.code}: {prediction.failure.message}" if prediction.failure else None,
        confidence=answer.confidence if answer is not None else None,
        quotes=tuple(_quotes(prediction))[:_MOST_QUOTES],
        files=tuple(file.name for file in sample.files),
        categories=dict(sample.categories),
        seconds=prediction.seconds,
    )


def _quotes(prediction: Prediction) -> Iterator[Quote]:
    for citation in prediction.answer.citations if prediction.answer else ():
        yield Quote(
            of=None,
            document=citation.document_name,
            page=citation.page_number,
            text=citation.quote,
            verdict=citation.evidence.verdict,
        )
    for field in prediction.extraction.fields if prediction.extraction else ():
        if field.value is not None:
            yield Quote(
                of=field.path,
                document=None,
                page=field.page_number,
                text=field.text or str(field.value),
                verdict=field.evidence.verdict if field.evidence else None,
            )
