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
from docai.query.extract_types import AnswerType, has_title, typed_spans, years
from docai.terms import terms, tokens

_PROSE = frozenset(
    {
        BlockKind.TITLE, BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.CAPTION,
        BlockKind.FOOTNOTE, BlockKind.FIGURE, BlockKind.HEADER, BlockKind.FOOTER,
    }
)  # fmt: skip
_RUNNING = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM})
_SENTENCE_FACTOR = 0.95
"""A sentence says an answer less exactly than a label or a header."""
_ONE_WORD_FACTOR = 0.85
"""A single capitalised word is less surely a name than two."""
_PLAIN_FACTOR = 0.8
"""So is a name without a title where another one has one."""
_RIGHT_YEAR_FACTOR = 1.25
"""Where a list gives a value to each year, the one of the year asked for is right, however far it stands."""
_OTHER_YEAR_FACTOR = 0.6
"""What is left of a value that a list gives to another year."""
_WHOLE_FACTOR = 0.8
"""A whole sentence is a less exact answer than a part of it."""
_LEAST_SHARE = 0.3
"""Sentences that say less of what is asked are not looked at."""
_NOT = re.compile(r"\b(?:not|no|never|cannot|neither|nor|without|isn't|doesn't|don't|didn't)\b", re.IGNORECASE)
_YES_SHARE = 0.85
"""A statement must say nearly all of a yes-or-no question to answer it."""
_LINK = re.compile(
    r"\b(?:is|are|was|were|means|refers to|consists? of|includes?|named|called|became|remains?|serves? as)\b",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^[\W\d]*(?P<label>[^\W\d][^:.;]{0,40}):\s")
"""A short label before a colon."""
_EDGE = re.compile(r"^[\s,;:()\-\u2013\u2022]+|[\s,;:.()]+$")
_REACH = 12
"""Words over which nearness to the question's terms counts."""


def span_candidates(
    asked: Asked, blocks: Sequence[Block], words: Sequence[Word], page: Surroundings
) -> Iterator[Candidate]:
    """The parts of the page's sentences that may answer the question."""
    for heading, word_ids in _prose(blocks, words):
        before: Set[str] = set()
        for sentence in sentences(words, word_ids):
            here = set(sentence.terms)
            if sum(asked.weights.get(term, 0.0) for term in here | before) >= _LEAST_SHARE:
                yield from _of_sentence(asked, sentence, page.closer(here=here, near=heading | before))
            before = here


def _prose(blocks: Sequence[Block], words: Sequence[Word]) -> list[tuple[Set[str], list[int]]]:
    """Each text with the terms of its heading; what breaks off in mid-sentence goes on in the next paragraph."""
    found: list[tuple[Set[str], list[int]]] = []
    heading: Set[str] = set()
    is_open = False
    for block in blocks:
        if block.level is not None:
            heading = set(terms(block.text))
        if block.kind not in _PROSE or not block.word_ids:
            continue
        goes_on = block.kind in _RUNNING and words[block.word_ids[0]].text[:1].islower()
        if is_open and goes_on:
            found[-1][1].extend(block.word_ids)
        else:
            found.append((heading, list(block.word_ids)))
        is_open = block.kind in _RUNNING
    return found


def _of_sentence(asked: Asked, sentence: Passage, around: Surroundings) -> Iterator[Candidate]:
    if asked.answer_type is AnswerType.YES_NO:
        yield from _statement(asked, sentence, around)
        return
    if asked.answer_type is AnswerType.TEXT:
        yield from _clause(asked, sentence, around)
        return
    base = agreement(asked, around, is_right_type=True) * _SENTENCE_FACTOR
    found = typed_spans(sentence.text, asked.answer_type)
    if asked.answer_type is AnswerType.NAME:
        found = [_trimmed(asked, sentence.text, *span) for span in found]
    found = [span for span in found if not set(terms(sentence.text[slice(*span)])) <= asked.weights.keys()]
    factors = _factors(asked, sentence.text, found)
    for span, factor in zip(found, factors, strict=True):
        score = base * (0.8 + 0.2 * _nearness(asked, sentence.text, *span))
        yield _candidate(sentence, *span, min(base, score * factor))


def _factors(asked: Asked, text: str, found: Sequence[tuple[int, int]]) -> list[float]:
    """How much less likely each span of a sentence is than its best ones, by what the others are."""
    if asked.answer_type is AnswerType.NAME:
        titled = [has_title(text[slice(*span)]) for span in found]
        plain = _PLAIN_FACTOR if any(titled) else 1.0
        return [
            (1.0 if is_titled else plain) * (1.0 if " " in text[slice(*span)] else _ONE_WORD_FACTOR)
            for span, is_titled in zip(found, titled, strict=True)
        ]
    matched = _respective(asked, text, found)
    if matched is None:
        return [1.0] * len(found)
    return [_RIGHT_YEAR_FACTOR if span == matched else _OTHER_YEAR_FACTOR for span in found]


def _trimmed(asked: Asked, text: str, start: int, end: int) -> tuple[int, int]:
    """A name without the words at its edges that the question says: `Ann Lee Director`, asked for the director."""
    parts = [(start + m.start(), start + m.end()) for m in re.finditer(r"\S+", text[start:end])]
    while parts and set(terms(text[slice(*parts[-1])])) & asked.weights.keys():
        parts.pop()
    while parts and set(terms(text[slice(*parts[0])])) & asked.weights.keys():
        parts.pop(0)
    return (parts[0][0], parts[-1][1]) if parts else (start, end)


def _respective(asked: Asked, text: str, found: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Of as many values as years, the one of the year asked for: `$1, $2 and $3 in 2015, 2016 and 2017`."""
    named = years(text)
    values = [span for span in found if span not in named]
    wanted = [k for k, span in enumerate(named) if text[slice(*span)] in asked.weights]
    if len(named) < 2 or len(named) != len(values) or len(wanted) != 1:
        return None
    is_apart = values[-1][1] <= named[0][0] or named[-1][1] <= values[0][0]
    return values[wanted[0]] if is_apart else None


def _nearness(asked: Asked, text: str, start: int, end: int) -> float:
    """1 where the question's terms stand right beside the span, 0 where they are far; a word like `name` counts too."""
    cues = dict(asked.weights) | dict.fromkeys(asked.type_terms - asked.weights.keys(), 0.5)
    total = 0.0
    before, after = tokens(text[:start])[::-1], tokens(text[end:])
    for term, weight in cues.items():
        places = [k for side in (before, after) for k, token in enumerate(side) if token.term == term]
        if places:
            total += weight * max(0.0, 1 - min(places) / _REACH)
    return min(1.0, total)


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
    label = _LABEL.match(text)
    if label and _says_less(asked, label["label"], text[label.end() :]):
        yield _candidate(sentence, *label.span("label"), score)
        return
    for link in _LINK.finditer(text):
        subject, rest = set(terms(text[: link.start()])), terms(text[link.end() :])
        if rest and sum(asked.weights.get(t, 0.0) for t in subject) > 0.6 * sum(
            asked.weights.get(t, 0.0) for t in around.here
        ):
            yield _candidate(sentence, link.end(), len(text), score)
            return
    yield _candidate(sentence, 0, len(text), score * _WHOLE_FACTOR)


def _says_less(asked: Asked, label: str, rest: str) -> bool:
    """Whether what is asked stands behind a label, so that the label is the answer."""
    before, behind = (sum(asked.weights.get(t, 0.0) for t in set(terms(part))) for part in (label, rest))
    return before < 0.5 * behind and bool(set(terms(label)) - asked.weights.keys())


def _candidate(sentence: Passage, start: int, end: int, score: float) -> Candidate:
    raw = sentence.text[start:end]
    lead = len(raw) - len(raw.lstrip(" ,;:-\u2013\u2022"))
    text = _EDGE.sub("", raw) if raw.count("(") == raw.count(")") and not raw.startswith("(") else raw.strip()
    ids = sentence.ids_between(start + lead, end)
    boxes = Passage(sentence.words, ids)
    return Candidate(AnswerKind.SPAN, text, ids, boxes.box, sentence.word_ids, None, score)
