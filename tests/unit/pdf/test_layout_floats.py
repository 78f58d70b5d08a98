from collections.abc import Sequence

from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind
from docai.pdf.layout_floats import around_paragraphs

BOX = Box(x0=0.1, y0=0.1, x1=0.9, y1=0.2)


def block(text: str, kind: BlockKind = BlockKind.PARAGRAPH) -> Block:
    return Block(kind=kind, text=text, box=BOX)


FIGURE = block("", BlockKind.FIGURE)
CAPTION = block("Figure 1. A curve.", BlockKind.CAPTION)
HEADING = block("Results", BlockKind.HEADING)


def order(*blocks: Block, small: Sequence[str] = ()) -> list[Block]:
    return around_paragraphs(blocks, lambda b: b.text in small)


def test_a_figure_is_read_after_the_paragraph_that_it_parts() -> None:
    head, tail = block("The curve rises with"), block("the dose given.")
    assert order(head, FIGURE, CAPTION, tail) == [head, tail, FIGURE, CAPTION]


def test_a_figure_between_whole_paragraphs_stays() -> None:
    first, second = block("It rises."), block("Then it falls.")
    assert order(first, FIGURE, CAPTION, second) == [first, FIGURE, CAPTION, second]


def test_a_heading_ends_what_runs_on() -> None:
    head, next_text = block("Broken off with"), block("small letters start this.")
    assert order(head, FIGURE, HEADING, next_text) == [head, FIGURE, HEADING, next_text]


def test_a_paragraph_from_the_page_before_comes_before_the_figure_at_the_head() -> None:
    tail = block("and so it ended.")
    assert order(FIGURE, CAPTION, tail) == [tail, FIGURE, CAPTION]


def test_a_figure_at_the_foot_comes_before_the_paragraph_that_runs_on_to_the_next_page() -> None:
    first, head = block("It rises."), block("Then it falls because")
    assert order(first, head, FIGURE, CAPTION) == [first, FIGURE, CAPTION, head]


def test_a_paragraph_through_the_whole_page_is_not_parted() -> None:
    first, second = block("went on to show that"), block("nothing stops it, not even")
    assert order(first, FIGURE, second) == [first, second, FIGURE]


def test_small_print_behind_a_table_goes_with_it() -> None:
    table, note = block("1\t2", BlockKind.TABLE), block("Values are means.")
    head, tail = block("As the table shows, it"), block("rises with time.")
    assert order(head, table, note, tail, small=[note.text]) == [head, tail, table, note]


def test_no_block_is_lost_on_a_page_of_figures() -> None:
    assert order(FIGURE, CAPTION) == [FIGURE, CAPTION]
    assert order() == []
