"""Draw a letter as a scanner gives it: a picture of a page, without a text layer."""

from __future__ import annotations

import numpy as np
import pymupdf

from docai.pdf.draw_sheet import DrawnDocument, DrawnFact, Sheet, Style, finished, new_pdf

_DPI = 200
"""What office scanners are set to."""
_NOISE = 7.0
"""Standard deviation of the sensor's noise, in grey levels of 256."""
_SEED = 20260609
_LEFT, _RIGHT = 72.0, 523.0
_BODY = Style(11.5, "tiro", (0.1, 0.1, 0.12))
_BOLD = Style(11.5, "tibo", (0.1, 0.1, 0.12))

_INSPECTION = "Tuesday, 9 June 2026"
_PARAGRAPHS = (
    f"The roof of your building will be inspected on {_INSPECTION}. The inspector needs access to the attic from "
    "8:30 in the morning; his name is Mr Tomas Havel, of Ridgeline Surveys. Please leave the attic door unlocked and "
    "keep the stairwell free of bicycles and prams.",
    "Should rain be forecast, the inspection is moved to the following Thursday; a notice on the front door will say "
    "so by noon of the day before.",
    "The repair of the gutter on the north side has been approved. The work will cost 3,420 pounds and is paid for "
    "from the reserve fund, so that the monthly service charge stays as it is.",
    "Residents with questions may call the office on 0117 496 0345 between 9 and 12 o'clock on working days.",
)


def scan() -> DrawnDocument:
    """A letter from a housing association at 200 DPI, grey and slightly noisy; nothing in it is text."""
    letter = new_pdf()
    sheet = Sheet(letter[0], number=1)
    _draw_letter(sheet)
    facts = (
        DrawnFact("On what date will the roof be inspected?", "9 June 2026", 1, sheet.box_of("9 June 2026")),
        DrawnFact("What is the name of the inspector?", "Mr Tomas Havel", 1, sheet.box_of("Mr Tomas Havel")),
        DrawnFact("What will the repair of the gutter cost?", "3,420 pounds", 1, sheet.box_of("3,420 pounds")),
    )
    return finished(scanned(letter), "scan.pdf", [sheet], facts=facts)


def scanned(pdf: pymupdf.Document) -> pymupdf.Document:
    """A PDF of pictures of A4 pages; the drawn one is closed."""
    pictures = new_pdf(pdf.page_count)
    for page, drawn in zip(pictures, pdf, strict=True):
        page.insert_image(page.rect, stream=_scanned(drawn))
    pdf.close()
    return pictures


def _draw_letter(sheet: Sheet) -> None:
    sheet.text(_LEFT, 84, "Orchard Court Housing Association", Style(17, "tibo", (0.15, 0.15, 0.18)))
    sheet.text(_LEFT, 101, "22 Orchard Court, Bristol BS6 5LN", Style(10, "tiit", (0.3, 0.3, 0.32)))
    sheet.rule(_LEFT, 112, _RIGHT, 112, (0.2, 0.2, 0.2), 1.0)
    for i, line in enumerate(("Mrs Eleanor Whitcombe", "Flat 12, Orchard Court", "Bristol BS6 5LN")):
        sheet.text(_LEFT, 150 + 15 * i, line, _BODY)
    sheet.text(_LEFT, 222, "Bristol, 18 May 2026", _BODY)
    sheet.text(_LEFT, 256, "Inspection of the roof and repair of the gutter", _BOLD)
    sheet.text(_LEFT, 290, "Dear Mrs Whitcombe,", _BODY)
    y = 314.0
    for paragraph in _PARAGRAPHS:
        y = sheet.paragraph(_LEFT, y, _RIGHT - _LEFT, paragraph, _BODY) + 8
    sheet.text(_LEFT, y + 10, "Yours sincerely,", _BODY)
    _draw_signature(sheet.page, _LEFT + 4, y + 46)
    sheet.text(_LEFT, y + 78, "Margaret Oduya", _BODY)
    sheet.text(_LEFT, y + 93, "Property manager", _BODY)


def _draw_signature(page: pymupdf.Page, x: float, y: float) -> None:
    strokes = (
        ((0, 10), (8, -32), (16, -26), (14, 8)),
        ((14, 8), (22, -34), (32, -24), (28, 10)),
        ((28, 10), (40, -14), (46, 2), (52, 4)),
        ((52, 4), (58, -16), (64, 14), (74, -2)),
        ((74, -2), (86, -22), (92, 12), (132, -8)),
    )
    for stroke in strokes:
        page.draw_bezier(*((x + dx, y + dy) for dx, dy in stroke), color=(0.12, 0.16, 0.35), width=1.3)


def _scanned(page: pymupdf.Page) -> bytes:
    """The page as a grey JPEG: paper that darkens towards one edge, blurred ink, noise of a fixed seed."""
    sharp = page.get_pixmap(dpi=_DPI, colorspace=pymupdf.csGRAY)
    pixels = np.frombuffer(sharp.samples, np.uint8).reshape(sharp.height, sharp.stride)[:, : sharp.width]
    grey = pixels.astype(np.float64)
    grey = (grey + np.roll(grey, 1, axis=0) + np.roll(grey, 1, axis=1)) / 3
    grey = 22 + grey * (226 / 255)
    grey -= np.linspace(0, 9, sharp.width)[np.newaxis, :]
    grey += np.random.default_rng(_SEED).normal(0, _NOISE, grey.shape)
    noisy = np.clip(grey, 0, 255).astype(np.uint8).tobytes()
    scanned = pymupdf.Pixmap(pymupdf.csGRAY, sharp.width, sharp.height, noisy, False)
    return bytes(scanned.tobytes("jpeg", jpg_quality=80))
