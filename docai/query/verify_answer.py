"""A model's reply against the pages: quotes are found, arithmetic is done again, and what rests on neither is told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from docai.domain.answers import AnswerForm, Citation, Step
from docai.domain.documents import Page
from docai.domain.evidence import Evidence, Verdict
from docai.domain.geometry import Box
from docai.grounding.numbers import quantity_of
from docai.query.answer_reply import AnswerSaid, QuoteSaid, StepSaid
from docai.query.arithmetic import NotArithmetic, calculate
from docai.query.claims import claim_of
from docai.query.entailment import holds
from docai.query.quotes import locate
from docai.query.shown_pages import Shown

_NUMBER = re.compile(r"(?<!\d)(?:\d{1,3}(?:,\d{3}){1,9}|\d{1,30})(?:\.\d{1,30})?(?!\d)")
"""Longer runs of digits are no quantities; Python reads no number of thousands of digits."""
_CLOSE = Fraction(1, 200)
"""Relative difference up to which a rounded result is the one worked out."""
_PERCENT = Fraction(100)
"""The one factor that need not stand on a page."""
_WHOLE_PAGE = Box(x0=0, y0=0, x1=1, y1=1)


@dataclass(frozen=True, slots=True)
class Verified:
    """What is left of a reply."""

    citations: tuple[Citation, ...]
    steps: tuple[Step, ...]
    is_verified: bool
    refusal: str | None = None
    """Why the answer must not be given."""


def verified(said: AnswerSaid, shown: Shown, *, reader: str) -> Verified:
    """Hold a reply against the pages that were shown.

    Args:
        said: the reply; one that does not abstain.
        shown: the pages, as images.
        reader: the model's name.
    """
    citations = [_citation(quote, shown, reader) for quote in said.evidence]
    known = tuple(c for c in citations if c is not None)
    found = [c for c in known if c.evidence.verdict is not Verdict.MODEL_ONLY]
    try:
        steps, results = _worked_out(said.steps, found)
    except NotArithmetic as error:
        return Verified(known, (), is_verified=False, refusal=f"The model's arithmetic does not hold: {error}.")
    refusal = None
    pages = _cited_pages(found, shown)
    if said.type is not AnswerForm.YES_NO:
        refusal = _refusal(said, pages, results)
    is_whole = refusal is None and bool(found) and len(found) == len(said.evidence)
    is_verified = is_whole and holds(said.answer, said.type, found, steps).is_held
    return Verified(known, steps, is_verified=is_verified, refusal=refusal)


def _citation(quote: QuoteSaid, shown: Shown, reader: str) -> Citation | None:
    """Where a quote stands: on the image named, else on another one; unconfirmed where none has it."""
    order = sorted(range(len(shown.images)), key=lambda i: i != quote.image - 1)
    for i in order:
        page = shown.pages[i]
        located = locate(quote.quote, page.words, page.number, reader=reader)
        if located is not None and located.evidence.box is not None:
            return _made(page, shown.names[i], located.evidence.box, located.text, located.evidence)
    named = quote.image - 1
    if not 0 <= named < len(shown.images) or not quote.quote.strip():
        return None
    page = shown.pages[named]
    box = shown.images[named].plan.region or _WHOLE_PAGE
    evidence = Evidence(
        reader=reader, witness=None, verdict=Verdict.MODEL_ONLY, page_number=page.number, box=None, confidence=0.0
    )
    return _made(page, shown.names[named], box, quote.quote, evidence)


def _made(page: Page, name: str, box: Box, quote: str, evidence: Evidence) -> Citation:
    return Citation(
        document_id=page.document_id,
        document_name=name,
        page_number=page.number,
        box=box,
        quote=quote,
        evidence=evidence,
    )


def _worked_out(steps: Sequence[StepSaid], cited: Sequence[Citation]) -> tuple[tuple[Step, ...], list[Fraction]]:
    """The steps with the results that they really have.

    Raises:
        NotArithmetic: a step is none, has an operand that stands on no cited place, or has another result.
    """
    printed = {number for citation in cited for number in _printed(citation.quote)}
    done: list[Step] = []
    results: list[Fraction] = []
    counts: set[int] = set()
    for step in steps:
        calculation = calculate(step.expression)
        operands = calculation.operands
        counts |= {len(operands), len(operands) - 1}
        # A sum of ones counts quotes, and a mean is divided by the number of what was added up.
        is_count = set(operands) == {1} and len(operands) <= len(cited)
        for operand in operands:
            is_mean = operand in calculation.divisors and operand in counts
            is_known = operand in printed or operand == _PERCENT or _is_near_any(operand, results)
            if not (is_known or is_count or is_mean):
                raise NotArithmetic(f"{_shown(operand)} stands on no place that it cites")
        if not _is_near(calculation.value, Fraction(step.result)):
            raise NotArithmetic(f"{step.expression} is {_shown(calculation.value)}, not {step.result:g}")
        results.append(calculation.value)
        done.append(Step(expression=step.expression, result=float(calculation.value)))
    return tuple(done), results


def _cited_pages(cited: Sequence[Citation], shown: Shown) -> list[Page]:
    places = {(citation.document_id, citation.page_number) for citation in cited}
    pages = {(page.document_id, page.number): page for page in shown.pages}
    return [page for place, page in pages.items() if place in places]


def _refusal(said: AnswerSaid, pages: Sequence[Page], results: Sequence[Fraction]) -> str | None:
    """A figure that is neither on a cited page nor worked out must not be given."""
    printed = {number for page in pages for number in _printed(_text_of(page))}
    if (
        said.steps
        and said.type is AnswerForm.NUMBER
        and not any(_is_near_any(n, results) for n in _numbers(said.answer))
    ):
        return "The answer is not what the steps come to."
    for number in _numbers(said.answer):
        if number not in printed and not _is_near_any(number, results):
            return f"The figure {_shown(number)} stands on no cited page and was not worked out."
    return None


def _text_of(page: Page) -> str:
    return " ".join(word.text for word in page.words.words) if page.words else ""


def _numbers(text: str) -> list[Fraction]:
    return [Fraction(match.group().replace(",", "")) for match in _NUMBER.finditer(text)]


def _printed(text: str) -> set[Fraction]:
    """The numbers of a text, also as they are written with a decimal comma or spaces between thousands."""
    read = (quantity_of(number.text) for number in claim_of(text).numbers)
    return {*_numbers(text), *(quantity.value for quantity in read if quantity is not None)}


def _is_near_any(number: Fraction, results: Sequence[Fraction]) -> bool:
    return any(_is_near(result, number) or _is_near(-result, number) for result in results)


def _is_near(worked_out: Fraction, said: Fraction) -> bool:
    return abs(worked_out - said) <= _CLOSE * abs(worked_out)


def _shown(number: Fraction) -> str:
    return f"{float(number):.10g}"
