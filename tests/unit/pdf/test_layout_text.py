import pytest

from docai.domain.geometry import Box
from docai.domain.words import Word
from docai.pdf.layout_text import in_reading_order, reads_leftwards, rows_by_place, text_of, vocabulary


def printed(*lines: str) -> list[Word]:
    """Words of lines below each other, each word 0.04 wide per letter from the left edge."""
    words = []
    for n, line in enumerate(lines):
        x = 0.1
        for text in line.split():
            width = 0.01 * len(text)
            words.append(Word(text=text, box=Box(x0=x, y0=0.1 + 0.02 * n, x1=x + width, y1=0.115 + 0.02 * n), line=n))
            x += width + 0.01
    return words


def read(words: list[Word]) -> str:
    ids = range(len(words))
    return text_of(in_reading_order(ids, words), words, vocabulary(words))


@pytest.mark.parametrize(
    ("first", "second", "text"),
    [
        ("the infor-", "mation given", "the information given"),
        ("the infor\u2010", "mation given", "the information given"),
        ("the infor\u00ad", "mation given", "the information given"),
        ("the COVID-", "19 wave", "the COVID-19 wave"),
        ("pages 12-", "14 of it", "pages 12-14 of it"),
        ("the anti-", "European side", "the anti-European side"),
        ("pre-", "and post-war", "pre- and post-war"),
        ("a state-of-the-", "art method", "a state-of-the-art method"),
        ("a dash -", "then more", "a dash - then more"),
        ("two plain", "lines", "two plain lines"),
        ("\u4e2d\u6587", "\u6587\u672c", "\u4e2d\u6587\u6587\u672c"),
    ],
)
def test_lines_are_joined_as_they_were_meant(first: str, second: str, text: str) -> None:
    assert read(printed(first, second)) == text


def test_a_compound_that_the_page_writes_elsewhere_keeps_its_hyphen() -> None:
    words = printed("a well-known way,", "the well-", "known one")
    assert read(words) == "a well-known way, the well-known one"


def test_a_broken_word_that_the_page_writes_elsewhere_is_mended() -> None:
    words = printed("Methods (McDonalds)", "by Mc-", "Donalds")
    assert read(words).endswith("by McDonalds")


def test_a_hyphen_within_a_line_stays() -> None:
    assert read(printed("left- right")) == "left- right"


def test_chinese_is_set_without_spaces_within_a_line_too() -> None:
    assert read(printed("\u4f60\u597d\uff0c \u4e16\u754c 5 km")) == "\u4f60\u597d\uff0c\u4e16\u754c 5 km"


def test_ligatures_are_spelt_out() -> None:
    assert read(printed("\ufb01ne e\ufb00ort o\ufb03ce")) == "fine effort office"


def test_lines_that_the_file_draws_out_of_order_are_read_from_the_top() -> None:
    words = printed("first line", "second line")
    shuffled = [w.model_copy(update={"line": 1 - w.line}) for w in words[2:] + words[:2]]
    assert read(shuffled) == "first line second line"


def test_a_drop_capital_is_read_first() -> None:
    words = printed("nce upon", "a time")
    capital = Word(text="O", box=Box(x0=0.05, y0=0.1, x1=0.09, y1=0.135), line=9)
    assert read([capital, *[w.model_copy(update={"line": w.line + 10}) for w in words]]).startswith("O nce upon")


def test_pieces_of_one_line_are_one_row_from_left_to_right() -> None:
    words = printed("Total 5.00")
    apart = [words[1].model_copy(update={"line": 3}), words[0].model_copy(update={"line": 4})]
    assert rows_by_place([0, 1], apart) == [[[1], [0]]]


def test_arabic_pieces_of_a_line_are_read_from_the_right() -> None:
    left = Word(text="\u0643\u062a\u0627\u0628", box=Box(x0=0.1, y0=0.1, x1=0.2, y1=0.12), line=1)
    right = Word(text="\u0647\u0630\u0627", box=Box(x0=0.3, y0=0.1, x1=0.4, y1=0.12), line=0)
    assert reads_leftwards([left, right])
    assert in_reading_order([0, 1], [right, left]) == [[0], [1]]
    assert rows_by_place([0, 1], [right, left]) == [[[0], [1]]]


def test_numbers_have_no_direction() -> None:
    assert not reads_leftwards(printed("2024 17"))
