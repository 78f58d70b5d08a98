import pymupdf

from docai.grids.marks import Rule
from docai.pdf.table_rules import page_rules


def near(rules: list[Rule], *wanted: tuple[float, float, float]) -> bool:
    return len(rules) == len(wanted) and all(
        max(abs(a - b) for a, b in zip(rule, want, strict=True)) < 1 for rule, want in zip(rules, wanted, strict=True)
    )


def test_lines_flat_boxes_and_edges_of_boxes_are_rules() -> None:
    page = pymupdf.open().new_page()
    page.draw_line((50, 100), (250, 100))
    page.draw_rect((50, 150, 250, 151), fill=(0, 0, 0), color=None)
    page.draw_rect((300, 200, 400, 260))
    across, down = page_rules(page)
    assert near(across, (100, 50, 250), (150.5, 50, 250), (200, 300, 400), (260, 300, 400))
    assert near(down, (300, 200, 260), (400, 200, 260))


def test_shading_slanted_lines_and_curves_are_not() -> None:
    page = pymupdf.open().new_page()
    page.draw_rect((50, 150, 250, 190), fill=(0.8, 0.8, 0.8), color=None)
    page.draw_line((50, 300), (250, 340))
    page.draw_circle((200, 500), 40)
    assert page_rules(page) == ([], [])
