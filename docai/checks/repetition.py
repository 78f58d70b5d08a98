"""Whether a page's text runs in circles that the page does not: at a text's end, or anywhere on the page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from docai.checks.loops import MIN_REPEATS, runs_in_circles
from docai.domain.checks import Check, CheckName, CheckResult
from docai.domain.parses import Block

_PIECE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
"""A word; of scripts without spaces, a character."""
_IN_A_ROW = 3
"""So many pieces that come again and again are a phrase."""
_LEAST = 8
"""Characters of a phrase; shorter ones are zeros and units of tables."""
_OFTENER = 2
_MORE = 4
"""A phrase must be said so many times as often as the page has it, and so many times more: OCR misses some."""


def check_repetition(doubted: Sequence[tuple[int, Block]], heard: Sequence[str]) -> Check:
    """Whether some text repeats itself where the page does not.

    Args:
        doubted: the blocks that their witness does not confirm, with their index on the page.
        heard: the page's words.
    """
    for index, block in doubted:
        here = [heard[i] for i in block.word_ids] or heard
        if runs_in_circles(block.text) and not runs_in_circles(" ".join(here)):
            message = f"The text ends in a piece that it repeats again and again: {_tail(block.text)}."
            return _failed(message, [(index, block)])
    said = [(index, block, pieces_of(block.text)) for index, block in doubted]
    phrases: Counter[tuple[str, ...]] = Counter()
    for _, _, pieces in said:
        phrases.update(_phrases(pieces))
    # Of a phrase that is a block of its own each time, the page may confirm one.
    often = [(phrase, n) for phrase, n in phrases.most_common() if n >= MIN_REPEATS - 1]
    on_page = Counter(pieces_of(" ".join(heard))) if often else Counter()
    for phrase, n_said in often:
        # By the middle one of its pieces: OCR may misread one of them each time.
        n_heard = sorted(on_page[piece] for piece in phrase)[_IN_A_ROW // 2]
        if len("".join(phrase)) >= _LEAST and n_said >= max(_OFTENER * n_heard, n_heard + _MORE):
            holders = [(index, block) for index, block, pieces in said if phrase in _phrases(pieces)]
            message = f'The text says "{" ".join(phrase)}" {n_said} times; the page has it {n_heard} times at most.'
            return _failed(message, holders)
    message = "No text repeats what the page does not repeat."
    return Check(name=CheckName.REPETITION, result=CheckResult.PASSED, message=message)


def pieces_of(text: str) -> list[str]:
    """A text's words in one case; of scripts without spaces, its characters."""
    return _PIECE.findall(text.casefold())


def _phrases(pieces: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(pieces[start:] for start in range(_IN_A_ROW)), strict=False)


def _failed(message: str, holders: Sequence[tuple[int, Block]]) -> Check:
    return Check(
        name=CheckName.REPETITION,
        result=CheckResult.FAILED,
        message=message,
        block=holders[0][0] if len(holders) == 1 else None,
        boxes=tuple(block.box for _, block in holders),
    )


def _tail(text: str) -> str:
    return f'"{" ".join(text.split())[-60:]}"'
