"""What a witness says of a value: the same, the same in another spelling, something near, part of it, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from docai.domain.evidence import Difference, Verdict
from docai.domain.words import Witness, Word
from docai.grounding.differences import Comparison, Stretch, compared, differences, is_near, similarity
from docai.grounding.spelling import is_ornament, is_same, is_same_in_scan, key_in_scan, looks_alike

_SURE_OF_LETTERS = 0.97
"""OCR that is less sure of a word misreads its letters more often than models do; measured on receipts and forms."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, and on what it rests."""

    verdict: Verdict
    similarity: float | None = None
    """0 to 1; None where the witness is silent."""
    differences: tuple[Difference, ...] = ()


_AGREED = {
    Witness.TEXT_LAYER: Judgement(Verdict.EXACT, 1.0),
    Witness.OCR: Judgement(Verdict.OCR_AGREE, 1.0),
    None: Judgement(Verdict.OCR_AGREE, 1.0),
}
"""Of the same characters, by witness."""


def judge(said: str, heard: Sequence[Word], witness: Witness | None, *, min_confidence: float) -> Judgement:
    """What a witness's words say of a value.

    Args:
        said: the value.
        heard: the words that were found for it, in order.
        witness: whose words they are.
        min_confidence: 0 to 1; where the least sure of the words is below, they say nothing that can be relied on.
    """
    if not heard:
        return Judgement(_unheard(said, witness))
    judgement = _AGREED[witness] if len(heard) == 1 and heard[0].text == said else _judge(said, heard, witness)
    if min(word.confidence for word in heard) < min_confidence:
        return Judgement(Verdict.ILLEGIBLE, judgement.similarity, judgement.differences)
    return judgement


def _judge(said: str, heard: Sequence[Word], witness: Witness | None) -> Judgement:
    """What words that are sure of themselves say."""
    is_printed = witness is Witness.TEXT_LAYER
    texts = [word.text for word in heard]
    text = " ".join(texts)
    if said == text or said.split() == text.split():
        return _AGREED[witness]
    if not said.strip() and all(is_ornament(each) or (not is_printed and not _is_readable(each)) for each in texts):
        return Judgement(Verdict.EMPTY, 0.0)
    agree = is_same if is_printed else is_same_in_scan
    agreed = Verdict.NORMALISED if is_printed else Verdict.OCR_AGREE
    likeness = similarity(said, text)
    if agree(said, text):
        return Judgement(agreed, likeness)
    comparison = compared(said, texts, agree, None if is_printed else key_in_scan)
    if not comparison.stretches:
        return Judgement(agreed, likeness)
    told = differences(comparison.stretches)
    if not is_printed and all(_is_misheard(stretch, heard) for stretch in comparison.stretches):
        return Judgement(Verdict.ILLEGIBLE, likeness, told)
    return Judgement(_disagreement(comparison), likeness, told)


def _unheard(said: str, witness: Witness | None) -> Verdict:
    """What silence says of a value; OCR's says nothing of ticks, dashes and other signs, which it seldom reads."""
    if not said.strip():
        return Verdict.EMPTY
    return Verdict.ILLEGIBLE if witness is Witness.OCR and not _is_readable(said) else Verdict.MODEL_ONLY


def _is_readable(text: str) -> bool:
    return any(map(str.isalnum, text))


def _disagreement(comparison: Comparison) -> Verdict:
    """How far apart a value and its words are.

    Words that the witness has beyond the value tell against it, as do others in their stead that are near: there the
    value was misread. What the value has beyond the witness was not confirmed.
    """
    if any(_is_against(stretch) for stretch in comparison.stretches):
        return Verdict.CONFLICT
    return Verdict.PARTIAL if comparison.n_shared else Verdict.MODEL_ONLY


def _is_against(stretch: Stretch) -> bool:
    if not stretch.said:
        return True
    if not stretch.heard:
        return False
    digits, others = _digits_of(stretch.said), _digits_of(stretch.heard)
    if digits and others and digits != others:
        return True
    return is_near(stretch.said, stretch.heard) or looks_alike(stretch.said, stretch.heard)


def _is_misheard(stretch: Stretch, heard: Sequence[Word]) -> bool:
    """Whether a stretch is what OCR makes of the value where it is not sure: other letters, or letters for digits."""
    if not stretch.said or not stretch.heard:
        return False
    digits, others = _digits_of(stretch.said), _digits_of(stretch.heard)
    if digits != others:
        return len(others) < len(digits) and looks_alike(stretch.said, stretch.heard)
    return is_near(stretch.said, stretch.heard) and (min(heard[n].confidence for n in stretch.words) < _SURE_OF_LETTERS)


def _digits_of(text: str) -> str:
    return "".join(filter(str.isdigit, text))
