"""Character and word error rate of a read text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rapidfuzz.distance import Levenshtein

from docai.evaluation.metrics.near_matches import fewest_edits


def character_error_rate(pairs: Iterable[tuple[str, str]]) -> float:
    """Edits over the characters of the truth, pooled over all pairs; 0 is perfect and 1 can be exceeded.

    Substitutions, deletions and insertions cost 1 each (Morris et al., Interspeech 2004, for words; the same with
    characters). Nothing is folded: fold case and blanks before, where that is meant.

    Args:
        pairs: Predictions, each with its truth.

    Raises:
        ValueError: when the truths together have no character.
    """
    return _pooled((prediction, truth) for prediction, truth in pairs)


def word_error_rate(pairs: Iterable[tuple[str, str]]) -> float:
    """Edits of whole words over the words of the truth, pooled over all pairs; 0 is perfect and 1 can be exceeded.

    Words are what stands between blanks (Morris et al., Interspeech 2004).

    Args:
        pairs: Predictions, each with its truth.

    Raises:
        ValueError: when the truths together have no word.
    """
    return _pooled((prediction.split(), truth.split()) for prediction, truth in pairs)


def unordered_character_error_rate(prediction: str, lines: Iterable[str]) -> float:
    """Character error rate that no reading order can spoil, 0 to 1.

    Each line of the truth is laid on its best place in the prediction, blanks and case aside; text that the prediction
    has beyond them is not counted. This is the `cer` of scans in docai's figures, for forms and receipts whose truth
    has no order.

    Args:
        prediction: The whole read text.
        lines: Lines or entries of the truth, in any order.

    Raises:
        ValueError: when the truth has no character but blanks.
    """
    read = _tight(prediction)
    sought = [tight for line in lines if (tight := _tight(line))]
    if not sought:
        raise ValueError("an error rate needs a truth with characters")
    return sum(fewest_edits(line, read) for line in sought) / sum(map(len, sought))


def _pooled(pairs: Iterable[tuple[Sequence[str], Sequence[str]]]) -> float:
    edits = length = 0
    for prediction, truth in pairs:
        edits += Levenshtein.distance(prediction, truth)
        length += len(truth)
    if not length:
        raise ValueError("an error rate needs a truth that is not empty")
    return edits / length


def _tight(text: str) -> str:
    return "".join(text.casefold().split())
