from __future__ import annotations

from collections.abc import Callable

import pymupdf
import pytest

from docai.domain.geometry import Box, PageSize
from docai.domain.tables import CellRole
from docai.pdf import draw
from docai.pdf.draw import DrawnDocument
from docai.pdf.draw_sheet import Align, Sheet, Style, new_pdf, wrap

BORN_DIGITAL = [draw.invoice, draw.report, draw.form, draw.plain]


def layer_words(document: DrawnDocument) -> list[tuple[str, int, Box]]:
    found = []
    with pymupdf.open(stream=document.pdf) as pdf:
        for page in pdf:
            page.remove_rotation()
            size = PageSize(width_pt=page.rect.width, height_pt=page.rect.height)
            found += [(w[4], page.number + 1, Box.from_points(w[:4], size)) for w in page.get_text("words")]
    return found


@pytest.mark.parametrize("build", [*BORN_DIGITAL, draw.scan, draw.with_javascript])
def test_the_same_document_is_drawn_to_the_same_bytes(build: Callable[[], DrawnDocument]) -> None:
    assert build().pdf == build().pdf


@pytest.mark.parametrize("build", [*BORN_DIGITAL, lambda: draw.rotated(90), lambda: draw.rotated(270)])
def test_every_word_stands_in_the_text_layer_where_the_truth_says(build: Callable[[], DrawnDocument]) -> None:
    document = build()
    read = layer_words(document)
    assert document.words
    for word in document.words:
        places = [box for text, page, box in read if text == word.text and page == word.page_number]
        assert any(box.holds(word.box.centre) and word.box.holds(box.centre) for box in places), word


def test_the_text_layer_holds_nothing_but_the_words_drawn() -> None:
    document = draw.report()
    assert sorted(text for text, _, _ in layer_words(document)) == sorted(w.text for w in document.words)


@pytest.mark.parametrize("document", draw.show_set(), ids=lambda d: d.name)
def test_every_answer_stands_in_its_box(document: DrawnDocument) -> None:
    assert document.facts
    for fact in document.facts:
        inside = [w.text for w in document.words if w.page_number == fact.page_number and fact.box.holds(w.box.centre)]
        assert " ".join(inside).strip(".,;") == fact.answer


def test_a_scan_has_a_picture_of_200_dpi_and_no_text() -> None:
    with pymupdf.open(stream=draw.scan().pdf) as pdf:
        assert pdf[0].get_text() == ""
        [info] = pdf[0].get_image_info()
        assert info["width"] / (pdf[0].rect.width / 72) == pytest.approx(200, abs=0.5)


def test_a_scans_ink_stands_where_its_words_are() -> None:
    document = draw.scan()
    with pymupdf.open(stream=document.pdf) as pdf:
        picture = pdf[0].get_pixmap(dpi=100, colorspace=pymupdf.csGRAY)
    for word in document.words:
        left, top, right, bottom = word.box.to_pixels(picture.width, picture.height)
        assert min(picture.pixel(x, y)[0] for x in range(left, right) for y in range(top, bottom)) < 190, word


def test_a_reports_table_has_year_headers_over_four_quarters() -> None:
    [(page_number, table)] = draw.report().tables
    assert (page_number, table.n_rows, table.n_cols) == (1, 7, 9)
    assert [(c.text, c.col, c.col_span) for c in table.cells if c.row == 0][1:] == [("2024", 1, 4), ("2025", 5, 4)]
    assert table.at(1, 0).text == "Region"
    assert all(cell.box is not None for cell in table.cells)
    assert {c.role for c in table.cells if c.col == 0 and c.row > 1} == {CellRole.ROW_HEADER}


def test_a_form_has_its_values_in_fields() -> None:
    with pymupdf.open(stream=draw.form().pdf) as pdf:
        values = {field.field_name: field.field_value for field in pdf[0].widgets()}
    assert values["membership_number"] == "KL-558213"
    assert values["adult"] == "Yes"
    assert values["reduced"] == "Off"


def test_an_encrypted_document_opens_with_its_password_only() -> None:
    with pymupdf.open(stream=draw.encrypted("s3cret").pdf) as pdf:
        assert pdf.needs_pass
        assert not pdf.authenticate("wrong")
        assert pdf.authenticate("s3cret")
        assert "quick brown fox" in pdf[0].get_text()


@pytest.mark.parametrize("n_pages", [1, 7])
def test_blank_pages_show_nothing(n_pages: int) -> None:
    with pymupdf.open(stream=draw.blank(n_pages).pdf) as pdf:
        assert pdf.page_count == n_pages
        assert all(page.get_pixmap(dpi=20).is_unicolor for page in pdf)


def test_a_huge_page_is_as_large_as_asked() -> None:
    with pymupdf.open(stream=draw.huge().pdf) as pdf:
        assert (pdf[0].rect.width, pdf[0].rect.height) == (14400, 14400)


def test_hostile_documents_carry_what_they_promise() -> None:
    with pymupdf.open(stream=draw.with_javascript().pdf) as pdf:
        assert pdf.xref_get_key(pdf.pdf_catalog(), "OpenAction/S") == ("name", "/JavaScript")
    with pymupdf.open(stream=draw.with_launch_action().pdf) as pdf:
        [link] = pdf[0].get_links()
        assert pdf.xref_get_key(link["xref"], "A/S") == ("name", "/Launch")
    with pymupdf.open(stream=draw.with_embedded_file().pdf) as pdf:
        assert pdf.embfile_names() == ["notes.txt"]
    assert not draw.truncated().pdf.rstrip().endswith(b"%%EOF")


def test_text_on_the_right_ends_at_its_anchor() -> None:
    sheet = Sheet(new_pdf()[0], number=1)
    box = sheet.text(300, 100, "12,345.60", Style(10), Align.RIGHT)
    assert box.to_points(sheet.size)[2] == pytest.approx(300)


def test_a_phrase_that_was_not_drawn_once_has_no_box() -> None:
    sheet = Sheet(new_pdf()[0], number=1)
    sheet.text(72, 100, "again and again", Style())
    with pytest.raises(ValueError, match="drawn 2 times"):
        sheet.box_of("again")
    with pytest.raises(ValueError, match="drawn 0 times"):
        sheet.box_of("never")


def test_a_phrase_over_a_lines_end_has_no_box() -> None:
    sheet = Sheet(new_pdf()[0], number=1)
    sheet.paragraph(72, 100, 40, "broken phrase", Style())
    with pytest.raises(ValueError, match="line's end"):
        sheet.box_of("broken phrase")


def test_a_word_wider_than_its_line_stands_alone() -> None:
    assert wrap("a Donaudampfschifffahrt b", 20, Style()) == ["a", "Donaudampfschifffahrt", "b"]
