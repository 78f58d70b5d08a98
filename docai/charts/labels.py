"""Words to labels: runs of words printed as one piece, and the numbers that they say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby

from docai.charts.marks import Label
from docai.domain.geometry import PageSize, PointBox
from docai.domain.words import Word
from docai.grounding.numbers import quantity_of

_SPACE = 0.6
"""Widest gap between two words of one label over their height: a space is a quarter of it."""
_TELLING_LENGTH = 3
_UPRIGHT = 1.5
"""A word of so many letters that is so much higher than wide is printed up or down the page."""
_SLANTED = 1.9
"""Level print is no higher than 1.7 times its font size."""
_SIGNS = str.maketrans({"\u2212": "-", "\u2013": "-"})
_POWER = re.compile(r"(?:(?P<factor>\d+(?:\.\d+)?)\s*[x\u00d7\u00b7]\s*)?10\^(?P<exponent>-?\d{1,3})")


def labels_of(words: Sequence[Word], size: PageSize, said: Mapping[int, str] | None = None) -> list[Label]:
    """The words of a page as labels; numbers side by side stay apart.

    Args:
        words: of the page.
        size: of the page.
        said: what words say whose text does not, by index: powers, as `10^3`.
    """
    labels: list[Label] = []
    for _, line in groupby(range(len(words)), key=lambda i: words[i].line):
        for run in _runs([_label(i, words, size, said or {}) for i in line]):
            labels += _pieces(run)
    return labels


def number_of(text: str) -> float | None:
    """The number that a label is; None where it is none, or no finite one."""
    if power := _POWER.fullmatch(text.translate(_SIGNS)):
        return float(power["factor"] or 1) * 10.0 ** int(power["exponent"])
    quantity = quantity_of(text)
    try:
        return None if quantity is None else float(quantity.value)
    except OverflowError:
        return None


def joined(labels: Sequence[Label]) -> Label:
    """Labels as one, in their order."""
    first, *others = labels
    return Label(
        first.frame.joined(*(label.frame for label in others)),
        " ".join(label.text for label in labels if label.text),
        tuple(i for label in labels for i in label.word_ids),
        first.is_upright,
        any(label.is_slanted for label in labels),
    )


def word_labels(words: Sequence[Word], size: PageSize) -> list[Label]:
    """Every word as a label."""
    return [_label(i, words, size, {}) for i in range(len(words))]


def _label(index: int, words: Sequence[Word], size: PageSize, said: Mapping[int, str]) -> Label:
    frame, text = PointBox(*words[index].box.to_points(size)), said.get(index, words[index].text)
    is_upright = len(text) >= _TELLING_LENGTH and frame.height > _UPRIGHT * frame.width
    font_size = words[index].font_size_pt
    is_slanted = font_size is not None and len(text) > 1 and frame.height > _SLANTED * font_size
    return Label(frame, text, (index,), is_upright, is_slanted and not is_upright)


def _runs(line: Sequence[Label]) -> list[list[Label]]:
    runs: list[list[Label]] = []
    for label in line:
        if runs and _follows(runs[-1][-1].frame, label.frame):
            runs[-1].append(label)
        else:
            runs.append([label])
    return runs


def _follows(last: PointBox, frame: PointBox) -> bool:
    """Whether a word stands a space behind the one before it, on its line or, running up the page, on its column."""
    if min(last.y1, frame.y1) - max(last.y0, frame.y0) > 0.5 * min(last.height, frame.height):
        return -1.0 <= frame.x0 - last.x1 <= _SPACE * max(last.height, frame.height)
    if min(last.x1, frame.x1) - max(last.x0, frame.x0) > 0.5 * min(last.width, frame.width):
        return -1.0 <= last.y0 - frame.y1 <= _SPACE * max(last.width, frame.width)
    return False


def _pieces(run: Sequence[Label]) -> list[Label]:
    """One label, or, where every word is a number and all together are none, as many as there are words."""
    whole = joined(run)
    if len(run) > 1 and number_of(whole.text) is None and all(number_of(label.text) is not None for label in run):
        return list(run)
    return [whole]
