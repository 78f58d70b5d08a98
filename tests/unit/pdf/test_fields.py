from collections.abc import Iterator

import pymupdf
import pytest

from docai.domain.geometry import PageSize
from docai.pdf.fields import read_fields
from docai.pdf.layout_regions import Rect
from docai.pdf.words import read_words

TEXT, CHECK, CHOICE, BUTTON = (
    pymupdf.PDF_WIDGET_TYPE_TEXT,
    pymupdf.PDF_WIDGET_TYPE_CHECKBOX,
    pymupdf.PDF_WIDGET_TYPE_COMBOBOX,
    pymupdf.PDF_WIDGET_TYPE_BUTTON,
)


@pytest.fixture
def page() -> Iterator[pymupdf.Page]:
    with pymupdf.open() as pdf:
        yield pdf.new_page(width=600, height=800)


def add(
    page: pymupdf.Page,
    kind: int,
    rect: Rect,
    name: str,
    value: str | bool,
    *,
    label: str | None = None,
    choices: list[str] | None = None,
) -> None:
    widget = pymupdf.Widget()
    widget.field_type = kind
    widget.rect = pymupdf.Rect(rect)
    widget.field_name = name
    widget.field_label = label
    if choices:
        widget.choice_values = choices
    widget.field_value = value
    page.add_widget(widget)


def fields(page: pymupdf.Page) -> tuple[list[tuple[str, str]], list[list[str]]]:
    words = read_words(page).words
    size = PageSize(width_pt=page.rect.width, height_pt=page.rect.height)
    found = read_fields(page, words, size)
    return [(f.label, f.value) for f in found], [[words[i].text for i in f.word_ids] for f in found]


def test_a_text_field_has_its_tooltip_value_and_words(page: pymupdf.Page) -> None:
    add(page, TEXT, (200, 100, 400, 120), "f1", "27 February 1991", label="Date of birth")
    values, words = fields(page)
    assert values == [("Date of birth", "27 February 1991")]
    assert words == [["27", "February", "1991"]]


def test_marks_are_yes_or_no(page: pymupdf.Page) -> None:
    add(page, CHECK, (100, 100, 112, 112), "adult", True, label="Adult")
    add(page, CHECK, (100, 130, 112, 142), "child", False, label="Child")
    assert fields(page)[0] == [("Adult", "yes"), ("Child", "no")]


def test_a_choice_is_what_was_chosen(page: pymupdf.Page) -> None:
    add(page, CHOICE, (200, 100, 400, 120), "town", "Bergen", label="Town", choices=["Oslo", "Bergen"])
    assert fields(page)[0] == [("Town", "Bergen")]


def test_an_empty_field_is_reported_empty(page: pymupdf.Page) -> None:
    add(page, TEXT, (200, 100, 400, 120), "f1", "", label="Phone")
    assert fields(page) == ([("Phone", "")], [[]])


def test_the_printed_label_stands_left_of_a_line_to_write_on(page: pymupdf.Page) -> None:
    page.insert_text((120, 114), "Surname:")
    add(page, TEXT, (200, 100, 400, 120), "topmost[0].f1_1[0]", "Okonkwo")
    assert fields(page)[0] == [("Surname", "Okonkwo")]


def test_the_printed_label_stands_right_of_a_mark(page: pymupdf.Page) -> None:
    page.insert_text((60, 110), "Kind:")
    page.insert_text((116, 110), "Reduced")
    add(page, CHECK, (100, 100, 112, 112), "c1", True)
    assert fields(page)[0] == [("Reduced", "yes")]


def test_the_printed_label_may_stand_above(page: pymupdf.Page) -> None:
    page.insert_text((200, 96), "Family name")
    add(page, TEXT, (200, 100, 400, 120), "f1", "Okonkwo")
    assert fields(page)[0] == [("Family name", "Okonkwo")]


def test_without_any_label_the_name_speaks(page: pymupdf.Page) -> None:
    add(page, TEXT, (200, 100, 400, 120), "form.home_town[0]", "Bergen")
    assert fields(page)[0] == [("home town", "Bergen")]


def test_buttons_are_no_fields_and_a_page_may_have_none(page: pymupdf.Page) -> None:
    assert fields(page) == ([], [])
    add(page, BUTTON, (200, 100, 300, 120), "send", "Send")
    assert fields(page)[0] == []


def test_print_under_a_field_that_is_not_its_value_is_not_taken(page: pymupdf.Page) -> None:
    page.insert_text((210, 114), "(optional)")
    add(page, TEXT, (200, 100, 400, 120), "f1", "Bergen", label="Town")
    assert fields(page)[1] == [["Bergen"]]
