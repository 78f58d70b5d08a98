"""Answers made of true values with their true places, wrong ones made of them, and which of those are found out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from fractions import Fraction
from random import Random
from uuid import UUID

from docai.domain.answers import Answer, AnswerForm, Citation, Question, Step
from docai.domain.documents import Page, PageState
from docai.domain.evidence import Evidence, Verdict
from docai.domain.ids import AnswerId, DocumentId
from docai.evaluation.fault_injection.figures import Row, Share
from docai.evaluation.fault_injection.judging import Judged
from docai.evaluation.fault_injection.misreadings import with_wrong_digit
from docai.evaluation.fault_injection.truth import TruthPage
from docai.grounding.numbers import quantity_of
from docai.query.cited_places import held_by_pages

_AGREEING = frozenset({Verdict.EXACT, Verdict.NORMALISED, Verdict.OCR_AGREE})
_MOST_PER_PAGE = 8
_FEWEST_CHARACTERS = 2
"""A shorter value stands in too many places for a citation of it to be wrong."""
_DOCUMENT = DocumentId(UUID(int=1))
"""All pages of a set are taken for pages of one document."""


class AnswerFault(StrEnum):
    """What is wrong with an answer."""

    NONE = "right_answer"
    WRONG_PAGE = "wrong_page_cited"
    """The right words and box, and another page's number."""
    WRONG_PLACE = "wrong_place_cited"
    """Another value of the page, which does not say the answer."""
    WRONG_VALUE = "wrong_value_given"
    """A digit of the answer is another one; the citation is right."""
    WRONG_SUM = "wrong_sum_given"
    """A sum of two cited values that is off."""


@dataclass(frozen=True, slots=True)
class _Value:
    """A value that its witness confirms."""

    text: str
    citation: Citation


def measure_citations(judged: Sequence[tuple[TruthPage, Judged]], chance: Random) -> list[Row]:
    """How many wrong answers are found out, and how many right ones are doubted.

    Args:
        judged: pages of one set, read without faults.
        chance: where chance comes from.
    """
    pages = [
        Page(document_id=_DOCUMENT, number=number, state=PageState.PARSED, words=page.words)
        for number, (page, _) in enumerate(judged, start=1)
    ]
    rows = []
    for number, (truth, reading) in enumerate(judged, start=1):
        values = list(_values(reading, number))
        for value in chance.sample(values, min(_MOST_PER_PAGE, len(values))):
            for kind, answer in _answers(value, values, pages, chance):
                doubted = Share(hits=not held_by_pages(answer, pages).is_held, n=1)
                is_right = kind is AnswerFault.NONE
                share = {"false": doubted} if is_right else {"found": doubted}
                rows.append(Row(source=truth.source, kind=kind.value, **share))
    return rows


def _values(judged: Judged, page_number: int) -> Iterator[_Value]:
    words = judged.faulted.page.words.words
    for unit, evidence in judged.units():
        text = judged.text_of(unit)
        is_cell = unit.cell is not None or len(text.split()) <= _MOST_PER_PAGE
        if is_cell and evidence.verdict in _AGREEING and evidence.box is not None and len(text) >= _FEWEST_CHARACTERS:
            quote = " ".join(words[i].text for i in evidence.word_ids)
            yield _Value(text, _citation(evidence, quote, page_number))


def _citation(evidence: Evidence, quote: str, page_number: int) -> Citation:
    assert evidence.box is not None
    return Citation(
        document_id=_DOCUMENT,
        document_name="",
        page_number=page_number,
        box=evidence.box,
        quote=quote,
        evidence=evidence.model_copy(update={"page_number": page_number}),
    )


def _answers(
    value: _Value, others: Sequence[_Value], pages: Sequence[Page], chance: Random
) -> Iterator[tuple[AnswerFault, Answer]]:
    yield AnswerFault.NONE, _answer(value.text, [value.citation])
    elsewhere = [page.number for page in pages if page.number != value.citation.page_number]
    if elsewhere:
        number = chance.choice(elsewhere)
        evidence = value.citation.evidence.model_copy(update={"page_number": number})
        moved = value.citation.model_copy(update={"page_number": number, "evidence": evidence})
        yield AnswerFault.WRONG_PAGE, _answer(value.text, [moved])
    unlike = [v for v in others if not _says(v.citation.quote, value.text)]
    if unlike:
        yield AnswerFault.WRONG_PLACE, _answer(value.text, [chance.choice(unlike).citation])
    wrong = with_wrong_digit(value.text, chance)
    if wrong is not None and not _says(value.citation.quote, wrong):
        yield AnswerFault.WRONG_VALUE, _answer(wrong, [value.citation])
    yield from _sums(value, others, chance)


def _says(quote: str, text: str) -> bool:
    """Whether a quote holds a text, without regard to blanks and letter case, or both are one number."""
    tight, inner = ("".join(each.split()).casefold() for each in (quote, text))
    one, other = quantity_of(quote), quantity_of(text)
    return inner in tight or (one is not None and other is not None and one.value == other.value)


def _sums(value: _Value, others: Sequence[_Value], chance: Random) -> Iterator[tuple[AnswerFault, Answer]]:
    """A right sum with another value of the page, and one that is off by one in a hundred or more."""
    first = quantity_of(value.text)
    numbers = [(v, q) for v in others if v is not value and (q := quantity_of(v.text)) is not None and q.value > 0]
    if first is None or first.value <= 0 or not numbers:
        return
    other, second = chance.choice(numbers)
    total = first.value + second.value
    off = total * Fraction(chance.choice((90, 95, 105, 110)), 100)
    expression = f"{_plain(first.value)} + {_plain(second.value)}"
    cited = [value.citation, other.citation]
    for kind, result in ((AnswerFault.NONE, total), (AnswerFault.WRONG_SUM, off)):
        steps = (Step(expression=expression, result=float(result)),)
        yield kind, _answer(_plain(result), cited, AnswerForm.NUMBER, steps)


def _plain(number: Fraction) -> str:
    return f"{float(number):.10g}"


def _answer(
    text: str, citations: Sequence[Citation], form: AnswerForm = AnswerForm.SPAN, steps: tuple[Step, ...] = ()
) -> Answer:
    return Answer(
        id=AnswerId(UUID(int=2)),
        question=Question(text=""),
        answerable=True,
        text=text,
        citations=tuple(citations),
        engine="",
        form=form,
        steps=steps,
        created_at=datetime.now(UTC),
    )
