"""What Donut writes, fields between start and end tokens, as JSON values; any text gives some, in one pass."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, field
from typing import TypeAlias

Json: TypeAlias = "dict[str, Json] | list[Json] | str"

MAX_DEPTH = 64
"""Fields within fields; receipts and forms have 3 or 4. What is deeper is left out."""

_TOKEN = re.compile(r"<s_([^<>]*)>|</s_([^<>]*)>|(<sep/>)")


@dataclass(slots=True)
class _Field:
    """A field that is being read."""

    name: str
    done: list[Json] = field(default_factory=list)
    """Items before the last separator."""
    fields: dict[str, Json] = field(default_factory=dict)
    text: list[str] = field(default_factory=list)

    def end_item(self, categories: Container[str], *, keeps_empty: bool) -> None:
        """Take what came since the last separator as an item: its fields where it has any, else its text."""
        text = "".join(self.text).strip()
        if text in categories and text.endswith("/>"):
            text = text[1:-2]
        if self.fields:
            self.done.append(self.fields)
        elif text or keeps_empty:
            self.done.append(text)
        self.fields, self.text = {}, []

    def value(self, categories: Container[str]) -> Json:
        """All of it: a list where there is more than one item."""
        self.end_item(categories, keeps_empty=not self.done)
        return self.done[0] if len(self.done) == 1 else self.done


def token_json(text: str, categories: Container[str] = frozenset()) -> Json:
    """The fields of a text; `{"text_sequence": text}` where there is none, as transformers' `token2json` has it.

    `<s_name>` begins a field and `</s_name>` ends it; `<sep/>` stands between the items of a list; a token such as
    `<paid/>` is a value of its own (`DonutProcessor.token2json` in transformers, `donut/processing_donut.py`). Unlike
    there, a field that has no end keeps what came of it, and no text takes more than time in proportion to its length.

    Args:
        text: As decoded, without the tokens that frame it.
        categories: Tokens that are values.
    """
    stack = [_Field("")]
    position = 0
    for token in _TOKEN.finditer(text):
        stack[-1].text.append(text[position : token.start()])
        position = token.end()
        start, end, separator = token.groups()
        if separator:
            stack[-1].end_item(categories, keeps_empty=len(stack) > 1 and not stack[-1].fields)
        elif start is not None:
            if len(stack) <= MAX_DEPTH:
                stack.append(_Field(start))
        else:
            _close(stack, end, categories)
    stack[-1].text.append(text[position:])
    while len(stack) > 1:
        _close(stack, stack[-1].name, categories)
    root = stack[0]
    if not root.fields and not root.done:
        return {"text_sequence": text.strip()}
    root.text = []
    root.end_item(categories, keeps_empty=False)
    return root.done[0] if len(root.done) == 1 else root.done


def _close(stack: list[_Field], name: str, categories: Container[str]) -> None:
    """End the innermost field of that name, and those in it that were not ended; nothing where there is none."""
    if name not in [each.name for each in stack[1:]]:
        return
    while len(stack) > 1:
        ended = stack.pop()
        stack[-1].fields[ended.name] = ended.value(categories)
        if ended.name == name:
            return
