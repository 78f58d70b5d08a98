"""Draw an invoice of one page."""

from __future__ import annotations

from docai.domain.geometry import Box
from docai.domain.tables import Cell, CellRole, Table
from docai.pdf.draw_sheet import (
    ACCENT,
    ACCENT_LIGHT,
    HAIRLINE,
    MUTED,
    WARM,
    WHITE,
    Align,
    DrawnDocument,
    DrawnFact,
    Sheet,
    Style,
    finished,
    new_pdf,
)
from docai.pdf.draw_table import TableLook, draw_table

_LEFT, _RIGHT = 56.0, 539.0
_LABEL = Style(7.5, "hebo", MUTED)
_PLAIN = Style(9.5)
_BOLD = Style(9.5, "hebo")

_NUMBER = "HM-2026-0417"
_DUE = "14 May 2026"
_ITEMS = (
    ("Oak desk, height-adjustable", 4, 64000),
    ("Task chair, mesh back", 4, 18950),
    ("Monitor arm, dual", 4, 7400),
    ("Cable tray, steel", 8, 1225),
    ("Delivery and assembly", 1, 14500),
)
"""Description, quantity, unit price in pence."""
_VAT_PERCENT = 20
_TERMS = (
    "Goods remain the property of Halden & Moss Ltd until paid in full. Claims for damage in transit must reach us "
    "within 7 days of delivery. Late payments bear interest at 8% a year above the base rate. Registered in England "
    "and Wales, company number 0712 4458."
)


def invoice() -> DrawnDocument:
    """A furniture invoice: letterhead, two addresses, a ruled table of items, totals, and terms in 6.5 pt print."""
    pdf = new_pdf(title=f"Invoice {_NUMBER}")
    sheet = Sheet(pdf[0], number=1)
    _draw_letterhead(sheet)
    number, due = _draw_particulars(sheet)
    table = _draw_items(sheet, top=286.0)
    total, total_box = _draw_totals(sheet, top=432.0)
    _draw_payment(sheet, top=560.0)
    chair = table.at(2, 2)
    facts = (
        DrawnFact("What is the invoice number?", _NUMBER, 1, number),
        DrawnFact("When is the invoice due?", _DUE, 1, due),
        DrawnFact("What is the total due on the invoice?", total, 1, total_box),
        DrawnFact("What is the unit price of the task chair?", chair.text, 1, chair.box or total_box),
    )
    return finished(pdf, "invoice.pdf", [sheet], facts=facts, tables=[(1, table)])


def _draw_letterhead(sheet: Sheet) -> None:
    sheet.fill(0, 0, 595, 10, ACCENT)
    sheet.fill(_LEFT, 50, _LEFT + 30, 80, ACCENT, radius=0.2)
    sheet.fill(_LEFT + 7, 57, _LEFT + 12, 73, WHITE)
    sheet.fill(_LEFT + 18, 57, _LEFT + 23, 73, WHITE)
    sheet.fill(_LEFT + 7, 63, _LEFT + 23, 67, WARM)
    sheet.text(_LEFT + 40, 64, "Halden & Moss Ltd", Style(14, "hebo"))
    sheet.text(_LEFT + 40, 78, "Furniture for working rooms", Style(9, "heit", MUTED))
    sheet.text(_RIGHT, 72, "INVOICE", Style(26, "hebo", ACCENT), Align.RIGHT)
    sheet.rule(_LEFT, 104, _RIGHT, 104)


def _draw_particulars(sheet: Sheet) -> tuple[Box, Box]:
    for x, label, lines in (
        (_LEFT, "BILL TO", ("Larkspur Architects LLP", "Attn. Priya Raman", "18 Tannery Lane", "Bristol BS1 6QF")),
        (_LEFT + 165, "DELIVER TO", ("Larkspur Architects LLP", "Studio 4, Old Bond Store", "Bristol BS1 6TY")),
    ):
        sheet.text(x, 132, label, _LABEL)
        for i, line in enumerate(lines):
            sheet.text(x, 148 + 14 * i, line, _BOLD if i == 0 else _PLAIN)
    boxes = []
    rows = (
        ("Invoice number", _NUMBER),
        ("Invoice date", "14 April 2026"),
        ("Due date", _DUE),
        ("Order reference", "LA-3391"),
    )
    for i, (label, value) in enumerate(rows):
        y = 132 + 19 * i
        sheet.text(386, y, label, Style(9.5, "helv", MUTED))
        boxes.append(sheet.text(_RIGHT, y, value, _BOLD, Align.RIGHT))
        sheet.rule(386, y + 6, _RIGHT, y + 6, HAIRLINE, 0.4)
    sheet.text(_LEFT, 252, "Dear Ms Raman,", _PLAIN)
    sheet.text(_LEFT, 267, "thank you for your order. We invoice the following goods and services:", _PLAIN)
    return boxes[0], boxes[2]


def _draw_items(sheet: Sheet, top: float) -> Table:
    rows = [("Description", "Quantity", "Unit price", "Amount")]
    rows += [(name, str(n), _pounds(price), _pounds(n * price)) for name, n, price in _ITEMS]
    cells = [
        Cell(row=r, col=c, text=text, role=CellRole.COLUMN_HEADER if r == 0 else CellRole.DATA)
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    ]
    return draw_table(sheet, (_LEFT, top), (233, 70, 90, 90), cells, TableLook(size_pt=9.5, row_height_pt=22))


def _draw_totals(sheet: Sheet, top: float) -> tuple[str, Box]:
    net = sum(n * price for _, n, price in _ITEMS)
    vat = net * _VAT_PERCENT // 100
    left = _LEFT + 233 + 40
    for i, (label, pence) in enumerate((("Subtotal", net), (f"VAT {_VAT_PERCENT} %", vat))):
        sheet.text(left + 8, top + 18 + 20 * i, label, _PLAIN)
        sheet.text(_RIGHT - 5, top + 18 + 20 * i, _pounds(pence), _PLAIN, Align.RIGHT)
    sheet.fill(left, top + 50, _RIGHT, top + 78, ACCENT, radius=0.12)
    total = _pounds(net + vat)
    sheet.text(left + 8, top + 68, "Total due", Style(11, "hebo", WHITE))
    return total, sheet.text(_RIGHT - 5, top + 68, total, Style(12, "hebo", WHITE), Align.RIGHT)


def _draw_payment(sheet: Sheet, top: float) -> None:
    sheet.fill(_LEFT, top, _RIGHT, top + 76, ACCENT_LIGHT, radius=0.08)
    sheet.text(_LEFT + 14, top + 20, "HOW TO PAY", _LABEL)
    rows = (
        ("Account name", "Halden & Moss Ltd", "Bank", "Severn & Avon Bank"),
        ("IBAN", "GB29 NWBK 6016 1331 9268 19", "Payment reference", _NUMBER[3:]),
    )
    for i, row in enumerate(rows):
        y = top + 40 + 18 * i
        for x, text, style in zip((14, 94, 272, 372), row, (_PLAIN, _BOLD, _PLAIN, _BOLD), strict=True):
            sheet.text(_LEFT + x, y, text, style)
    sheet.paragraph(_LEFT, 768, _RIGHT - _LEFT, _TERMS, Style(6.5, "helv", MUTED))
    sheet.rule(_LEFT, 796, _RIGHT, 796)
    contact = "Halden & Moss Ltd, 3 Foundry Yard, Leeds LS11 5QN  |  accounts@haldenmoss.example  |  +44 113 496 0182"
    sheet.text((_LEFT + _RIGHT) / 2, 810, contact, Style(7.5, "helv", MUTED), Align.CENTRE)


def _pounds(pence: int) -> str:
    return f"\N{POUND SIGN}{pence // 100:,}.{pence % 100:02d}"
