from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind
from docai.domain.words import Word
from docai.pdf.layout_headings import with_levels

PAGE_HEIGHT = 800.0


Placed = tuple[BlockKind, str, float]


def page(*placed: Placed) -> tuple[list[Block], list[Word]]:
    """Blocks of one line each, as (kind, text, font size), from top to bottom."""
    blocks, words = [], []
    for n, (kind, text, size) in enumerate(placed):
        y = 0.05 + 0.05 * n
        box = Box(x0=0.1, y0=y, x1=0.9, y1=y + size / PAGE_HEIGHT)
        ids = tuple(range(len(words), len(words) + len(text.split())))
        words += [Word(text=t, box=box, line=n, font_size_pt=size) for t in text.split()]
        blocks.append(Block(kind=kind, text=text, box=box, word_ids=ids))
    return blocks, words


def levels(*placed: Placed, first: bool = False) -> list[tuple[str, int | None]]:
    blocks, words = page(*placed)
    return [(b.kind.value, b.level) for b in with_levels(blocks, words, PAGE_HEIGHT, is_first_page=first)]


BODY = (BlockKind.PARAGRAPH, "some plain text of the body that is longer than any of the headings on it", 10.0)


def heading(text: str, size: float) -> Placed:
    return BlockKind.HEADING, text, size


def test_larger_print_is_a_higher_heading() -> None:
    found = levels(heading("Small", 11.0), heading("Large", 16.0), BODY, heading("Small too", 11.2))
    assert [level for _, level in found] == [2, 1, None, 2]


def test_numbering_tells_the_level() -> None:
    found = levels(heading("2.1 Data", 12.0), heading("2.1.3 Ages", 12.0), heading("3. Results", 12.0), BODY)
    assert [level for _, level in found] == [2, 3, 1, None]


def test_a_heading_shares_the_level_of_a_numbered_one_of_its_size() -> None:
    assert levels(heading("2.1 Data", 12.0), heading("Limits", 12.0), BODY)[1] == ("heading", 2)


def test_a_year_is_no_numbering() -> None:
    assert levels(heading("1998 was a good year", 12.0), BODY)[0] == ("heading", 1)


def test_sizes_come_from_the_boxes_where_fonts_are_unknown() -> None:
    blocks, words = page(heading("Low", 11.0), heading("High", 18.0))
    words = [w.model_copy(update={"font_size_pt": None}) for w in words]
    assert [b.level for b in with_levels(blocks, words, PAGE_HEIGHT)] == [2, 1]


def test_the_largest_print_at_the_head_of_the_first_page_is_the_title() -> None:
    placed = (BlockKind.PARAGRAPH, "On the growth of basil", 18.0), heading("Methods", 12.0), BODY
    assert levels(*placed, first=True) == [("title", None), ("heading", 1), ("paragraph", None)]
    assert levels(*placed)[0] == ("paragraph", None)


def test_the_models_own_title_is_kept() -> None:
    placed = (BlockKind.TITLE, "Basil", 12.0), (BlockKind.PARAGRAPH, "large print of no import", 18.0), BODY
    assert [kind for kind, _ in levels(*placed, first=True)] == ["title", "paragraph", "paragraph"]


def test_a_page_in_one_size_has_no_title() -> None:
    assert levels(heading("Methods", 10.0), BODY, first=True)[0] == ("heading", 1)
