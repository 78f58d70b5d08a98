"""Form values: AcroForm fields, `label: value`, and values printed beside or below their label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set

from docai.domain.answers import AnswerKind
from docai.domain.parses import Block
from docai.query.extract_candidates import Candidate, Surroundings, agreement, precision
from docai.query.extract_passages import Passage
from docai.query.extract_question import Asked
from docai.query.extract_types import AnswerType, is_of_type
from docai.terms import terms

_MOST_LABEL_WORDS = 8
"""A longer run of words is running text, not a label."""
_LEAST_PRECISION = 0.5
"""A label of which less is asked for names something else."""
_BELOW_FACTOR = 0.9
"""A value below its label is likelier to belong to something else than one beside it."""
_UNMARKED_FACTOR = 0.92
"""So is a value beside words that do not end in a colon."""
_LABELS_FACTOR = 0.7
"""Two runs of capitals side by side are the labels of two columns, more likely than label and value."""
_NEXT_LINES = 2.2
"""A value stands at most this many line heights below its label."""
_LABEL_END = re.compile(r"[:\uff1a]$")


def field_candidates(asked: Asked, blocks: Sequence[Block], page: Surroundings) -> Iterator[Candidate]:
    """The values of the page's form fields."""
    near: Set[str] = set()
    for block in blocks:
        if block.level is not None:
            near = set(terms(block.text))
        if block.label is None or not block.text.strip():
            continue
        label = set(terms(block.label))
        if not label & asked.weights.keys():
            continue
        around = page.closer(here=label, near=near)
        is_right_type = is_of_type(block.text, asked.answer_type)
        score = agreement(asked, around, is_right_type=is_right_type) * _by_precision(label, asked)
        yield Candidate(AnswerKind.FIELD, block.text, block.word_ids, block.box, block.word_ids, block.evidence, score)


def printed_candidates(asked: Asked, rows: Sequence[Sequence[Passage]], page: Surroundings) -> Iterator[Candidate]:
    """The values that printed lines place beside or below a label.

    Args:
        asked: the question.
        rows: the page's printed rows, each as pieces parted by wide gaps.
        page: what the page as a whole says.
    """
    if asked.answer_type is AnswerType.YES_NO:
        return
    for r, row in enumerate(rows):
        for k, piece in enumerate(row):
            label, rest = _parted(piece, asked)
            if len(label.word_ids) > _MOST_LABEL_WORDS or precision(label.terms, asked) < _LEAST_PRECISION:
                continue
            if not set(label.terms) & asked.weights.keys():
                continue
            marked = 1.0 if _LABEL_END.search(label.text) else _UNMARKED_FACTOR
            if rest is not None:
                yield from _printed(asked, label, rest, page, marked)
                continue
            below = _below(label, rows[r + 1 : r + 4])
            if k + 1 < len(row):
                beside = row[k + 1]
                is_label = below is not None and label.text.isupper() and beside.text.isupper()
                yield from _printed(asked, label, beside, page, marked * (_LABELS_FACTOR if is_label else 1.0))
            if below is not None:
                yield from _printed(asked, label, below, page, marked * _BELOW_FACTOR)


def _parted(piece: Passage, asked: Asked) -> tuple[Passage, Passage | None]:
    """Label and value of a piece: parted at its first colon, or behind the words that the question says.

    A piece with neither is a label whose value stands elsewhere.
    """
    words, ids = piece.words, piece.word_ids
    ends = (n for n, i in enumerate(ids[:-1], start=1) if _LABEL_END.search(words[i].text))
    n = next(ends, 0)
    if not n and len(ids) <= _MOST_LABEL_WORDS:
        said = [set(terms(words[i].text)) <= asked.weights.keys() for i in ids]
        n = said.index(False) if False in said else 0
    return (Passage(words, ids[:n]), Passage(words, ids[n:])) if n else (piece, None)


def _below(label: Passage, rows: Sequence[Sequence[Passage]]) -> Passage | None:
    """The piece right below a label that stands in its column."""
    box = label.box
    for row in rows:
        for piece in row:
            other = piece.box
            overlap = min(box.x1, other.x1) - max(box.x0, other.x0)
            if overlap > 0.5 * min(box.width, other.width) and other.y0 - box.y1 < _NEXT_LINES * box.height:
                return piece
    return None


def _printed(asked: Asked, label: Passage, value: Passage, page: Surroundings, factor: float) -> Iterator[Candidate]:
    if _LABEL_END.search(value.text) or set(value.terms) <= set(label.terms):
        return
    around = page.closer(here=set(label.terms))
    score = agreement(asked, around, is_right_type=is_of_type(value.text, asked.answer_type))
    yield Candidate(
        kind=AnswerKind.FIELD,
        text=value.text,
        word_ids=value.word_ids,
        box=value.box,
        quote_ids=(*label.word_ids, *value.word_ids),
        evidence=None,
        score=score * factor * _by_precision(label.terms, asked),
    )


def _by_precision(label: Sequence[str] | Set[str], asked: Asked) -> float:
    return 0.6 + 0.4 * precision(label, asked)
