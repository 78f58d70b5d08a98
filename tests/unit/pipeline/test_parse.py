"""Whose words are believed, and what is left when the layout cannot be read."""

from docai.domain.documents import PageFacts
from docai.domain.geometry import Box, PageSize
from docai.domain.words import PageWords, TextLayerFlaw, Witness, Word
from docai.pipeline.parse import LINES_ENGINE, parse_lines, read_page_words

HERE = Box(x0=0.1, y0=0.1, x1=0.2, y1=0.12)
THERE = Box(x0=0.1, y0=0.3, x1=0.4, y1=0.32)


class Reader:
    """Reads one word, and counts how often it was asked."""

    name = "reader 1"

    def __init__(self) -> None:
        self.n_asked = 0

    def read(self, image: bytes) -> PageWords:
        self.n_asked += 1
        return PageWords(witness=Witness.OCR, words=(Word(text=image.decode(), box=HERE, line=0),), engine=self.name)


def facts(words: PageWords) -> PageFacts:
    return PageFacts(
        size=PageSize(width_pt=595, height_pt=842),
        words=words,
        smallest_print_pt=None,
        native_dpi=None,
    )


def test_a_believed_text_layer_is_not_read_again() -> None:
    layer = PageWords(witness=Witness.TEXT_LAYER, words=(Word(text="typed", box=HERE, line=0),))
    reader = Reader()
    assert read_page_words(facts(layer), b"seen", word_reader=reader) == layer
    assert reader.n_asked == 0


def test_ocr_reads_what_the_text_layer_cannot_be_believed_on_and_says_why() -> None:
    layer = PageWords(witness=None, text_layer_flaws=(TextLayerFlaw.WRONG_ENCODING,))
    words = read_page_words(facts(layer), b"seen", word_reader=Reader())
    assert words.witness is Witness.OCR
    assert [word.text for word in words.words] == ["seen"]
    assert words.text_layer_flaws == (TextLayerFlaw.WRONG_ENCODING,)


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
