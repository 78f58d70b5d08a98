"""A block's words to its text: printed lines in order, hyphens at line ends undone, ligatures spelt out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from itertools import groupby, pairwise
from unicodedata import bidirectional

from docai.domain.geometry import Box
from docai.domain.words import Word

_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\u00ad": None}
)
"""Unicode's Latin presentation forms, U+FB00 to U+FB06, and the soft hyphen, which prints only at a line's end."""

_HYPHENS = "-\u2010\u00ad"
_SUSPENDED = frozenset({"and", "or", "to", "und", "oder", "bis", "et", "ou", "y", "o", "e", "en", "of"})
"""Before these words a hyphen at a line's end stays: `pre- and post-war`."""
_CJK = re.compile("[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
"""Chinese and Japanese letters and punctuation, which are set without spaces."""
_EDGES = re.compile(r"^\W+|\W+$")


def in_reading_order(word_ids: Sequence[int], words: Sequence[Word]) -> list[list[int]]:
    """A block's words as printed lines: the witness's order where it goes down the block, else by place.

    The witness keeps to the order of typesetting, which places a drop capital or a superscript better than geometry
    does; but some files draw their lines in any order.
    """
    pieces = _pieces(word_ids, words)
    boxes = [_around(piece, words) for piece in pieces]
    leftwards = reads_leftwards(words[i] for i in word_ids)
    if any(_goes_back(a, b, leftwards=leftwards) for a, b in pairwise(boxes)):
        return [piece for row in _rows(pieces, boxes, leftwards=leftwards) for piece in row]
    return pieces


def rows_by_place(word_ids: Sequence[int], words: Sequence[Word]) -> list[list[list[int]]]:
    """A block's words as rows from top to bottom, each a list of the line pieces on it in reading direction."""
    pieces = _pieces(word_ids, words)
    boxes = [_around(piece, words) for piece in pieces]
    return _rows(pieces, boxes, leftwards=reads_leftwards(words[i] for i in word_ids))


def reads_leftwards(words: Iterable[Word]) -> bool:
    """Whether most of the words that have a direction are Hebrew or Arabic."""
    directions = Counter(bidirectional(word.text[0]) for word in words if word.text)
    return directions["R"] + directions["AL"] > directions["L"]


def _pieces(word_ids: Sequence[int], words: Sequence[Word]) -> list[list[int]]:
    """Words by the witness's lines, in the witness's order."""
    return [list(run) for _, run in groupby(sorted(word_ids), key=lambda i: words[i].line)]


def _around(piece: Sequence[int], words: Sequence[Word]) -> Box:
    box = Box.around(words[i].box for i in piece)
    assert box is not None
    return box


def _goes_back(first: Box, second: Box, *, leftwards: bool) -> bool:
    """Whether `second` stands wholly above `first`, or before it on the same line."""
    if second.y1 <= first.y0:
        return True
    is_before = second.x0 >= first.x1 if leftwards else second.x1 <= first.x0
    return is_before and _on_one_line(first, second)


def _on_one_line(a: Box, b: Box) -> bool:
    """Whether the boxes overlap by more than half the height of the lower one."""
    return min(a.y1, b.y1) - max(a.y0, b.y0) > min(a.height, b.height) / 2


def _rows(pieces: list[list[int]], boxes: list[Box], *, leftwards: bool) -> list[list[list[int]]]:
    """Pieces of lines by row from top to bottom, those of a row in reading direction."""
    rows: list[list[int]] = []
    for k in sorted(range(len(pieces)), key=lambda k: boxes[k].centre[1]):
        if rows and _on_one_line(boxes[rows[-1][0]], boxes[k]):
            rows[-1].append(k)
        else:
            rows.append([k])
    return [[pieces[k] for k in sorted(row, key=lambda k: -boxes[k].x1 if leftwards else boxes[k].x0)] for row in rows]


def vocabulary(words: Sequence[Word]) -> frozenset[str]:
    """The page's words without punctuation at their edges, folded: evidence for undoing hyphens."""
    return frozenset(_EDGES.sub("", word.text).casefold() for word in words)


def text_of(lines: Sequence[Sequence[int]], words: Sequence[Word], known: Set[str]) -> str:
    """Words in lines as running text.

    Args:
        lines: word ids, line by line, in reading order.
        words: the page's words.
        known: the page's `vocabulary`.
    """
    text = ""
    last: Word | None = None
    for line in lines:
        for word in (words[i] for i in line):
            if last is None:
                text = word.text
            elif _CJK.match(word.text) and _CJK.match(text[-1:]):
                text += word.text
            elif word.line != last.line and not _on_one_line(last.box, word.box):
                text = _over_line_end(text, word.text, known)
            else:
                text = f"{text} {word.text}"
            last = word
    return text.translate(_LIGATURES)


def _over_line_end(text: str, following: str, known: Set[str]) -> str:
    """Text continued on the next line: with a space, or with the hyphen undone."""
    if text[-1:] not in _HYPHENS or not text[-2:-1].isalnum():
        return f"{text} {following}"
    end, start = text.rsplit(maxsplit=1)[-1], _EDGES.sub("", following)
    if text[-1] == "\u00ad" or _is_broken_word(end, start, known):
        return text[:-1] + following
    return f"{text} {following}" if start.casefold() in _SUSPENDED else text + following


def _is_broken_word(end: str, start: str, known: Set[str]) -> bool:
    """Whether the hyphen between the two was made by breaking the line.

    The page itself tells where it uses the word elsewhere; otherwise small letters on both sides speak for a broken
    word, a capital or a digit for a compound.
    """
    head = _EDGES.sub("", end[:-1])
    if f"{head}-{start}".casefold() in known:
        return False
    if (head + start).casefold() in known:
        return True
    return start[:1].islower() and start not in _SUSPENDED and end[-2].islower() and "-" not in head
