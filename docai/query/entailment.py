"""Whether an answer follows from what it cites: string, number, unit and arithmetic; nothing else is looked at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from docai.domain.answers import AnswerForm, Citation, Step
from docai.domain.evidence import Verdict
from docai.grounding.numbers import Quantity, quantity_of
from docai.query.arithmetic import Calculation, NotArithmetic, calculate
from docai.query.claims import Claim, Number, claim_of, joined, missing_in

_UNSEEN = frozenset({Verdict.MODEL_ONLY, Verdict.EMPTY})
_ELEMENTS = re.compile(r"\s*[;\n]\s*")
_COMMAS = re.compile(r"\s*,\s+|\s+and\s+")
_YES_NO = frozenset({"yes", "no"})
_ALIKE = (
    frozenset("$\u20ac\u00a3\u00a5\u20b9"),
    frozenset({"mg", "g", "kg", "t", "lb", "lbs", "oz", "tonnes", "tons"}),
    frozenset({"mm", "cm", "m", "km", "ft", "mi", "miles", "metres", "meters", "feet"}),
    frozenset({10**3, 10**6, 10**9}),
)
"""Units of one kind: where the cited places have one of them, a result may not have another."""
_HUNDRED = Fraction(100)
"""The one factor that need not stand on a cited place."""
_SLACK = Fraction(1, 10**9)
"""Relative: a result is kept as a binary number."""


@dataclass(frozen=True, slots=True)
class Entailment:
    """What came of holding an answer against its citations."""

    is_held: bool
    reason: str | None
    """Why it is not held, in words that do not repeat the documents'; None where it is."""


_HELD = Entailment(is_held=True, reason=None)


def holds(answer: str, form: AnswerForm | None, citations: Sequence[Citation], steps: Sequence[Step]) -> Entailment:
    """Whether the quotes say the answer, or the answer follows from them by the steps.

    Where a quote stands is not asked: see `cited_places`.

    Args:
        answer: the text that is given.
        form: what kind of thing it is; None: words of a page, as the extractive reader gives them.
        citations: what it rests on, each with the page's own words.
        steps: the arithmetic that leads to it; empty: none does.
    """
    if form is AnswerForm.NONE or not answer.strip():
        return _HELD
    if not citations:
        return _not("It cites nothing.")
    if any(citation.evidence.verdict in _UNSEEN for citation in citations):
        return _not("It cites words that no witness sees on the page.")
    passages = [claim_of(citation.quote) for citation in citations]
    if form is AnswerForm.YES_NO or (form is None and answer.strip().casefold() in _YES_NO):
        return _judged(answer, passages)
    if steps:
        return _worked_out(answer, passages, steps)
    for element in _elements(answer, form):
        if (lacking := _lacking(element, passages)) is not None:
            return _not(f"Its cited places do not say {_kind_of(lacking)} that it gives.")
    return _HELD


def _not(reason: str) -> Entailment:
    return Entailment(is_held=False, reason=reason)


def _kind_of(lacking: str) -> str:
    """What is lacking without its characters, which may be those of a document that is deleted later."""
    return lacking.rsplit(" ", 1)[0] if lacking.startswith("the ") and lacking.count(" ") > 1 else lacking


def _elements(answer: str, form: AnswerForm | None) -> list[Claim]:
    if form is not AnswerForm.LIST:
        return [claim_of(answer)]
    parts = [part for part in _ELEMENTS.split(answer) if part.strip()]
    if len(parts) == 1:
        parts = [part for part in _COMMAS.split(answer) if part.strip()]
    return [claim_of(part) for part in parts]


def _lacking(element: Claim, passages: Sequence[Claim]) -> str | None:
    """What neither one passage nor all of them together say."""
    if any(missing_in(element, passage) is None for passage in passages):
        return None
    return missing_in(element, joined(passages))


def _judged(answer: str, passages: Sequence[Claim]) -> Entailment:
    """A judgement cannot be looked up; the figures that it names can."""
    claim = claim_of(answer)
    figures = Claim(claim.text, claim.numbers, frozenset(), frozenset(), frozenset())
    if not claim.numbers or missing_in(figures, joined(passages)) is None:
        return _HELD
    return _not("Its cited places do not say a figure that it names.")


def _worked_out(answer: str, passages: Sequence[Claim], steps: Sequence[Step]) -> Entailment:
    passage, claim = joined(passages), claim_of(answer)
    try:
        results = _recomputed(steps, passage, len(passages))
    except NotArithmetic as error:
        return _not(f"Its arithmetic does not hold: {error}.")
    said = [number for number in claim.numbers if not number.is_group]
    if said:
        is_percent = "%" in claim.units
        rest = [n for n in said if not any(_rounds_to(r, n, is_percent=is_percent) for r in results)]
        if len(rest) == len(said):
            return _not("It is not what its steps come to.")
        figures = Claim("", tuple(rest), frozenset(), frozenset(), frozenset())
        if rest and missing_in(figures, passage) is not None:
            return _not("Its cited places do not say a figure that it gives, nor do its steps come to it.")
    elif missing_in(claim, passage) is not None:
        # What is compared by arithmetic, such as the larger of two, is itself no number.
        return _not("Its cited places do not say the word that it gives.")
    return _unit_of_result(claim, passage, steps)


def _recomputed(steps: Sequence[Step], passage: Claim, n_cited: int) -> list[Fraction]:
    """What the steps really come to.

    Raises:
        NotArithmetic: a step is none, rests on what stands nowhere, or says another result.
    """
    printed = {abs(q.value) for q in map(_quantity, passage.numbers) if q is not None}
    printed |= {abs(q.value) * n.scale for n in passage.numbers if (q := _quantity(n)) is not None}
    results: list[Fraction] = []
    counts: set[int] = set()
    for step in steps:
        calculation = calculate(step.expression)
        counts |= {len(calculation.operands), len(calculation.operands) - 1}
        if not _is_known(calculation, printed, results, counts, n_cited):
            raise NotArithmetic("a number of a step stands on no place that it cites")
        if not _is_rounded(calculation.value, Fraction(repr(step.result)), _decimals(step.result)):
            raise NotArithmetic("a step has another result")
        results.append(calculation.value)
    return results


def _is_known(
    calculation: Calculation, printed: set[Fraction], results: Sequence[Fraction], counts: set[int], n_cited: int
) -> bool:
    """Whether all operands are printed, worked out before, a hundred, or say how many things there are."""
    operands = calculation.operands
    if set(operands) == {1} and len(operands) <= n_cited:
        return True
    return all(
        operand in printed
        or operand == _HUNDRED
        or any(_is_rounded(abs(result), operand, _decimals(float(operand))) for result in results)
        or (operand in calculation.divisors and operand in counts)
        for operand in operands
    )


def _unit_of_result(claim: Claim, passage: Claim, steps: Sequence[Step]) -> Entailment:
    said: set[object] = {*claim.units, *claim.words, *claim.scales}
    seen: set[object] = {*passage.units, *passage.words, *passage.scales}
    for alike in _ALIKE:
        if said & alike - seen and seen & alike:
            return _not("Its cited places have another unit.")
    is_share = any("100" in step.expression or "%" in step.expression or "/" in step.expression for step in steps)
    if "%" in claim.units - passage.units and not is_share:
        return _not("Its cited places do not say the unit that it gives.")
    return _HELD


def _quantity(number: Number) -> Quantity | None:
    return quantity_of(number.text)


def _rounds_to(result: Fraction, said: Number, *, is_percent: bool) -> bool:
    """Whether a number is a result, rounded at its last decimal; its sign may be said in words."""
    quantity = quantity_of(said.text)
    if quantity is None or (-1 in said.signs and len(said.signs) == 1 and result > 0):
        return False
    may_be = [abs(result), abs(result) / said.scale, *([abs(result) * 100] if is_percent else [])]
    return any(_is_rounded(each, quantity.value, quantity.decimals) for each in may_be)


def _is_rounded(value: Fraction, said: Fraction, decimals: int) -> bool:
    return abs(value - said) <= Fraction(1, 2 * 10**decimals) + abs(value) * _SLACK


def _decimals(value: float) -> int:
    """Decimals that a number was written with, as far as its value tells."""
    text = repr(value)
    if "e" in text:
        return 0
    decimals = text.partition(".")[2]
    return 0 if decimals == "0" else len(decimals)
