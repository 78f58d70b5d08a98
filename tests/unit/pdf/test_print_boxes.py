import pytest

from docai.domain.geometry import Box, PageSize
from docai.domain.words import PageWords, Witness, Word
from docai.pdf.layout_regions import Rect
from docai.pdf.print_boxes import cut_to_print

SIZE = PageSize(width_pt=600, height_pt=800)


def cut(text: str, rect: Rect, font_size: float | None) -> Rect:
    word = Word(text=text, box=Box.from_points(rect, SIZE), line=0, font_size_pt=font_size)
    found = cut_to_print(PageWords(witness=Witness.TEXT_LAYER, words=(word,)), SIZE)
    return found.words[0].box.to_points(SIZE)


def test_a_box_of_several_line_heights_is_cut_to_its_own_line() -> None:
    assert cut("recommended", (100, 350, 160, 381), 8.0) == pytest.approx((100, 368.4, 160, 376.4))


def test_a_short_word_is_cut_too() -> None:
    assert cut("1;", (100, 350, 104, 381), 8.0)[1] > 360


@pytest.mark.parametrize(
    ("text", "rect", "font_size"),
    [
        ("sound", (100, 350, 130, 362), 10.0),
        ("upwards", (20, 300, 32, 340), 10.0),
        ("scanned", (100, 350, 160, 381), None),
    ],
)
def test_other_boxes_stay_as_they_are(text: str, rect: Rect, font_size: float | None) -> None:
    assert cut(text, rect, font_size) == pytest.approx(rect)


def test_nothing_is_copied_where_all_boxes_are_sound() -> None:
    word = Word(text="sound", box=Box.from_points((100, 350, 130, 362), SIZE), line=0, font_size_pt=10.0)
    words = PageWords(witness=Witness.TEXT_LAYER, words=(word,))
    assert cut_to_print(words, SIZE) is words
