"""olmOCR: YAML front matter about the page, then Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import yaml

from docai.dialects.boxes import PIXELS, numbers_in
from docai.dialects.dialect import Shown
from docai.dialects.draft import Draft
from docai.dialects.fences import unfenced
from docai.dialects.limits import legible
from docai.dialects.markdown import MarkdownDialect, read_markdown
from docai.dialects.markdown_writing import write_markdown
from docai.domain.geometry import Box
from docai.domain.readings import ReadBlock, Reading
from docai.errors import ReplyUnreadable

_FRONT = re.compile(r"\A\s*---[ \t]*\n(.{0,4000}?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
"""A front matter has five short lines; the bound keeps YAML's anchors and depth harmless."""
_PICTURE = re.compile(r"page_\d+_\d+_\d+_\d+\.png")
_TURNS = frozenset({0, 90, 180, 270})


class OlmOcrDialect:
    """The keys are `primary_language`, `is_rotation_valid`, `rotation_correction`, `is_table` and `is_diagram`.

    Source: `PageResponse` in `olmocr/prompts/prompts.py` of olmocr 0.4. Pictures are named
    `page_<left>_<top>_<width>_<height>.png`, in pixels of the image shown.
    """

    name = "olmocr"
    has_boxes = False
    kinds = MarkdownDialect.kinds

    def read(self, text: str, shown: Shown) -> Reading:
        """See `Dialect`."""
        text, is_open = unfenced(legible(text))
        found = _FRONT.match(text)
        if found is None:
            raise ReplyUnreadable("the reply has no front matter")
        facts = _facts(found[1])
        draft = Draft(is_truncated=is_open)
        rotation = facts.get("rotation_correction")
        if rotation not in _TURNS or isinstance(rotation, bool):
            if rotation is not None:
                draft.note(f"a rotation that is no quarter turn is left out: {str(rotation)[:20]!r}")
            rotation = None
        if facts.get("is_rotation_valid") is True:
            rotation = 0
        language = facts.get("primary_language")
        read_markdown(text[found.end() :], draft, lambda source: _picture_box(source, shown))
        return draft.reading(rotation=rotation, language=language if isinstance(language, str) else None)

    def write(self, blocks: Sequence[ReadBlock], shown: Shown) -> str:
        """See `Dialect`. Of a page that stands upright, in no language in particular."""
        is_table = all(b.table is not None for b in blocks) and bool(blocks)
        front = (
            "---\nprimary_language: null\nis_rotation_valid: True\nrotation_correction: 0\n"
            f"is_table: {is_table}\nis_diagram: False\n---\n"
        )
        return front + write_markdown(blocks)


def _facts(text: str) -> dict[str, Any]:
    try:
        facts = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ReplyUnreadable("the reply's front matter is no YAML") from error
    if not isinstance(facts, dict):
        raise ReplyUnreadable("the reply's front matter names nothing")
    return facts


def _picture_box(source: str, shown: Shown) -> Box | None:
    if not _PICTURE.fullmatch(source.strip()):
        return None
    left, top, width, height = numbers_in(source.replace("_", " ").replace(".png", ""))[:4]
    return PIXELS.read([left, top, left + width, top + height], shown)[0]
