"""Names of DocTags (docling-core, `DocumentToken` and `_PictureClassificationToken`), and what they mean here."""

from __future__ import annotations

from docai.domain.parses import BlockKind

ELEMENTS: dict[str, BlockKind] = {
    "title": BlockKind.TITLE,
    **{f"section_header_level_{n}": BlockKind.HEADING for n in range(1, 7)},
    "text": BlockKind.PARAGRAPH,
    "paragraph": BlockKind.PARAGRAPH,
    "list_item": BlockKind.LIST_ITEM,
    "otsl": BlockKind.TABLE,
    "table": BlockKind.TABLE,
    "document_index": BlockKind.TABLE,
    "picture": BlockKind.FIGURE,
    "chart": BlockKind.CHART,
    "caption": BlockKind.CAPTION,
    "formula": BlockKind.FORMULA,
    "page_header": BlockKind.HEADER,
    "page_footer": BlockKind.FOOTER,
    "footnote": BlockKind.FOOTNOTE,
    "code": BlockKind.PARAGRAPH,
    "reference": BlockKind.PARAGRAPH,
    "smiles": BlockKind.FORMULA,
    "checkbox_selected": BlockKind.PARAGRAPH,
    "checkbox_unselected": BlockKind.PARAGRAPH,
    "form": BlockKind.PARAGRAPH,
    "key_value_region": BlockKind.PARAGRAPH,
}
"""What stands for itself, with the kind it is."""

CONTAINERS = frozenset({"doctag", "doctags", "ordered_list", "unordered_list", "inline", "group"})
"""What only holds others."""

NESTING = frozenset({"otsl", "table", "document_index", "picture", "chart"})
"""Elements in which a caption may stand, or a table in a picture."""

CHART_CLASSES = frozenset({"bar_chart", "line_chart", "pie_chart", "scatter_chart", "stacked_bar_chart", "area_chart"})

CLASSES = CHART_CLASSES | frozenset(
    [
        "other",
        "picture_group",
        "flow_chart",
        "heatmap",
        "remote_sensing",
        "natural_image",
        "chemistry_molecular_structure",
        "chemistry_markush_structure",
        "icon",
        "logo",
        "signature",
        "stamp",
        "qr_code",
        "bar_code",
        "screenshot",
        "map",
        "stratigraphic_chart",
        "cad_drawing",
        "electrical_diagram",
        "page_break",
    ]
)
"""What a picture is of; tokens without an end."""

KINDS_BY_CLASS = {"stamp": BlockKind.STAMP, "signature": BlockKind.HANDWRITING} | dict.fromkeys(
    CHART_CLASSES, BlockKind.CHART
)
"""Pictures that are blocks of another kind here."""
