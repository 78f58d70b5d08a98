"""Elements of a JSON reply, with what can be saved of one that is broken or broke off."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import json_repair

from docai.dialects.draft import Draft
from docai.dialects.limits import MAX_BLOCKS
from docai.errors import ReplyUnreadable

MAX_MENDED = 20_000
"""Characters of one element that is mended: mending takes time that grows faster than its length."""
MAX_TRIES = 200
"""Places at which the next whole element is looked for after a broken one."""

_DECODER = json.JSONDecoder(strict=False)
"""Not strict: models write line feeds within strings (see xgrammar issue 800)."""
_OPEN = re.compile(r"\{")
_GAP = re.compile(r"[\s,]*")
_WRAPPER = re.compile(r'\{\s*"[^"]{1,40}"\s*:\s*\[')
_CLOSED = re.compile(r"\}\s*\]?\s*\}?\s*\Z")

JsonObject = dict[str, Any]


def json_value(text: str) -> Any:  # noqa: ANN401 - JSON
    """The JSON in a text, or None where it is not whole.

    A reasoning model may have thought aloud before it; numbers too long for Python count as broken.
    """
    start = min((at for at in (text.find("["), text.find("{")) if at >= 0), default=-1)
    if start < 0:
        return None
    try:
        return _DECODER.raw_decode(text, start)[0]
    except (ValueError, RecursionError):
        return None


def elements_of(text: str, draft: Draft) -> Iterator[JsonObject]:
    """The objects of the JSON array in a text, whole ones first to last.

    One that is broken is mended if it can be, else left out; one that the text breaks off in is left out. Both are
    told in the draft.

    Raises:
        ReplyUnreadable: there is no array or object in the text.
    """
    start = _first_element(text)
    n_found = 0
    while n_found <= MAX_BLOCKS and start < len(text) and text[start] not in "]}":
        found = _decoded(text, start)
        if found is not None:
            element, end = found
            if isinstance(element, dict):
                yield element
            else:
                draft.note("an element that is no JSON object is left out")
        else:
            end = _next_whole(text, start)
            mended = _mended(text, start, end, draft)
            if mended is not None:
                yield mended
        n_found += 1
        start = _after_gap(text, end)


def _first_element(text: str) -> int:
    wrapper, opening = _WRAPPER.search(text), text.find("[")
    first = _OPEN.search(text)
    if wrapper is not None and first is not None and wrapper.start() == first.start() and opening >= wrapper.start():
        return _after_gap(text, wrapper.end())
    if opening >= 0 and (first is None or opening < first.start()):
        return _after_gap(text, opening + 1)
    if first is None:
        raise ReplyUnreadable("there is no JSON in the reply")
    return first.start()


def _after_gap(text: str, at: int) -> int:
    gap = _GAP.match(text, at)
    return gap.end() if gap else at


def _decoded(text: str, start: int) -> tuple[Any, int] | None:
    try:
        return _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None


def _next_whole(text: str, broken: int) -> int:
    """Where the next whole object after a broken one begins; the end of the text where there is none."""
    for _, opening in zip(range(MAX_TRIES), _OPEN.finditer(text, broken + 1), strict=False):
        found = _decoded(text, opening.start())
        if found is not None and isinstance(found[0], dict) and len(found[0]) > 1:
            return opening.start()
    return len(text)


def _mended(text: str, start: int, end: int, draft: Draft) -> JsonObject | None:
    """The broken element that ends before `end`, mended; None where it breaks off or cannot be."""
    piece = text[start:end]
    if end == len(text) and (_CLOSED.search(piece) is None or piece.count("{") > piece.count("}")):
        draft.broken_off("the JSON breaks off within an element")
        return None
    mended: object = None
    if len(piece) <= MAX_MENDED:
        try:
            mended = json_repair.loads(piece.strip().rstrip(",").removesuffix("]"), skip_json_loads=True)
        except (ValueError, RecursionError):
            mended = None
    if isinstance(mended, dict) and mended:
        draft.note("an element of broken JSON is mended")
        return mended
    draft.note("an element of broken JSON is left out")
    return None
