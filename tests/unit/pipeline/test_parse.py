"""What is left when the layout cannot be read."""

from docai.domain.geometry import Box
from docai.domain.words import PageWords, Witness, Word
from docai.pipeline.parse import LINES_ENGINE, parse_lines

HERE = Box(x0=0.1, y0=0.1, x1=0.2, y1=0.12)
THERE = Box(x0=0.1, y0=0.3, x1=0.4, y1=0.32)


def test_lines_become_paragraphs_that_name_every_word() -> None:
    words = PageWords(
        witness=Witness.TEXT_LAYER,
        words=(
            Word(text="one", box=HERE, line=0),
            Word(text="two", box=THERE, line=0),
            Word(text="three", box=THERE, line=1),
        ),
    )
    parse = parse_lines(7, words)
    assert (parse.page_number, parse.engine) == (7, LINES_ENGINE)
    assert [(block.text, block.word_ids) for block in parse.blocks] == [("one two", (0, 1)), ("three", (2,))]
    assert parse.blocks[0].box == Box(x0=0.1, y0=0.1, x1=0.4, y1=0.32)
