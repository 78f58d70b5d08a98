"""Spans: the part of a sentence that says what is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set

from docai.domain.answers import AnswerKind
from docai.domain.parses import Block, BlockKind
from docai.domain.words import Word
from docai.query.extract_candidates import Candidate, Surroundings, agreement
from docai.query.extract_passages import Passage, sentences
from docai.query.extract_question import Asked
from docai.query.extract_types import AnswerType, typed_spans
from docai.terms import terms, tokens

_PROSE = frozenset(
    {
        BlockKind.TITLE, BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.CAPTION,
        BlockKind.FOOTNOTE, BlockKind.FIGURE, BlockKind.HEADER, BlockKind.FOOTER,
    }
)  # fmt: skip
_SENTENCE_FACTOR = 0.95
"""A sentence says an answer less exactly than a label or a header."""
_LEAST_SHARE = 0.3
"""Sentences that say less of what is asked are not looked at."""
_NOT = re.compile(r"\b(?:not|no|never|cannot|neither|nor|without|isn't|doesn't|don't|didn't)\b", re.IGNORECASE)
_YES_SHARE = 0.85
"""A statement must say nearly all of a yes-or-no question to answer it."""
_LINK = re.compile(
    r"\b(?:is|are|was|were|means|refers to|consists? of|includes?|named|called|became|remains?|serves? as)\b",
    re.IGNORECASE,
)
_EDGE = re.compile(r"^[\s,;:()\-\u2013\u2022]+|[\s,;:.()]+$")
_REACH = 12
"""Words over which nearness to the question's terms counts."""


def span_candidates(
    asked: Asked, blocks: Sequence[Block], words: Sequence[Word], page_terms: Set[str]
) -> Iterator[Candidate]:
    """The parts of the page's sentences that may answer the question."""
    heading: Set[str] = set()
    for block in blocks:
        if block.level is not None:
            heading = set(terms(block.text))
        if block.kind not in _PROSE or not block.word_ids:
            continue
        before: Set[str] = set()
        for sentence in sentences(words, block.word_ids):
            here = set(sentence.terms)
            if sum(asked.weights.get(term, 0.0) for term in here | before) >= _LEAST_SHARE:
                yield from _of_sentence(asked, sentence, Surroundings(here, heading | before, page_terms))
            before = here


def _of_sentence(asked: Asked, sentence: Passage, around: Surroundings) -> Iterator[Candidate]:
    if asked.answer_type is AnswerType.YES_NO:
        yield from _statement(asked, sentence, around)
        return
    if asked.answer_type is AnswerType.TEXT:
        yield from _clause(asked, sentence, around)
        return
    base = agreement(asked, around, is_right_type=True) * _SENTENCE_FACTOR
    asked_for = asked.text.casefold()
    for start, end in typed_spans(sentence.text, asked.answer_type):
        text = sentence.text[start:end]
        if text.casefold() in asked_for or set(terms(text)) <= asked.weights.keys():
            continue
        score = base * (0.8 + 0.2 * _nearness(asked, sentence.text, start, end))
        yield _candidate(sentence, start, end, score)


def _nearness(asked: Asked, text: str, start: int, end: int) -> float:
    """1 where the question's terms stand right beside the span, 0 where they are far."""
    total = 0.0
    before, after = tokens(text[:start])[::-1], tokens(text[end:])
    for term, weight in asked.weights.items():
        places = [k for side in (before, after) for k, token in enumerate(side) if token.term == term]
        if places:
            total += weight * max(0.0, 1 - min(places) / _REACH)
    return total


def _statement(asked: Asked, sentence: Passage, around: Surroundings) -> Iterator[Candidate]:
    """Yes or no, where a sentence says all that is asked."""
    share = sum(weight for term, weight in asked.weights.items() if term in around.here)
    if share < _YES_SHARE:
        return
    is_denied = bool(_NOT.search(sentence.text)) != bool(_NOT.search(asked.text))
    score = agreement(asked, around, is_right_type=True) * _SENTENCE_FACTOR
    yield Candidate(
        kind=AnswerKind.SPAN,
        text="No" if is_denied else "Yes",
        word_ids=sentence.word_ids,
        box=sentence.box,
        quote_ids=sentence.word_ids,
        evidence=None,
        score=score,
    )


def _clause(asked: Asked, sentence: Passage, around: Surroundings) -> Iterator[Candidate]:
    """What a sentence says of its subject: the part behind `is` and the like, else the whole sentence."""
    score = agreement(asked, around, is_right_type=True) * _SENTENCE_FACTOR
    text = sentence.text
    if set(sentence.terms) <= asked.weights.keys() or len(sentence.word_ids) < 3:
        return
    for link in _LINK.finditer(text):
        subject, rest = set(terms(text[: link.start()])), terms(text[link.end() :])
        if rest and sum(asked.weights.get(t, 0.0) for t in subject) > 0.6 * sum(
            asked.weights.get(t, 0.0) for t in around.here
        ):
            yield _candidate(sentence, link.end(), len(text), score)
            return
    yield _candidate(sentence, 0, len(text), score * 0.9)


def _candidate(sentence: Passage, start: int, end: int, score: float) -> Candidate:
    raw = sentence.text[start:end]
    lead = len(raw) - len(raw.lstrip(" ,;:-\u2013\u2022"))
    text = _EDGE.sub("", raw) if raw.count("(") == raw.count(")") and not raw.startswith("(") else raw.strip()
    ids = sentence.ids_between(start + lead, end)
    boxes = Passage(sentence.words, ids)
    return Candidate(AnswerKind.SPAN, text, ids, boxes.box, sentence.word_ids, None, score)
