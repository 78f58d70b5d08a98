"""Word boxes cut down to the print where a font claims several times the height of its letters."""

from __future__ import annotations

from docai.domain.geometry import Box, PageSize
from docai.domain.words import PageWords, Word

_MAX_LINE_HEIGHT = 1.7
"""Of the font size: sound fonts claim 1.0 to 1.5."""
_DESCENT = 0.2
"""Share of a line's height below its baseline, as in the metrics of common fonts."""
_MIN_LETTER_WIDTH = 0.3
"""Of the font size: letters of level words are wider on average; those of a word running up the page seem narrower."""
_TELLING_LENGTH = 4
"""Letters from which a word running up the page is so tall that it could be taken for a bloated level one."""


def cut_to_print(words: PageWords, size: PageSize) -> PageWords:
    """The words, bloated boxes replaced: those would cover the lines around, and mix up the layout.

    Only text layers have such boxes; OCR sees the print itself, and gives no font size.
    """
    sound = tuple(_sound(word, size) for word in words.words)
    return words if sound == words.words else words.model_copy(update={"words": sound})


def _sound(word: Word, size: PageSize) -> Word:
    font_size = word.font_size_pt
    if not font_size or word.box.height * size.height_pt <= _MAX_LINE_HEIGHT * font_size:
        return word
    x0, y0, x1, y1 = word.box.to_points(size)
    if len(word.text) >= _TELLING_LENGTH and x1 - x0 < _MIN_LETTER_WIDTH * font_size * len(word.text):
        return word
    baseline = y1 - _DESCENT * (y1 - y0)
    rect = (x0, baseline - (1 - _DESCENT) * font_size, x1, baseline + _DESCENT * font_size)
    return word.model_copy(update={"box": Box.from_points(rect, size)})
