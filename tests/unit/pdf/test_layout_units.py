from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind
from docai.pdf.layout_units import bounds_of, units_of


def block(kind: BlockKind, x0: float, y0: float, x1: float, y1: float, text: str = "") -> Block:
    return Block(kind=kind, text=text, box=Box(x0=x0, y0=y0, x1=x1, y1=y1))


def test_a_caption_goes_with_its_figure_in_the_order_of_the_page() -> None:
    caption = block(BlockKind.CAPTION, 0.1, 0.51, 0.9, 0.53, "Figure 1")
    figure = block(BlockKind.FIGURE, 0.1, 0.2, 0.9, 0.5)
    text = block(BlockKind.PARAGRAPH, 0.1, 0.6, 0.9, 0.8)
    units = units_of([caption, text, figure])
    assert units == [[figure, caption], [text]]
    assert bounds_of(units[0]) == Box(x0=0.1, y0=0.2, x1=0.9, y1=0.53)


def test_fields_on_one_line_are_read_from_the_left() -> None:
    right = block(BlockKind.FIELD, 0.5, 0.301, 0.9, 0.33, "b")
    left = block(BlockKind.FIELD, 0.1, 0.3, 0.4, 0.33, "a")
    below = block(BlockKind.FIELD, 0.1, 0.4, 0.4, 0.43, "c")
    assert units_of([right, below, left]) == [[below], [left, right]]


def test_blocks_with_another_between_them_stay_apart() -> None:
    left, right = block(BlockKind.FIELD, 0.1, 0.3, 0.2, 0.34), block(BlockKind.FIELD, 0.8, 0.3, 0.9, 0.34)
    between = block(BlockKind.PARAGRAPH, 0.3, 0.31, 0.7, 0.33, "and")
    assert units_of([left, between, right]) == [[left], [between], [right]]
