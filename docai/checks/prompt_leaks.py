"""Whether a page's text says what a model was told, or speaks to whoever asked, instead of what is printed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from docai import prompts
from docai.checks.flag_messages import quoted
from docai.domain.checks import Check, CheckName, CheckResult
from docai.domain.parses import Block, BlockKind

_WORD = re.compile(r"\w+")
_BLANK = re.compile(r"\{\{.*?\}\}")
_IN_A_ROW = 8
"""So many words in a row are no coincidence."""
_CHATTER = re.compile(
    r"<\|\w+\|>|\bas an ai(?: language)? model\b|\bi(?: am|'m) (?:sorry|unable|an ai)\b"
    r"|\bi (?:can ?not|can't) (?:read|see|assist|help|process)\b"
    r"|\b(?:here is|here's|below is) the (?:\w+ )?(?:transcri\w+|extract\w+|markdown|ocr|json|text (?:of|from) the)\b"
    r"|\bthe (?:provided|given|attached|uploaded) (?:image|page|document) (?:shows|contains|appears|is)\b",
    re.IGNORECASE,
)
"""What chat models say of themselves and of their task, and marks of their chat templates."""


def check_prompt_leaks(doubted: Sequence[tuple[int, Block]], heard: Sequence[str]) -> list[Check]:
    """One check for each block that says what is no print, else one that none does.

    Args:
        doubted: the blocks that their witness does not confirm, with their index on the page.
        heard: the page's words.
    """
    printed = " ".join(heard)
    found = []
    for index, block in doubted:
        leak = _leak(block, printed)
        if leak is not None:
            message = f"The text says what the model was told, or speaks of its task: {quoted(leak)}."
            found.append(_check(CheckResult.FAILED, message, index, block))
    return found or [_check(CheckResult.PASSED, "No text says what the model was told.")]


def _check(result: CheckResult, message: str, index: int | None = None, block: Block | None = None) -> Check:
    boxes = (block.box,) if block else ()
    return Check(name=CheckName.PROMPT_LEAK, result=result, message=message, block=index, boxes=boxes)


def _leak(block: Block, printed: str) -> str | None:
    """What of a block's text is no print."""
    said = _words(block.text)
    if " ".join(said) in _short_prompts() and " ".join(said) not in " ".join(_words(printed)):
        return block.text
    shared = _told().intersection(_phrases(said))
    leaked = shared.difference(_phrases(_words(printed))) if shared else shared
    if leaked:
        return next(" ".join(phrase) for phrase in _phrases(said) if phrase in leaked)
    chatter = _CHATTER.search(block.text) if block.kind is not BlockKind.FIGURE else None
    return chatter.group() if chatter and not _CHATTER.search(printed) else None


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _phrases(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(words[start:] for start in range(_IN_A_ROW)), strict=False)


@cache
def _prompts() -> tuple[tuple[str, ...], ...]:
    """The words of every prompt, and of every version of it."""
    texts = [file.read_text(encoding="utf-8") for file in files(prompts).iterdir() if file.name.endswith(".md")]
    return tuple(tuple(_words(_BLANK.sub(" ", text))) for text in texts)


@cache
def _told() -> frozenset[tuple[str, ...]]:
    return frozenset(phrase for words in _prompts() for phrase in _phrases(words))


@cache
def _short_prompts() -> frozenset[str]:
    return frozenset(" ".join(words) for words in _prompts() if len(words) < _IN_A_ROW)
