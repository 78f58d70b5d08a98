"""Judges whether a page's text layer may be believed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from docai.domain.words import PageWords, TextLayerFlaw, Witness, Word
from docai.pdf.ink import Sighting

_MAX_BAD_SHARE = 0.1
"""Of the characters: symbol fonts put a bullet or two per paragraph into the private use area."""
_BAD_CATEGORIES = {"Cc", "Cn", "Co", "Cs"}
"""Control, unassigned, private use, surrogate (Unicode 16, table 4-4)."""
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_VOWELS = frozenset("aeiouyæœø")
_MIN_LETTERS = 300
"""Fewer Latin letters than this, as in a table of codes, tell nothing about a language."""
_VOWEL_SHARE = (0.2, 0.7)
"""Of the letters. European languages have 0.36 (Czech) to 0.49 (Italian); text behind a wrongly read font encoding,
whose letters stand for others, falls below."""
_MIN_ON_INK_SHARE = 0.7
"""Of the words of a layer behind a scan, standing where something is drawn."""
_MIN_STRAY_LETTERS = 100
_STRAY_RATIO = {True: 1.0, False: 5.0}
"""Letter-like marks outside the words, over those inside, from which on a layer is partial: on scans, and on drawings,
where the ticks and dots of charts look like letters too."""
_MANY_PATHS = 150
FEW_WORDS = 40
"""A page with this many drawn paths and so few words may show its text as outlines."""
_MAX_ODD_SHARE = 0.3
"""Of a hidden layer's words: signs and digits amid letters are what bad OCR leaves."""
_JOINING = re.compile(r"\W+|_")
"""Brackets, quotation marks, stops, dashes: they stand around and within good words as well."""


@dataclass(frozen=True, slots=True)
class TextLayer:
    """What a file says stands on a page."""

    words: tuple[Word, ...]
    is_painted: tuple[bool, ...]
    """Whether the page shows the word; one per word."""
    is_over_scan: bool = False
    """Whether an image fills the page."""
    n_paths: int = 0
    """How many lines and areas the page draws."""


def judge(layer: TextLayer, look: Callable[[Sequence[Word]], Sighting], *, engine: str) -> PageWords:
    """The words that the page shows, with the layer's flaws; without a witness when it is not believed.

    A hidden layer behind a scan, OCR of unknown origin, is believed when it reads like language and stands on the ink;
    its flaw is told all the same.

    Args:
        layer: what the file says.
        look: compares words with what is drawn; costs a small drawing, so it is called only in doubt.
        engine: name and version of what read the layer.
    """
    is_hidden = _is_mostly_hidden(layer)
    words = layer.words if layer.is_over_scan else _painted(layer)
    doubts = set()
    if not layer.words:
        doubts.add(TextLayerFlaw.MISSING)
    if is_garbage(words) or is_gibberish(words) or (is_hidden and _is_bad_ocr(words)):
        doubts.add(TextLayerFlaw.WRONG_ENCODING)
    if words and (layer.is_over_scan or (layer.n_paths > _MANY_PATHS and len(words) < FEW_WORDS)):
        doubts |= _compare(look(words), is_scan=layer.is_over_scan, is_hidden=is_hidden)
    flaws = doubts | {TextLayerFlaw.INVISIBLE} if is_hidden else doubts
    return PageWords(
        witness=Witness.TEXT_LAYER if words and not doubts else None,
        words=words,
        text_layer_flaws=tuple(sorted(flaws)),
        engine=engine,
    )


def is_garbage(words: Sequence[Word]) -> bool:
    """Whether too many characters are no characters."""
    text = "".join(word.text for word in words)
    bad = sum(c == _REPLACEMENT or unicodedata.category(c) in _BAD_CATEGORIES for c in text)
    return bad > _MAX_BAD_SHARE * len(text)


def is_gibberish(words: Sequence[Word]) -> bool:
    """Whether the Latin letters are those of no language; other scripts are not judged."""
    decomposed = unicodedata.normalize("NFD", "".join(word.text for word in words)).lower()
    letters = [c for c in decomposed if "a" <= c <= "z" or c in _VOWELS]
    if len(letters) < _MIN_LETTERS:
        return False
    share = sum(c in _VOWELS for c in letters) / len(letters)
    return not _VOWEL_SHARE[0] <= share <= _VOWEL_SHARE[1]


def _is_mostly_hidden(layer: TextLayer) -> bool:
    return bool(layer.words) and sum(layer.is_painted) * 2 < len(layer.words)


def _painted(layer: TextLayer) -> tuple[Word, ...]:
    if all(layer.is_painted):
        return layer.words
    kept = [word for word, is_painted in zip(layer.words, layer.is_painted, strict=True) if is_painted]
    lines: dict[int, int] = {}
    return tuple(word.model_copy(update={"line": lines.setdefault(word.line, len(lines))}) for word in kept)


def _is_bad_ocr(words: Sequence[Word]) -> bool:
    return sum(map(_is_odd, words)) > _MAX_ODD_SHARE * len(words)


def _is_odd(word: Word) -> bool:
    """Nothing but signs, or letters and digits mixed."""
    return not (_JOINING.sub("", word.text).isalpha() or _JOINING.sub("", word.text).isdigit())


def _compare(seen: Sighting, *, is_scan: bool, is_hidden: bool) -> set[TextLayerFlaw]:
    flaws = set()
    if is_hidden and seen.n_words_on_ink < _MIN_ON_INK_SHARE * seen.n_words:
        flaws.add(TextLayerFlaw.MISPLACED)
    strays = seen.n_letters_elsewhere
    if strays > _MIN_STRAY_LETTERS and strays > _STRAY_RATIO[is_scan] * seen.n_letters_in_words:
        flaws.add(TextLayerFlaw.PARTIAL)
    return flaws
