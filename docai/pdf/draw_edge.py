"""Draw PDFs that are awkward or hostile: encrypted, turned, huge, blank, active."""

from __future__ import annotations

import pymupdf

from docai.domain.geometry import PageSize
from docai.pdf.draw_sheet import DrawnDocument, Sheet, Style, finished, new_pdf

_LINES = ("The quick brown fox", "jumps over the lazy dog", "on page {number} of {n_pages}")


def plain(n_pages: int = 1, size_pt: float = 12.0) -> DrawnDocument:
    """Pages with three short lines of text each."""
    pdf, sheets = _text_pages(n_pages, size_pt)
    return finished(pdf, "plain.pdf", sheets)


def blank(n_pages: int = 1) -> DrawnDocument:
    """Pages with nothing on them."""
    return finished(new_pdf(n_pages), "blank.pdf")


def rotated(degrees: int) -> DrawnDocument:
    """A page that is shown turned clockwise by 90, 180 or 270 degrees; boxes are on the page as shown."""
    pdf, sheets = _text_pages(1, 12.0)
    sheets[0].turn(degrees)
    return finished(pdf, f"rotated-{degrees}.pdf", sheets)


def huge(side_pt: float = 14400.0) -> DrawnDocument:
    """A square page as large as a PDF allows (PDF 32000-1:2008, annex C.2: 14,400 units), with a line of text."""
    pdf = new_pdf(size=PageSize(width_pt=side_pt, height_pt=side_pt))
    sheet = Sheet(pdf[0], number=1)
    sheet.text(side_pt / 10, side_pt / 2, "A very large page", Style(side_pt / 20, "hebo"))
    return finished(pdf, "huge.pdf", [sheet])


def encrypted(password: str) -> DrawnDocument:
    """A page that opens with `password` only (AES-256)."""
    pdf, sheets = _text_pages(1, 12.0)
    content = pdf.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw=password, owner_pw=password)
    pdf.close()
    words = tuple(word for sheet in sheets for word in sheet.words)
    return DrawnDocument(name="encrypted.pdf", pdf=bytes(content), n_pages=1, words=words)


def with_javascript() -> DrawnDocument:
    """A page with a script that a viewer would run when the document opens."""
    pdf, sheets = _text_pages(1, 12.0)
    action = pdf.get_new_xref()
    pdf.update_object(action, "<</S/JavaScript/JS(app.alert\\('opened'\\))>>")
    pdf.xref_set_key(pdf.pdf_catalog(), "OpenAction", f"{action} 0 R")
    return finished(pdf, "javascript.pdf", sheets)


def with_launch_action() -> DrawnDocument:
    """A page with a link that would start a program."""
    pdf, sheets = _text_pages(1, 12.0)
    pdf[0].insert_link({"kind": pymupdf.LINK_LAUNCH, "from": pymupdf.Rect(72, 60, 300, 110), "file": "calculator.exe"})
    return finished(pdf, "launch.pdf", sheets)


def with_embedded_file() -> DrawnDocument:
    """A page with a file attached to the document."""
    pdf, sheets = _text_pages(1, 12.0)
    pdf.embfile_add("notes.txt", b"attached", filename="notes.txt", desc="a note")
    return finished(pdf, "embedded.pdf", sheets)


def truncated() -> DrawnDocument:
    """A PDF of which the second half is lost; what it would have shown is in `words`."""
    whole = plain(3)
    return DrawnDocument(name="truncated.pdf", pdf=whole.pdf[: len(whole.pdf) // 2], n_pages=3, words=whole.words)


def _text_pages(n_pages: int, size_pt: float) -> tuple[pymupdf.Document, list[Sheet]]:
    pdf = new_pdf(n_pages)
    sheets = [Sheet(page, number=i + 1) for i, page in enumerate(pdf)]
    for sheet in sheets:
        for i, line in enumerate(_LINES):
            text = line.format(number=sheet.number, n_pages=n_pages)
            sheet.text(72, 90 + 1.5 * size_pt * i, text, Style(size_pt))
    return pdf, sheets
