"""Items as HTML: page with its evidence marked, question, truth, answer, quotes with their verdicts, score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from docai.evaluation.reporting.embedded_pictures import data_uri
from docai.evaluation.reporting.item_scores import RIGHT
from docai.evaluation.reporting.page_frame import listed, text
from docai.evaluation.reporting.report import Item, Quote

_MOST_PICTURES = 2


def article(item: Item, pictures: Sequence[bytes]) -> str:
    """One item.

    Args:
        item: What is told of it.
        pictures: Of its pages, any kind that Pillow reads; the first ones are shown.
    """
    is_bad = item.score is not None and item.score < RIGHT
    score = "no score" if item.score is None else f"score {item.score:.3f}"
    body = "".join(_body(item))
    images = "".join(
        f'<img alt="A page of {text(item.sample_id)}, evidence marked" src="{data_uri(picture)}">'
        for picture in pictures[:_MOST_PICTURES]
    )
    return "\n".join(
        (
            f'<article{" class=bad" if is_bad else ""} data-sample="{text(item.sample_id)}">',
            f"<h3>{text(item.sample_id)} <span>{score}</span></h3>",
            f"<div><div>{body}</div>{f'<div>{images}</div>' if images else ''}</div>",
            "</article>",
        )
    )


def _body(item: Item) -> Iterator[str]:
    told = [("question", item.question)] if item.question is not None else []
    told += [("truth", item.truth), ("docai", item.said)]
    if item.abstained is not None:
        told.append(("declined", item.abstained or "without a reason"))
    if item.failure is not None:
        told.append(("failed", item.failure))
    if item.confidence is not None:
        told.append(("sure", f"{item.confidence:.0%}"))
    told += [("evidence", _quoted(quote)) for quote in item.quotes]
    if len(item.values) > 1:
        told.append(("metrics", ", ".join(f"{name} {value:.3f}" for name, value in item.values.items())))
    if item.categories:
        told.append(("categories", ", ".join(f"{name}: {value}" for name, value in item.categories.items())))
    if item.files:
        told.append(("files", ", ".join(item.files)))
    told.append(("seconds", f"{item.seconds:.2f}"))
    yield listed(told)


def _quoted(quote: Quote) -> str:
    place = ", ".join(
        each for each in (quote.of, quote.document, f"page {quote.page}" if quote.page is not None else None) if each
    )
    verdict = f" ({quote.verdict.value.replace('_', ' ')})" if quote.verdict is not None else ""
    return f"“{quote.text}”{verdict} {place}".rstrip()
