"""One page's form fields (AcroForm) with their values and printed labels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pymupdf

from docai.domain.geometry import PageSize
from docai.domain.words import Word
from docai.pdf.layout_regions import Rect, rects_of
from docai.pdf.reading_order import Rects

_MARKED = (pymupdf.PDF_WIDGET_TYPE_CHECKBOX, pymupdf.PDF_WIDGET_TYPE_RADIOBUTTON)
_WRITTEN = (pymupdf.PDF_WIDGET_TYPE_TEXT, pymupdf.PDF_WIDGET_TYPE_COMBOBOX, pymupdf.PDF_WIDGET_TYPE_LISTBOX)
_OFF = "Off"
"""PDF 32000-1:2008, 12.7.4.2.3: the name of the state of a button that is not marked."""
_MAX_GAP_PT = 72.0
"""A printed label stands within an inch of its field."""
_NAME_NOISE = re.compile(r"\[\d+\]|#\w+")


@dataclass(frozen=True, slots=True)
class Field:
    """A form field as the page shows it."""

    label: str
    value: str
    rect: Rect
    word_ids: tuple[int, ...]
    """The words that print the value."""


def read_fields(page: pymupdf.Page, words: Sequence[Word], size: PageSize) -> list[Field]:
    """The page's fields in the file's order; marks are `yes` or `no`, a field without a value is empty.

    Args:
        page: freed of its rotation.
        words: the page's words.
        size: the page's size.
    """
    widgets = [w for w in page.widgets() if w.field_type in _MARKED + _WRITTEN and not (w.rect & page.rect).is_empty]
    rects = rects_of(words if widgets else (), size)
    return [_field(widget, tuple(widget.rect & page.rect), words, rects) for widget in widgets]


def _field(widget: pymupdf.Widget, rect: Rect, words: Sequence[Word], rects: Rects) -> Field:
    value = _value(widget)
    own = tuple(_printed(rect, value, words, rects, marked=widget.field_type in _MARKED))
    label = (widget.field_label or "").strip() or _printed_label(widget, rect, words, rects) or _name(widget)
    return Field(label=label, value=value, rect=rect, word_ids=own)


def _value(widget: pymupdf.Widget) -> str:
    value = widget.field_value
    if widget.field_type in _MARKED:
        return "no" if value in {None, False, "", _OFF} or not _is_on(widget) else "yes"
    if isinstance(value, (list, tuple)):
        return ", ".join(str(v) for v in value)
    return str(value or "").strip()


def _is_on(widget: pymupdf.Widget) -> bool:
    """Whether this very button of a group is the one that is marked."""
    return widget.field_value in {True, widget.on_state(), "Yes"}


def _printed(rect: Rect, value: str, words: Sequence[Word], rects: Rects, *, marked: bool) -> Iterator[int]:
    """The words inside the field that are its value: of a mark a single sign, else what the value holds."""
    for i in _inside(rect, rects):
        text = words[i].text
        if (marked and len(text) == 1) or (not marked and text in value):
            yield i


def _inside(rect: Rect, rects: Rects) -> list[int]:
    """Ids of words whose middle lies in the rectangle."""
    x, y = (rects[:, 0] + rects[:, 2]) / 2, (rects[:, 1] + rects[:, 3]) / 2
    within = (rect[0] <= x) & (x <= rect[2]) & (rect[1] <= y) & (y <= rect[3])
    return [int(i) for i in within.nonzero()[0]]


def _printed_label(widget: pymupdf.Widget, rect: Rect, words: Sequence[Word], rects: Rects) -> str:
    """The words beside the field: right of a mark, left of a line to write on, else above it."""
    x0, y0, x1, y1 = rect
    height = y1 - y0
    left, right = (x0 - _MAX_GAP_PT * 2, y0, x0, y1), (x1, y0, x1 + _MAX_GAP_PT * 2, y1)
    above = (x0 - 2, y0 - max(height, _MAX_GAP_PT / 4), x1, y0)
    sides = (right, left) if widget.field_type in _MARKED else (left, above, right)
    for side in sides:
        text = " ".join(words[i].text for i in _inside(side, rects))
        if text:
            return text.strip(" :")
    return ""


def _name(widget: pymupdf.Widget) -> str:
    """The last part of the field's name, without what form editors add."""
    return _NAME_NOISE.sub("", str(widget.field_name or "").rsplit(".", maxsplit=1)[-1]).replace("_", " ").strip()
