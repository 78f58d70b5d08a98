"""What models call the kinds of blocks: one list for all, since most names are shared."""

from __future__ import annotations

import re

from docai.domain.parses import BlockKind

_NAMES: dict[BlockKind, str] = {
    BlockKind.TITLE: "title doc_title document_title",
    BlockKind.HEADING: "heading header_section section_header section_heading sub_title subtitle subheading "
    "paragraph_title section_title",
    BlockKind.PARAGRAPH: "text paragraph plain_text text_block para abstract reference reference_content ref_text "
    "references bibliography content aside_text code code_block algorithm index phonetic table_of_contents "
    "document_index complex_block vertical_text number_list block body key_value key_value_region form",
    BlockKind.LIST_ITEM: "list_item listitem list list_group",
    BlockKind.TABLE: "table otsl",
    BlockKind.FIGURE: "figure picture image image_block img diagram photo photograph drawing illustration logo icon "
    "unknown header_image footer_image abandon",
    BlockKind.CAPTION: "caption figure_caption table_caption image_caption code_caption chart_caption figure_title "
    "table_title chart_title",
    BlockKind.FORMULA: "formula equation equation_block display_formula isolate_formula equation_isolated "
    "inline_formula formula_number formula_caption chemical_block interline_equation math",
    BlockKind.HEADER: "header page_header",
    BlockKind.FOOTER: "footer page_footer page_number number",
    BlockKind.FOOTNOTE: "footnote page_footnote table_footnote image_footnote vision_footnote figure_footnote",
    BlockKind.FIELD: "field form_field",
    BlockKind.CHART: "chart plot graph bar_chart line_chart pie_chart scatter_chart",
    BlockKind.HANDWRITING: "handwriting handwritten signature",
    BlockKind.STAMP: "stamp seal watermark",
}
"""Labels of Qwen2.5-VL's HTML, dots.ocr, MinerU2.5 (`BLOCK_TYPES` of mineru_vl_utils), PP-DocLayout (PaddleOCR-VL and
GLM-OCR), DeepSeek-OCR, Chandra and docling, in lower case with underscores."""

_KIND_BY_NAME = {name: kind for kind, names in _NAMES.items() for name in names.split()}
_BREAK = re.compile(r"[^a-z0-9]+")
_LEVEL = re.compile(r"^(?:section_header_level|heading|h)_?([1-9])$")


def kind_named(label: str) -> BlockKind | None:
    """The kind that a label means, however it is spelled; None where it is none of those known."""
    name = _BREAK.sub("_", label.lower()).strip("_")
    if _LEVEL.match(name):
        return BlockKind.HEADING
    return _KIND_BY_NAME.get(name)


def level_named(label: str) -> int | None:
    """The level in a label such as `section_header_level_2`; None where there is none."""
    found = _LEVEL.match(_BREAK.sub("_", label.lower()).strip("_"))
    return int(found[1]) if found else None
