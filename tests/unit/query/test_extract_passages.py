from __future__ import annotations

from docai.domain.geometry import Box
from docai.domain.words import Word
from docai.query.extract_passages import Passage, line_pieces, sentences


def words_of(*lines: str, x: float = 0.1) -> list[Word]:
    found = []
    for n, line in enumerate(lines):
        at = x
        for text in line.split():
            box = Box(x0=at, y0=0.1 + n * 0.02, x1=at + 0.01 * len(text), y1=0.12 + n * 0.02)
            found.append(Word(text=text, box=box, line=n))
            at = box.x1 + 0.01
    return found


def test_sentences_end_at_full_stops_but_not_behind_abbreviations() -> None:
    words = words_of("His name is Mr. Havel. He lives in No. 5", "and works. 12 people agree.")
    found = [sentence.text for sentence in sentences(words, range(len(words)))]
    assert found == ["His name is Mr. Havel.", "He lives in No. 5 and works.", "12 people agree."]


def test_a_word_broken_at_a_lines_end_is_one_again() -> None:
    words = words_of("the infor-", "mation and a well-", "Known one")
    assert Passage(words, tuple(range(len(words)))).text == "the information and a well- Known one"


def test_characters_know_their_words() -> None:
    words = words_of("paid by Ann Lee today")
    passage = Passage(words, (0, 1, 2, 3, 4))
    start = passage.text.index("Ann")
    assert passage.ids_between(start, start + len("Ann Lee")) == (2, 3)


def test_printed_rows_are_parted_at_wide_gaps() -> None:
    words = words_of("Invoice number", "Due date") + words_of("HM-0417", "14 May 2026", x=0.5)
    rows = line_pieces(words, range(len(words)), 1.414)
    assert [[piece.text for piece in row] for row in rows] == [
        ["Invoice number", "HM-0417"],
        ["Due date", "14 May 2026"],
    ]


def test_lines_set_tightly_are_rows_of_their_own() -> None:
    large = [
        Word(text=t, box=Box(x0=x, y0=0.04, x1=x + 0.09, y1=0.064), line=0) for t, x in (("Moss", 0.1), ("Ltd", 0.2))
    ]
    small = [
        Word(text=t, box=Box(x0=x, y0=0.056, x1=x + 0.06, y1=0.068), line=1)
        for t, x in (("Fine", 0.1), ("desks", 0.17))
    ]
    beside = Word(text="Invoice", box=Box(x0=0.7, y0=0.045, x1=0.9, y1=0.06), line=2)
    words = [*large, *small, beside]
    rows = line_pieces(words, range(len(words)), 1.414)
    assert [[piece.text for piece in row] for row in rows] == [["Moss Ltd", "Invoice"], ["Fine desks"]]
