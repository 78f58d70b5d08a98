"""Draw a corpus of any size in which each page holds one planted needle: a value that a question asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import cycle

from docai.domain.tables import Cell, CellRole, Table
from docai.domain.words import PageWords, Witness, Word
from docai.pdf.draw_needles_text import Chance, Names
from docai.pdf.draw_scan import scanned
from docai.pdf.draw_sheet import (
    ACCENT,
    HAIRLINE,
    MUTED,
    Align,
    DrawnDocument,
    DrawnFact,
    Sheet,
    Style,
    finished,
    new_pdf,
    turned,
)
from docai.pdf.draw_table import TableLook, draw_table

_LEFT, _RIGHT = 56.0, 539.0
_WIDTH = _RIGHT - _LEFT
_TITLE = Style(15, "hebo", ACCENT)
_HEADING = Style(10, "hebo")
_BODY = Style(10, "tiro")
_PAGES = (3, 7)
"""Fewest and most pages of a document."""

_SMALL = TableLook(size_pt=8, row_height_pt=12)
_SIZES = ("1.20", "1.21", "1.22", "1.23", "1.24", "1.25", "1.26", "1.27", "1.28", "1.29")
_ENDINGS = ("1", "2", "T", "TX")
_CROPS = ("Barley", "Oats", "Rye", "Wheat", "Hops", "Flax", "Peas", "Clover")
_USES = ("sown", "sold", "stored")
_YEARS = tuple(str(year) for year in range(2016, 2026))
_GOODS = ("bricks", "cement", "glass", "paper", "rope", "slate", "soap", "tiles", "timber", "yarn")
_QUARTERS = ("Q1", "Q2", "Q3", "Q4")
_ITEMS = ("bearing housing", "drive belt", "flange bolt", "gear wheel", "guide rail", "pressure valve", "seal ring")


class NeedleKind(StrEnum):
    """What makes a needle hard to find."""

    IDENTIFIER = "identifier"
    """An invoice or part number among many that differ from it in one or two characters."""
    CELL = "cell"
    """One of several hundred cells of 8-point tables, on pages whose tables differ in their numbers and a name."""
    CHART = "chart"
    """The printed value of a bar."""
    ROTATED = "rotated"
    """A sentence on a page that is shown turned."""
    SCANNED = "scanned"
    """A sentence on a page that is a picture, without a text layer."""
    NEAR_DUPLICATE = "near_duplicate"
    """A value in which a page differs from the others of its document, and in nothing else."""


@dataclass(frozen=True, slots=True)
class NeedleDocument:
    """A document with one question for each of its pages, in `drawn.facts`."""

    kind: NeedleKind
    drawn: DrawnDocument


def needle_documents(n_pages: int = 200, seed: int = 1) -> Iterator[NeedleDocument]:
    """Documents of a few pages each, `n_pages` in all, kinds by turns; drawn one by one while they are asked for.

    The same seed gives the same documents, and those of a smaller corpus are the first of a larger one, the last
    of which may be cut short.

    Raises:
        ValueError: there are no names for so many pages; for 10,000 there are.
    """
    chance = Chance(seed)
    names = Names(chance)
    n_left = n_pages
    for number, (kind, draw) in enumerate(cycle(_DRAWERS), start=1):
        if n_left <= 0:
            return
        n_here = min(n_left, chance.number(*_PAGES))
        n_left -= n_here
        pdf = new_pdf(n_here)
        sheets = [Sheet(page, number=i) for i, page in enumerate(pdf, start=1)]
        facts = draw(sheets, chance, names)
        if kind is NeedleKind.SCANNED:
            pdf = scanned(pdf)
        yield NeedleDocument(kind, finished(pdf, f"{number:04}-{kind}.pdf", sheets, facts=facts))


def words_on(drawn: DrawnDocument, page_number: int) -> PageWords:
    """What a reader that makes no mistake would read on a page."""
    words = tuple(
        Word(text=word.text, box=word.box, line=word.line) for word in drawn.words if word.page_number == page_number
    )
    return PageWords(witness=Witness.TEXT_LAYER if words else None, words=words, engine="drawn")


def _draw_invoices(sheets: Sequence[Sheet], chance: Chance, names: Names) -> list[DrawnFact]:
    return [_draw_invoice(sheet, names.invoice(), chance, names) for sheet in sheets]


def _draw_invoice(sheet: Sheet, number: str, chance: Chance, names: Names) -> DrawnFact:
    sheet.text(_LEFT, 70, f"Invoice {number}", _TITLE)
    sheet.text(_LEFT, 92, f"Delivered to {names.place()} works, payable within 30 days", _BODY)
    rows, total = [("Item", "Part number", "Quantity", "Price", "Amount")], 0
    for _ in range(chance.number(8, 16)):
        part = f"{chance.of(('SZ', 'SL', 'SE'))}{chance.number(10, 99)}-{chance.of(_SIZES)}-{chance.of(_ENDINGS)}"
        quantity, price = chance.number(1, 40), chance.number(150, 9_900)
        rows.append((chance.of(_ITEMS), part, str(quantity), _money(price), _money(quantity * price)))
        total += quantity * price
    _draw_grid(sheet, 116, (133, 120, 60, 80, 90), rows, TableLook(size_pt=9, row_height_pt=18))
    sheet.text(_RIGHT - 110, 440, "Total due", _HEADING, Align.RIGHT)
    box = sheet.text(_RIGHT - 5, 440, _money(total), Style(11, "hebo"), Align.RIGHT)
    sheet.paragraph(_LEFT, 480, _WIDTH, chance.prose(6), Style(8, "tiro"))
    return DrawnFact(f"What is the total due of invoice {number}?", _money(total), sheet.number, box)


def _draw_catalogue(sheets: Sequence[Sheet], chance: Chance, names: Names) -> list[DrawnFact]:
    """Two pages hold a family of parts, each page one half of its sizes."""
    facts, family = [], ""
    for i, sheet in enumerate(sheets):
        family = family if i % 2 else names.family()
        facts.append(_draw_parts(sheet, family, _SIZES[5:] if i % 2 else _SIZES[:5], chance))
    return facts


def _draw_parts(sheet: Sheet, family: str, sizes: Sequence[str], chance: Chance) -> DrawnFact:
    sheet.text(_LEFT, 70, "Couplings and seal rings", _TITLE)
    sheet.paragraph(_LEFT, 92, _WIDTH, chance.prose(3), _BODY)
    rows: list[tuple[str, ...]] = [("Part number", "Bore mm", "Length mm", "Torque Nm", "Mass g", "Speed rpm")]
    for size in sizes:
        for ending in _ENDINGS:
            values = [chance.number(4, 60), chance.number(12, 180), chance.number(2, 900), chance.number(20, 4_000)]
            rows.append((f"{family}-{size}-{ending}", *map(str, values), f"{chance.number(10, 90)}00"))
    table = _draw_grid(sheet, 150, (133, 70, 70, 70, 70, 70), rows, _SMALL)
    row = chance.number(1, len(rows) - 1)
    question = f"What torque does the coupling {rows[row][0]} take?"
    return _fact_of_cell(question, table, row, 3, sheet)


def _draw_statistics(sheets: Sequence[Sheet], chance: Chance, names: Names) -> list[DrawnFact]:
    """The same three tables for another place on each page."""
    return [_draw_place(sheet, names.place(), chance) for sheet in sheets]


def _draw_place(sheet: Sheet, place: str, chance: Chance) -> DrawnFact:
    sheet.text(_LEFT, 70, f"Harvest of {place}", _TITLE)
    tables = []
    for i, use in enumerate(_USES):
        rows = [("Crop", *_YEARS)]
        rows += [(crop, *(f"{chance.number(11, 9_999):,}" for _ in _YEARS)) for crop in _CROPS]
        sheet.text(_LEFT, 100 + 150 * i, f"Table {i + 1}. Tonnes {use} in {place}", _HEADING)
        tables.append(_draw_grid(sheet, 106 + 150 * i, (63, *(42 for _ in _YEARS)), rows, _SMALL))
    sheet.paragraph(_LEFT, 560, _WIDTH, chance.prose(8), Style(8, "tiro"))
    table, row, col = chance.number(0, 2), chance.number(1, len(_CROPS)), chance.number(1, len(_YEARS))
    question = f"How many tonnes of {_CROPS[row - 1].lower()} were {_USES[table]} in {place} in {_YEARS[col - 1]}?"
    return _fact_of_cell(question, tables[table], row, col, sheet)


def _draw_charts(sheets: Sequence[Sheet], chance: Chance, names: Names) -> list[DrawnFact]:
    return [_draw_chart(sheet, names.place(), chance) for sheet in sheets]


def _draw_chart(sheet: Sheet, place: str, chance: Chance) -> DrawnFact:
    goods, year = chance.of(_GOODS), chance.of(_YEARS)
    sheet.text(_LEFT, 70, f"Works of {place}", _TITLE)
    y = sheet.paragraph(_LEFT, 92, _WIDTH, chance.prose(7), _BODY)
    base = y + 270
    values = [chance.number(1_001, 9_999) for _ in _QUARTERS]
    boxes = []
    for i, (quarter, value) in enumerate(zip(_QUARTERS, values, strict=True)):
        middle, top = _LEFT + 60 + 115 * i, base - 0.024 * value
        sheet.fill(middle - 30, top, middle + 30, base, ACCENT)
        boxes.append(sheet.text(middle, top - 4, f"{value:,}", Style(9, "hebo"), Align.CENTRE))
        sheet.text(middle, base + 14, quarter, Style(9), Align.CENTRE)
    sheet.rule(_LEFT, base, _RIGHT, base, HAIRLINE, 0.8)
    sheet.text(_LEFT, base + 36, f"Figure 1. Tonnes of {goods} made in {place} by quarter, {year}", _HEADING)
    sheet.paragraph(_LEFT, base + 60, _WIDTH, chance.prose(5), _BODY)
    asked = chance.number(0, 3)
    question = f"How many tonnes of {goods} were made in {place} in {_QUARTERS[asked]} {year}?"
    return DrawnFact(question, f"{values[asked]:,}", sheet.number, boxes[asked])


def _draw_turned(sheets: Sequence[Sheet], chance: Chance, names: Names) -> list[DrawnFact]:
    facts = []
    for sheet in sheets:
        place, days, degrees = names.place(), str(chance.number(11, 99)), chance.of((90, 180, 270))
        _draw_prose(sheet, "Roads and bridges", f"The bridge at {place} was closed for {days} days.", chance)
        box = turned(sheet.box_of(days), degrees)
        sheet.turn(degrees)
        facts.append(DrawnFact(f"For how many days was the bridge at {place} closed?", days, sheet.number, box))
    return facts


def _draw_letters(sheets: Sequence[Sheet], chance: Chance, names: Names) -> list[DrawnFact]:
    facts = []
    for sheet in sheets:
        place, cost = names.place(), f"{chance.number(1_001, 9_999):,}"
        _draw_prose(sheet, "Repairs", f"The repair of the roof in {place} will cost {cost} pounds.", chance)
        question = f"How many pounds will the repair of the roof in {place} cost?"
        facts.append(DrawnFact(question, cost, sheet.number, sheet.box_of(cost)))
    return facts


def _draw_prose(sheet: Sheet, title: str, needle: str, chance: Chance) -> None:
    sheet.text(_LEFT, 70, title, _TITLE)
    y = 96.0
    paragraphs = chance.number(4, 7)
    holder = chance.number(0, paragraphs - 1)
    for i in range(paragraphs):
        y = 8 + sheet.paragraph(_LEFT, y, _WIDTH, chance.prose(6, needle if i == holder else None), _BODY)


def _draw_certificates(sheets: Sequence[Sheet], chance: Chance, names: Names) -> list[DrawnFact]:
    """The same page again and again, but for the serial number."""
    place, text = names.place(), chance.prose(12)
    facts = []
    for sheet in sheets:
        serial = names.serial()
        sheet.text(_LEFT, 70, "Certificate of calibration", _TITLE)
        sheet.text(_LEFT, 100, "Serial number of the instrument", Style(9, "helv", MUTED))
        box = sheet.text(_LEFT + 180, 100, serial, _HEADING)
        sheet.text(_LEFT, 118, f"Calibrated at the laboratory of {place}", _BODY)
        sheet.paragraph(_LEFT, 150, _WIDTH, text, _BODY)
        question = f"Which certificate of calibration is for the serial number {serial}?"
        facts.append(DrawnFact(question, serial, sheet.number, box))
    return facts


_DRAWERS: tuple[tuple[NeedleKind, Callable[[Sequence[Sheet], Chance, Names], list[DrawnFact]]], ...] = (
    (NeedleKind.IDENTIFIER, _draw_invoices),
    (NeedleKind.CELL, _draw_statistics),
    (NeedleKind.CHART, _draw_charts),
    (NeedleKind.ROTATED, _draw_turned),
    (NeedleKind.IDENTIFIER, _draw_catalogue),
    (NeedleKind.SCANNED, _draw_letters),
    (NeedleKind.NEAR_DUPLICATE, _draw_certificates),
)


def _draw_grid(
    sheet: Sheet, top: float, widths: Sequence[float], rows: Sequence[Sequence[str]], look: TableLook
) -> Table:
    cells = [
        Cell(row=r, col=c, text=text, role=CellRole.COLUMN_HEADER if r == 0 else CellRole.DATA)
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    ]
    return draw_table(sheet, (_LEFT, top), widths, cells, look)


def _fact_of_cell(question: str, table: Table, row: int, col: int, sheet: Sheet) -> DrawnFact:
    cell = table.at(row, col)
    assert cell.box is not None
    return DrawnFact(question, cell.text, sheet.number, cell.box)


def _money(pence: int) -> str:
    return f"{pence / 100:,.2f}"
