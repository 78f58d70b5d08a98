"""Words that no value covers are grouped as they stand, and page furniture is told from content."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.domain.evidence import Omission, OmissionRole
from docai.domain.geometry import Box
from docai.domain.parses import Block, BlockKind
from docai.domain.tables import Cell, Table
from docai.domain.words import PageWords, Witness, Word
from docai.grounding.omissions import omissions_of

HEIGHT = 0.012
PITCH = 0.015
CHARACTER = 0.006


class Sheet:
    """A page that is printed line by line."""

    def __init__(self) -> None:
        self.words: list[Word] = []
        self.n_lines = 0

    def line(self, text: str, y: float, x: float = 0.1, **more: object) -> list[int]:
        """Print a line; gives its words' ids."""
        first = len(self.words)
        for piece in text.split():
            box = Box.clipped(x, y, x + CHARACTER * len(piece), y + HEIGHT)
            self.words.append(Word.model_validate({"text": piece, "box": box, "line": self.n_lines, **more}))
            x += CHARACTER * (len(piece) + 1)
        self.n_lines += 1
        return list(range(first, len(self.words)))

    def paragraph(self, lines: Sequence[str], y: float, x: float = 0.1) -> list[int]:
        """Print lines one below the other."""
        return [i for n, text in enumerate(lines) for i in self.line(text, y + n * PITCH, x)]

    def rows(self, rows: Sequence[Sequence[str]], y: float, pitch: float = 0.03) -> list[list[list[int]]]:
        """Print a table; gives the ids of each row's cells."""
        return [
            [self.line(cell, y + r * pitch, 0.1 + 0.2 * c) for c, cell in enumerate(row)] for r, row in enumerate(rows)
        ]

    def omitted(self, read: Collection[int], *blocks: Block) -> tuple[Omission, ...]:
        """What is left out when some words are read."""
        words = PageWords(witness=Witness.TEXT_LAYER, words=tuple(self.words))
        kept = tuple(sorted(read))
        rest = Block(kind=BlockKind.PARAGRAPH, text="", box=Box(x0=0, y0=0, x1=1, y1=1), word_ids=kept)
        return omissions_of([*blocks, rest], words, [i for i in range(len(self.words)) if i not in read])


TEXT = ["Net sales rose in the first quarter of", "the year and fell in the second one."]


def test_all_words_read_is_no_omission() -> None:
    sheet = Sheet()
    assert sheet.omitted(sheet.paragraph(TEXT, 0.3)) == ()


def test_a_paragraph_that_was_dropped_is_one_region_of_content_in_its_place() -> None:
    sheet = Sheet()
    above = sheet.paragraph(TEXT, 0.3)
    dropped = sheet.paragraph(["Costs were cut by closing two of", "the plants."], 0.345)
    below = sheet.paragraph(TEXT, 0.4)
    (omission,) = sheet.omitted({*above, *below})
    assert omission.role is OmissionRole.CONTENT
    assert omission.word_ids == tuple(dropped)
    assert omission.text == "Costs were cut by closing two of the plants."
    assert omission.box == Box.around(sheet.words[i].box for i in dropped)


def test_columns_are_two_regions() -> None:
    sheet = Sheet()
    left = [f"left column {n} goes on and on" for n in range(4)]
    right = [f"right column {n} goes on and on" for n in range(4)]
    for n in range(4):
        sheet.line(left[n], 0.3 + n * PITCH, 0.1)
    for n in range(4):
        sheet.line(right[n], 0.3 + n * PITCH, 0.55)
    assert [o.text for o in sheet.omitted(())] == [" ".join(left), " ".join(right)]


def test_a_sentence_that_was_left_out_of_a_paragraph_is_one_region_over_its_lines() -> None:
    sheet = Sheet()
    ids = sheet.paragraph(["It began well. The", "second part was", "bad. It ended well."], 0.3)
    gone = {i for i in ids if 3 <= i <= 7}
    (omission,) = sheet.omitted(set(ids) - gone)
    assert omission.text == "The second part was bad."


ROWS = [["Item", "2023", "2024"], ["Apples", "1,200", "1,300"], ["Pears", "800", "750"], ["Total", "2,000", "2,050"]]


def table_block(sheet: Sheet, ids: Sequence[Sequence[Sequence[int]]]) -> Block:
    cells = tuple(
        Cell(row=r, col=c, text=ROWS[r][c], word_ids=tuple(found))
        for r, row in enumerate(ids)
        for c, found in enumerate(row)
    )
    box = Box.around(word.box for word in sheet.words)
    return Block.model_validate(
        {"kind": "table", "text": "", "box": box, "table": Table(n_rows=4, n_cols=3, cells=cells)}
    )


def test_a_row_that_was_dropped_is_one_region() -> None:
    sheet = Sheet()
    ids = sheet.rows(ROWS, 0.3)
    read = {i for n, row in enumerate(ids) if n != 2 for cell in row for i in cell}
    (omission,) = sheet.omitted(read, table_block(sheet, ids))
    assert (omission.text, omission.role) == ("Pears 800 750", OmissionRole.CONTENT)


def test_a_column_that_was_dropped_is_one_region() -> None:
    sheet = Sheet()
    ids = sheet.rows(ROWS, 0.3)
    read = {i for row in ids for n, cell in enumerate(row) if n != 1 for i in cell}
    (omission,) = sheet.omitted(read, table_block(sheet, ids))
    assert omission.text == "2023 1,200 800 2,000"


def test_rows_apart_from_each_other_are_two_regions() -> None:
    sheet = Sheet()
    ids = sheet.rows(ROWS, 0.3)
    read = {i for n in (0, 2) for cell in ids[n] for i in cell}
    assert [o.text for o in sheet.omitted(read, table_block(sheet, ids))] == ["Apples 1,200 1,300", "Total 2,000 2,050"]


def test_the_last_row_of_a_table_at_the_bottom_of_the_page_is_no_footer() -> None:
    sheet = Sheet()
    ids = sheet.rows(ROWS, 0.85)
    read = {i for n, row in enumerate(ids) if n != 3 for cell in row for i in cell}
    (omission,) = sheet.omitted(read, table_block(sheet, ids))
    assert omission.role is OmissionRole.CONTENT


@pytest.mark.parametrize(
    ("text", "y", "role"),
    [
        ("Annual Report 2024", 0.03, OmissionRole.HEADER),
        ("Page 3 of 12", 0.95, OmissionRole.FOOTER),
        ("- 3 -", 0.88, OmissionRole.FOOTER),
        ("Annual Report 2024", 0.2, OmissionRole.CONTENT),
        ("Table 3. Net sales by quarter", 0.05, OmissionRole.CONTENT),
        ("Paid in full", 0.86, OmissionRole.CONTENT),
    ],
)
def test_what_stands_in_the_margins_clear_of_the_text_is_furniture(text: str, y: float, role: OmissionRole) -> None:
    sheet = Sheet()
    sheet.line(text, y)
    read = sheet.paragraph([*TEXT, *TEXT], 0.4)
    assert [o.role for o in sheet.omitted(read)] == [role]


def test_the_first_lines_of_a_text_that_fills_the_page_are_no_header() -> None:
    sheet = Sheet()
    ids = sheet.paragraph(["The first line of a letter", *TEXT * 8], 0.04)
    (omission,) = sheet.omitted(ids[6:])
    assert omission.role is OmissionRole.CONTENT


def test_a_title_at_the_top_of_the_page_is_no_header() -> None:
    sheet = Sheet()
    sheet.line("A Letter to the Editor", 0.04, font_size_pt=16)
    read = [i for n in range(4) for i in sheet.line(TEXT[0], 0.2 + n * PITCH, font_size_pt=10)]
    assert [o.role for o in sheet.omitted(read)] == [OmissionRole.CONTENT]


def test_a_header_of_which_some_words_are_read_is_still_one() -> None:
    sheet = Sheet()
    header = sheet.line("Annual Report of the Company", 0.03)
    read = sheet.paragraph(TEXT, 0.3)
    found = sheet.omitted({header[2], *read})
    assert [(o.text, o.role) for o in found] == [
        ("Annual Report", OmissionRole.HEADER),
        ("the Company", OmissionRole.HEADER),
    ]


def test_big_print_over_other_lines_is_a_watermark() -> None:
    sheet = Sheet()
    ids = [
        i
        for n in range(10)
        for i in sheet.line("Net sales rose in the first quarter", 0.4 + n * PITCH, font_size_pt=10)
    ]
    box = Box(x0=0.15, y0=0.42, x1=0.4, y1=0.5)
    sheet.words.append(Word(text="DRAFT", box=box, line=99, font_size_pt=60))
    assert [(o.text, o.role) for o in sheet.omitted(ids)] == [("DRAFT", OmissionRole.WATERMARK)]


def test_a_stamp_across_the_side_margin_is_a_watermark_and_a_turned_page_is_not() -> None:
    sheet = Sheet()
    ids = sheet.paragraph(TEXT * 3, 0.3)
    turned = Box(x0=0.02, y0=0.3, x1=0.04, y1=0.6)
    sheet.words.append(Word(text="arXiv:2401.00001v1", box=turned, line=99))
    assert [o.role for o in sheet.omitted(ids)] == [OmissionRole.WATERMARK]
    landscape = Sheet()
    for n in range(12):
        tall = Box(x0=0.01 + n * 0.02, y0=0.3, x1=0.022 + n * 0.02, y1=0.4)
        landscape.words.append(Word(text="sales", box=tall, line=n))
    assert {o.role for o in landscape.omitted({3, 4, 5})} == {OmissionRole.CONTENT}


def test_leaders_bullets_and_lone_punctuation_are_no_omissions() -> None:
    sheet = Sheet()
    read = sheet.paragraph(TEXT, 0.3)
    sheet.line("\u2022", 0.4)
    sheet.line("..........", 0.5)
    sheet.line("*", 0.6)
    assert sheet.omitted(read) == ()


def test_signs_within_omitted_text_are_told() -> None:
    sheet = Sheet()
    sheet.line("Fe > Cu > Zn", 0.5)
    assert [o.text for o in sheet.omitted(())] == ["Fe > Cu > Zn"]


def test_words_in_a_figure_do_not_run_together_with_those_beside_it() -> None:
    sheet = Sheet()
    sheet.line("axis", 0.3)
    sheet.line("Text below", 0.3 + PITCH)
    figure = Block(kind=BlockKind.FIGURE, text="", box=Box(x0=0.05, y0=0.2, x1=0.5, y1=0.3 + HEIGHT))
    assert [o.text for o in sheet.omitted((), figure)] == ["axis", "Text below"]


@settings(max_examples=30, deadline=None)
@given(st.sets(st.integers(0, 39)))
def test_every_omitted_word_is_in_exactly_one_region_and_in_its_box(read: set[int]) -> None:
    sheet = Sheet()
    for n in range(8):
        sheet.line("one two three four five", 0.1 + n * 0.1)
    found = sheet.omitted(read)
    ids = [i for omission in found for i in omission.word_ids]
    assert sorted(ids) == [i for i in range(40) if i not in read]
    for omission in found:
        assert all(omission.box.holds(sheet.words[i].box.centre) for i in omission.word_ids)
