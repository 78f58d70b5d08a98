"""ReadingProfile: in how many looks a model reads a page, by which prompts, and in which dialects it answers; data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from docai.dialects.page_json import PAGE_SCHEMA
from docai.domain.parses import BlockKind
from docai.domain.sights import Purpose
from docai.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Ask:
    """What a model is asked about an image."""

    prompt: str
    """Name of a file in `docai.prompts`."""
    dialect: str
    """Name of the dialect in which it answers; see `docai.dialects`."""
    schema: Mapping[str, Any] | None = None
    """JSON Schema of the answer, for engines that hold a model to one."""


@dataclass(frozen=True, slots=True)
class ReadingProfile:
    """How a model reads."""

    name: str
    page: Ask | None = None
    """All of a page in one pass; None: it is read in two looks."""
    layout: Ask | None = None
    """The first of two looks, at the whole page; None: the blocks are those that the layout engine found."""
    pieces: Mapping[Purpose, Ask] = field(default_factory=dict)
    """The second look, at each block by itself, by what there is to be read. Blocks of other purposes are not shown."""
    stop: tuple[str, ...] = ()
    """Texts that end the output, beside the model's own."""
    temperature: float = 0.0
    top_p: float = 1.0


PURPOSES: Mapping[BlockKind, Purpose] = {
    BlockKind.TABLE: Purpose.TABLE,
    BlockKind.CHART: Purpose.CHART,
    BlockKind.FORMULA: Purpose.FORMULA,
    BlockKind.FIGURE: Purpose.PICTURE,
}
"""What a block is looked at for, by its kind; every other kind is text."""

LAYOUT_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "rotation": {"type": "integer", "enum": [0, 90, 180, 270]},
        "blocks": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "kind": {"type": "string", "enum": [kind.value for kind in BlockKind]},
                    "box": {"type": "array", "items": {"type": "integer"}, "minItems": 4, "maxItems": 4},
                    "level": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
                },
                "required": ["kind", "box", "level"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["rotation", "blocks"],
    "additionalProperties": False,
}
"""What `docai.dialects.page_json` reads, without the texts: a first look finds blocks only."""

GENERIC = ReadingProfile(
    name="generic",
    layout=Ask("layout", "page_json", LAYOUT_SCHEMA),
    pieces={
        Purpose.TEXT: Ask("text", "markdown"),
        Purpose.TABLE: Ask("table", "otsl"),
        Purpose.CHART: Ask("chart", "chart_table"),
        Purpose.FORMULA: Ask("formula", "formula"),
        Purpose.PICTURE: Ask("figure", "text"),
    },
)
"""Models that follow instructions and were not trained for documents in particular: two looks, in our own words."""

PAGE_JSON = ReadingProfile(name="page_json", page=Ask("page", "page_json", PAGE_SCHEMA))
"""The same models in one pass, where one look is to do: `DOCAI_VLM__DIALECT=page_json`."""

MARKDOWN = ReadingProfile(name="markdown", page=Ask("page_markdown", "markdown"))
"""Models that write Markdown and were trained on no prompt of their own, such as LightOnOCR."""

OLMOCR = ReadingProfile(name="olmocr", page=Ask("olmocr", "olmocr"), temperature=0.1)
"""olmOCR 0.4.27, `olmocr/pipeline.py`: front matter and Markdown, first try at temperature 0.1."""

DOCTAGS = ReadingProfile(name="doctags", page=Ask("doctags", "doctags"), stop=("</doctag>", "<|end_of_text|>"))
"""granite-docling and SmolDocling: docling 2.143, `docling/datamodel/stage_model_specs.py`."""

DOTS = ReadingProfile(name="dots", page=Ask("dots", "layout_json"), temperature=0.1, top_p=0.9)
"""dots.ocr: one JSON array in reading order; temperature 0.1 as in its `dots_ocr/parser.py`."""

MINERU = ReadingProfile(
    name="mineru",
    layout=Ask("mineru_layout", "mineru"),
    pieces={
        Purpose.TEXT: Ask("mineru_text", "text"),
        Purpose.TABLE: Ask("mineru_table", "table"),
        Purpose.FORMULA: Ask("mineru_formula", "formula"),
    },
)
"""MinerU2.5, `mineru_vl_utils/mineru_client.py`: boxes first, then each block; temperature 0."""

PADDLEOCR = ReadingProfile(
    name="paddleocr",
    pieces={
        Purpose.TEXT: Ask("paddleocr_text", "text"),
        Purpose.TABLE: Ask("paddleocr_table", "table"),
        Purpose.FORMULA: Ask("paddleocr_formula", "formula"),
        Purpose.CHART: Ask("paddleocr_chart", "chart_table"),
    },
)
"""PaddleOCR-VL: blocks from a layout model of its own, which here is docai's, each read by a prompt of two words."""

GLM = ReadingProfile(
    name="glm",
    pieces={
        Purpose.TEXT: Ask("glm_text", "text"),
        Purpose.TABLE: Ask("glm_table", "table"),
        Purpose.FORMULA: Ask("glm_formula", "formula"),
    },
)
"""GLM-OCR: as PaddleOCR-VL, with HTML tables."""

DEEPSEEK = ReadingProfile(name="deepseek", page=Ask("deepseek", "deepseek"))
"""DeepSeek-OCR and -2, Unlimited-OCR: Markdown with the place of each block."""

NANONETS = ReadingProfile(name="nanonets", page=Ask("nanonets", "markdown"))
"""Nanonets-OCR-s and OCR2: Markdown with HTML tables, LaTeX, and tags for signatures, watermarks and page numbers."""

CHANDRA = ReadingProfile(name="chandra", page=Ask("chandra", "html"), top_p=0.1)
"""Chandra: HTML with the place of each block."""

_BY_NAME = (
    ("olmocr", OLMOCR),
    ("granitedocling|granitefordocling|smoldocling", DOCTAGS),
    ("mineru", MINERU),
    ("dotsocr|dotsmocr", DOTS),
    ("paddleocr", PADDLEOCR),
    ("glmocr", GLM),
    ("deepseekocr|unlimitedocr", DEEPSEEK),
    ("nanonetsocr", NANONETS),
    ("chandra", CHANDRA),
    ("lightonocr", MARKDOWN),
)
"""What a model's name contains, letters and digits only; the first that fits decides."""

_BY_DIALECT = {
    profile.page.dialect: profile
    for profile in (CHANDRA, PAGE_JSON, MARKDOWN, OLMOCR, DOCTAGS, DOTS, DEEPSEEK)
    if profile.page is not None
} | {"mineru": MINERU}
PROFILES = (GENERIC, PAGE_JSON, MARKDOWN, OLMOCR, DOCTAGS, DOTS, MINERU, PADDLEOCR, GLM, DEEPSEEK, NANONETS, CHANDRA)


def profile_of(*names: str, dialect: str = "auto") -> ReadingProfile:
    """How a model reads pages.

    Args:
        names: by which it is known, the most telling first: a listed model that it sees as, its own name or folder.
        dialect: in which it is to write pages; `auto`: as models of its name do.

    Raises:
        ConfigurationError: there is no such dialect for pages.
    """
    by_name = _profile_named(*names)
    if dialect == "auto":
        return by_name
    if dialect not in _BY_DIALECT:
        known = ", ".join(sorted(_BY_DIALECT))
        raise ConfigurationError(f"DOCAI_VLM__DIALECT: no model writes pages in {dialect!r}; choose among {known}.")
    is_own = by_name.page is not None and by_name.page.dialect == dialect
    return by_name if is_own else _BY_DIALECT[dialect]


def _profile_named(*names: str) -> ReadingProfile:
    for name in names:
        plain = re.sub(r"[^a-z0-9]", "", name.lower())
        for pattern, profile in _BY_NAME:
            if re.search(pattern, plain):
                return profile
    return GENERIC
