"""Draw a form of one page whose fields are filled in."""

from __future__ import annotations

import pymupdf

from docai.domain.geometry import Box
from docai.pdf.draw_sheet import (
    ACCENT,
    ACCENT_LIGHT,
    HAIRLINE,
    INK,
    MUTED,
    DrawnDocument,
    DrawnFact,
    DrawnWord,
    Sheet,
    Style,
    finished,
    new_pdf,
    text_width,
)

_LEFT, _RIGHT = 56.0, 539.0
_GAP = 16.0
_LABEL = Style(8.5, "helv", MUTED)
_VALUE = Style(10.5, "helv")
_FIELD_HEIGHT = 22.0

_SECTIONS = (
    (
        "1  Applicant",
        (
            (("Family name", "family_name", "Okonkwo", 0.5), ("Given names", "given_names", "Amara Grace", 0.5)),
            (("Date of birth", "date_of_birth", "27 February 1991", 0.5), ("Nationality", "nationality", "Irish", 0.5)),
            (("Street and number", "street", "41 Marlowe Crescent", 1.0),),
            (("Postcode", "postcode", "CT2 7QE", 0.3), ("Town", "town", "Canterbury", 0.7)),
        ),
    ),
    (
        "2  Membership",
        (
            (
                ("Membership number", "membership_number", "KL-558213", 0.5),
                ("Valid from", "valid_from", "1 July 2026", 0.5),
            ),
            (
                ("Home library", "home_library", "St Dunstan's Branch", 0.5),
                ("E-mail", "email", "a.okonkwo@mail.example", 0.5),
            ),
        ),
    ),
)
"""Section, rows, then label, field name, value, and share of the row's width."""
_BOXES = (
    ("Adult membership, 24 pounds a year", "adult", True),
    ("Reduced membership, 9 pounds a year", "reduced", False),
    ("Send me the monthly programme", "programme", True),
)
"""Label, field name, whether ticked."""


def form() -> DrawnDocument:
    """A library's membership form with text fields and check boxes (AcroForm), filled in."""
    pdf = new_pdf(title="Application for a library card")
    sheet = Sheet(pdf[0], number=1)
    _draw_head(sheet)
    y = 168.0
    values: dict[str, tuple[str, Box]] = {}
    for title, rows in _SECTIONS:
        y = _draw_section_title(sheet, y, title)
        for row in rows:
            x = _LEFT
            for label, name, value, share in row:
                width = share * (_RIGHT - _LEFT + _GAP) - _GAP
                values[name] = value, _draw_field(sheet, (x, y), width, (label, name, value))
                x += width + _GAP
            y += 48
        y += 12
    y = _draw_section_title(sheet, y, "3  Kind of membership")
    for label, name, is_ticked in _BOXES:
        _draw_check_box(sheet, y, label, name, is_ticked=is_ticked)
        y += 24
    _draw_signature_line(sheet, y + 52)
    facts = tuple(
        DrawnFact(question, values[name][0], 1, values[name][1])
        for question, name in (
            ("What is the membership number?", "membership_number"),
            ("What is the applicant's date of birth?", "date_of_birth"),
            ("What is the home library?", "home_library"),
        )
    )
    return finished(pdf, "form.pdf", [sheet], facts=facts)


def _draw_head(sheet: Sheet) -> None:
    sheet.fill(0, 0, 595, 96, ACCENT_LIGHT)
    sheet.fill(_LEFT, 34, _LEFT + 5, 74, ACCENT)
    sheet.text(_LEFT + 16, 52, "Kent County Libraries", Style(10.5, "hebo", ACCENT))
    sheet.text(_LEFT + 16, 73, "Application for a library card", Style(19, "hebo", INK))
    note = "Please fill in all fields. We use these details to run your membership and for nothing else."
    sheet.text(_LEFT, 124, note, Style(9.5, "helv", INK))


def _draw_section_title(sheet: Sheet, y: float, title: str) -> float:
    sheet.text(_LEFT, y, title, Style(12, "hebo", ACCENT))
    sheet.rule(_LEFT, y + 7, _RIGHT, y + 7, HAIRLINE)
    return y + 27


def _draw_field(sheet: Sheet, at: tuple[float, float], width: float, entry: tuple[str, str, str]) -> Box:
    """Draw a label and, below it, its field; gives the box of the field."""
    (x, y), (label, name, value) = at, entry
    sheet.text(x, y, label, _LABEL)
    rect = pymupdf.Rect(x, y + 5, x + width, y + 5 + _FIELD_HEIGHT)
    field = pymupdf.Widget()
    field.field_type = pymupdf.PDF_WIDGET_TYPE_TEXT
    field.field_name, field.field_label, field.field_value = name, label, value
    field.rect = rect
    field.text_font, field.text_fontsize, field.text_color = "Helv", _VALUE.size_pt, _VALUE.colour
    field.border_color, field.fill_color, field.border_width = HAIRLINE, (1.0, 1.0, 1.0), 0.8
    sheet.page.add_widget(field)
    _remember(sheet, rect, value)
    return sheet.box(*rect)


def _remember(sheet: Sheet, rect: pymupdf.Rect, value: str) -> None:
    """Note the words of a field's value; a field centres its one line and sets it in by two points."""
    x, top, bottom = rect.x0 + 2, (rect.y0 + rect.y1 - _VALUE.size_pt) / 2, (rect.y0 + rect.y1 + _VALUE.size_pt) / 2
    line = sheet.next_line
    for word in value.split():
        width = text_width(word, _VALUE)
        sheet.words.append(DrawnWord(word, sheet.number, sheet.box(x, top, x + width, bottom), line))
        x += width + text_width(" ", _VALUE)


def _draw_check_box(sheet: Sheet, y: float, label: str, name: str, *, is_ticked: bool) -> None:
    box = pymupdf.Widget()
    box.field_type = pymupdf.PDF_WIDGET_TYPE_CHECKBOX
    box.field_name, box.field_label, box.field_value = name, label, is_ticked
    box.rect = pymupdf.Rect(_LEFT, y - 10, _LEFT + 13, y + 3)
    box.border_color, box.fill_color, box.border_width = MUTED, (1.0, 1.0, 1.0), 0.8
    box.text_color = ACCENT
    sheet.page.add_widget(box)
    sheet.text(_LEFT + 22, y, label, Style(10))


def _draw_signature_line(sheet: Sheet, y: float) -> None:
    sheet.text(_LEFT, y - 5, "Canterbury, 11 June 2026", Style(10.5, "helv"))
    sheet.text(_LEFT + 260, y - 5, "Amara Okonkwo", Style(15, "tiit", (0.12, 0.16, 0.40)))
    for x0, x1, label in ((_LEFT, _LEFT + 230, "Place and date"), (_LEFT + 250, _RIGHT, "Signature")):
        sheet.rule(x0, y, x1, y, MUTED, 0.7)
        sheet.text(x0, y + 12, label, Style(8, "helv", MUTED))
