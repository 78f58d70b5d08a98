"""One picture of an image file as the page of a PDF, so that every later step meets pages only."""

from __future__ import annotations

import math

import pymupdf
from pymupdf import mupdf

from docai.domain.geometry import POINTS_PER_INCH

_SIDE_INCHES = (1.5, 48.0)
"""Longer side of what is photographed or scanned, from a ticket to a drawing; a file that says otherwise has its
resolution wrong, as most cameras write 72 DPI."""
_USUAL_DPI = 200.0
"""What office scanners are set to, taken where the file's own word is not believed."""


def pdf_of_picture(source: pymupdf.Document, number: int) -> pymupdf.Document:
    """The picture of this number, turned as its file says, at the size that its resolution gives.

    MuPDF's image reader makes one page per picture, of pixels / resolution (96 DPI where the file says none).
    """
    page = source.load_page(number - 1)
    scale = _believable_scale(page)
    shown = page.rect
    area = mupdf.FzRect(0, 0, shown.width * scale, shown.height * scale)
    made = pymupdf.open()
    inner = mupdf.pdf_document_from_fz_document(made.this)
    device, resources, contents = mupdf.pdf_page_write(inner, area)
    mupdf.fz_run_page(page.this, device, mupdf.FzMatrix(scale, 0, 0, scale, 0, 0), mupdf.FzCookie())
    mupdf.fz_close_device(device)
    mupdf.pdf_insert_page(inner, -1, mupdf.pdf_add_page(inner, area, 0, resources, contents))
    return made


def _believable_scale(page: pymupdf.Page) -> float:
    longer = max(page.rect.width, page.rect.height) / POINTS_PER_INCH
    images = page.get_image_info()
    if not images or _SIDE_INCHES[0] <= longer <= _SIDE_INCHES[1]:
        return 1.0
    a, b, *_ = images[0]["transform"]
    dpi = images[0]["width"] / math.hypot(a, b) * POINTS_PER_INCH
    return float(dpi / _USUAL_DPI)
