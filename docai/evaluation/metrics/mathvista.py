"""MathVista: an answer taken out of a reply by rule, and its match with the truth."""

from __future__ import annotations

import re
from enum import StrEnum

from pydantic import BaseModel, ConfigDict
from rapidfuzz.distance import Levenshtein

_QUOTED = re.compile(r'The answer is "(.*)"\.')
_BRACKETED = re.compile(r"\(([a-zA-Z])\)")


class AnswerType(StrEnum):
    """As the data set names them."""

    INTEGER = "integer"
    FLOAT = "float"
    TEXT = "text"
    LIST = "list"


class MathVistaQuestion(BaseModel):
    """What scoring needs of a question."""

    model_config = ConfigDict(frozen=True)

    answer_type: AnswerType
    choices: tuple[str, ...] = ()
    """Texts of the options; a question that has any is a multiple choice."""
    precision: int = 0
    """Decimals to which a `float` is rounded; the data set's `1.0` is 1."""


class MathVistaRule(StrEnum):
    """What becomes of an extraction that names no option."""

    OFFICIAL = "official"
    """`evaluation/calculate_score.py` takes the option with the fewest edits, so that even an empty reply chooses."""
    STRICT = "strict"
    """It is wrong unless it equals an option, case and outer blanks aside."""


def extract_by_rule(response: str, question: MathVistaQuestion) -> str | None:
    """The answer where no model is needed to find it, else None (`evaluation/extract_answer.py`, `--quick_extract`).

    A reply that is an option, a whole number or a number, or that says `The answer is "...".`; for all others the
    official pipeline asks a language model with five examples. An empty reply is an empty answer.
    """
    if not response or response in question.choices:
        return response
    reads = {AnswerType.INTEGER: int, AnswerType.FLOAT: float}
    if read := reads.get(question.answer_type):
        try:
            return str(read(response))
        except ValueError:
            pass
    quoted = _QUOTED.search(response)
    return quoted.group(1) if quoted else None


def mathvista_correct(
    extraction: str | None,
    answer: str,
    question: MathVistaQuestion,
    rule: MathVistaRule = MathVistaRule.OFFICIAL,
) -> bool:
    """Whether an extracted answer is right (Lu et al., ICLR 2024; `normalize_extracted_answer`).

    Integers are cut to whole numbers and floats rounded to the question's decimals, then compared as Python writes
    them; texts and lists are compared as they are. An extraction that is missing or cannot be read is wrong: VLMEvalKit
    compares the text `None` instead.

    Args:
        extraction: What was taken out of the reply.
        answer: Truth: the text of the right option, or the answer.
        question: Its type, options and decimals.
        rule: What becomes of an extraction that names no option.
    """
    if extraction is None:
        return False
    if question.choices:
        return _option(extraction.strip(), question.choices, rule) == answer
    return _normal(extraction, question) == answer


def _option(extraction: str, choices: tuple[str, ...], rule: MathVistaRule) -> str | None:
    bracketed = _BRACKETED.search(extraction)
    letter = bracketed.group(1).upper() if bracketed else extraction
    by_letter = {chr(ord("A") + i): choice for i, choice in enumerate(choices)}
    if letter in by_letter:
        return by_letter[letter]
    if rule is MathVistaRule.OFFICIAL:
        return min(choices, key=lambda choice: Levenshtein.distance(letter, choice))
    return next((choice for choice in choices if choice.strip().lower() == extraction.lower()), None)


def _normal(extraction: str, question: MathVistaQuestion) -> str | None:
    try:
        if question.answer_type is AnswerType.INTEGER:
            return str(int(float(extraction)))
        if question.answer_type is AnswerType.FLOAT:
            return str(round(float(extraction), question.precision))
    except (ValueError, OverflowError):
        return None
    return extraction
