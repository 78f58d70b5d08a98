"""Checks of a page's text: loops, prompt leaks, switches of language, text on a blank page, and jumps in its order."""

from __future__ import annotations

from docai.checks.languages import check_languages
from docai.checks.prompt_leaks import check_prompt_leaks
from docai.checks.reading_order import check_reading_order
from docai.checks.repetition import check_repetition
from docai.domain.checks import Check, CheckName, CheckResult
from docai.domain.evidence import Verdict
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.words import PageWords

_CONFIRMED = frozenset({Verdict.EXACT, Verdict.NORMALISED, Verdict.OCR_AGREE, Verdict.EMPTY})
_UNHEARD = frozenset({BlockKind.HANDWRITING, BlockKind.STAMP, BlockKind.FORMULA, BlockKind.CHART})
"""What OCR often sees nothing of although it is there."""


def check_text(parse: PageParse, words: PageWords) -> list[Check]:
    """What a page's text must satisfy, and whether it does.

    Text that a witness confirms can neither run in circles nor leak nor be translated unless the page does: only the
    other blocks are looked at.

    Args:
        parse: with evidence.
        words: the page's words from the witness that is believed.
    """
    said = [(index, block) for index, block in enumerate(parse.blocks) if block.text.strip()]
    checks = [] if words.words else [_blank_page(said)]
    if not said:
        return checks
    doubted = [(index, block) for index, block in said if not _is_confirmed(block)]
    heard = [word.text for word in words.words]
    checks.append(check_repetition(doubted, heard))
    checks += check_prompt_leaks(doubted, heard)
    checks += check_languages(doubted, words)
    return checks + check_reading_order(parse.blocks, words.words)


def _is_confirmed(block: Block) -> bool:
    return block.evidence is not None and block.evidence.verdict in _CONFIRMED


def _blank_page(said: list[tuple[int, Block]]) -> Check:
    """A page without words; a figure's description is no text of it."""
    texts = [(index, block) for index, block in said if block.kind is not BlockKind.FIGURE]
    if not texts:
        message, result = "No witness reads anything on the page, and no text was read.", CheckResult.PASSED
    elif all(block.kind in _UNHEARD for _, block in texts):
        message, result = "No witness reads anything on the page; what was read may be there.", CheckResult.UNDECIDED
    else:
        n = sum(len(block.text.split()) for _, block in texts)
        message, result = f"No witness reads anything on the page; {n} words were read.", CheckResult.FAILED
    boxes = tuple(block.box for _, block in texts)
    return Check(name=CheckName.BLANK_PAGE, result=result, message=message, boxes=boxes)
