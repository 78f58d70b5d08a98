"""LaTeX in running text: where a formula begins and ends."""

from __future__ import annotations

import re

FENCES = (("$$", "$$"), ("\\[", "\\]"), ("\\(", "\\)"), ("$", "$"))
"""What models set around formulas; the longer sign of two that begin alike comes first."""
MAX_INLINE = 2_000
"""Characters of a formula within a line; a sign without a partner must not make the search run to the end."""
MAX_DISPLAYED = 20_000
"""Characters of a displayed formula: far more than fit on a page."""

_ENVIRONMENT = re.compile(r"\\begin\{(equation|align|gather|mult(?:line)|eqnarray|displaymath)(\*?)\}")


def bare(text: str) -> str:
    """A formula without the signs around it; one that has none stays as it is."""
    text = text.strip()
    for start, end in FENCES:
        inner = text[len(start) : -len(end)]
        if text.startswith(start) and text.endswith(end) and len(text) > len(start) + len(end) and start not in inner:
            return inner.strip()
    return text


def set_off(text: str) -> str:
    """A formula between the signs that set it off, without blank lines, which would end it."""
    text = "\n".join(line for line in text.strip().split("\n") if line.strip())
    if "$$" in text and "\\[" not in text and "\\]" not in text:
        return f"\\[\n{text}\n\\]"
    return f"$$\n{text.replace('$$', '$ $')}\n$$"


def is_formula(text: str) -> bool:
    """Whether a text is one displayed formula and nothing else."""
    text = text.strip()
    found = display_end(text, 0)
    return found is not None and found == len(text)


def display_end(text: str, start: int) -> int | None:
    """Where the displayed formula that begins at a place ends; None where none begins, or it never ends."""
    limit = start + MAX_DISPLAYED
    for opening, closing in FENCES[:2]:
        if text.startswith(opening, start):
            end = text.find(closing, start + len(opening), limit)
            return end + len(closing) if end > start + len(opening) else None
    found = _ENVIRONMENT.match(text, start)
    if found is None:
        return None
    closing = f"\\end{{{found[1]}{found[2]}}}"
    end = text.find(closing, found.end(), limit)
    return end + len(closing) if end >= 0 else None


def inline_end(text: str, start: int) -> int | None:
    """Where the formula within a line that begins at a place ends; None where none begins.

    A single dollar sign opens one only before, and closes one only after, something that is no space; and none closes
    before a digit, so that prices stay prices (the rule of pandoc's `tex_math_dollars`).
    """
    for opening, closing in FENCES:
        if not text.startswith(opening, start):
            continue
        first = start + len(opening)
        end = text.find(closing, first, first + MAX_INLINE)
        if end <= first or "\n\n" in text[first:end]:
            return None
        after = end + len(closing)
        if opening == "$" and (text[first].isspace() or text[end - 1].isspace() or text[after : after + 1].isdigit()):
            return None
        return after
    return None
