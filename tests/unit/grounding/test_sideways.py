"""A table that is printed on its side is found as if it stood upright, and its boxes are where it stands."""

import pytest

from docai.domain.geometry import Box
from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock
from docai.domain.tables import Cell, Table
from docai.domain.words import PageWords, Witness, Word
from docai.grounding.align import Aligned, Placed, align
from docai.grounding.sideways import align_turned, quarter_turn, turned

ROWS = (("Place", "Autumn", "Winter"), ("Tarnelmoor", "1204", "3771"), ("Quillhaven", "9500", "1666"))


def upright() -> tuple[Word, ...]:
    words = []
    for r, row in enumerate(ROWS):
        for c, text in enumerate(row):
            x, y = 0.1 + 0.25 * c, 0.2 + 0.05 * r
            words.append(Word(text=text, box=Box(x0=x, y0=y, x1=x + 0.015 * len(text), y1=y + 0.02), line=r))
    return tuple(words)


def page(degrees: int) -> PageWords:
    """The print turned clockwise."""
    words = tuple(word.model_copy(update={"box": turned(word.box, degrees)}) for word in upright())
    return PageWords(witness=Witness.TEXT_LAYER, words=words)


def read(box: Box | None = None) -> list[Placed]:
    cells = tuple(Cell(row=r, col=c, text=text) for r, row in enumerate(ROWS) for c, text in enumerate(row))
    table = Table(n_rows=3, n_cols=3, cells=cells)
    return [Placed(ReadBlock(kind=BlockKind.TABLE, text="", box=box, table=table))]


def ids_of(found: Aligned) -> list[tuple[int, ...]]:
    table = found.blocks[0].table
    assert table is not None
    return [cell.word_ids for cell in table.cells]


@pytest.mark.parametrize(("printed", "needed"), [(0, 0), (90, 270), (270, 90)])
def test_how_far_a_page_must_be_turned(printed: int, needed: int) -> None:
    assert quarter_turn(page(printed).words) == needed


def test_a_wide_and_low_page_is_not_taken_for_a_turned_one() -> None:
    wide = [
        word.model_copy(update={"box": Box(x0=b.x0 / 9, y0=b.y0 * 2, x1=b.x1 / 9, y1=b.y1 * 2)})
        for word in upright()
        for b in [word.box]
    ]
    assert quarter_turn(wide) == 0


def test_a_page_without_words_stays_as_it_is() -> None:
    assert quarter_turn(()) == 0


@pytest.mark.parametrize("degrees", [0, 90, 270])
def test_every_cell_finds_its_word_and_stands_where_it_is_printed(degrees: int) -> None:
    words = page(degrees)
    place = Box.around(word.box for word in words.words)
    found = align_turned(read(place), words)
    assert ids_of(found) == [(i,) for i in range(9)]
    assert found.blocks[0].box == place


def test_without_a_box_the_place_is_that_of_the_words_as_shown() -> None:
    words = page(90)
    (block,) = align_turned(read(), words).blocks
    place = Box.around(words.words[i].box for i in block.word_ids)
    assert place is not None
    assert block.box.iou(place) > 0.99


def test_upright_pages_are_aligned_as_ever() -> None:
    assert align_turned(read(), page(0)) == align(read(), page(0))
