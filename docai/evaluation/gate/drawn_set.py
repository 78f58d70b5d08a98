"""The gate's own set: pages with prose, a table and questions, as they are drawn and as poor scans; always the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docai.domain.geometry import Box, PageSize
from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock
from docai.domain.tables import Cell, CellRole, Table
from docai.evaluation.fault_injection.table_truth import table_text
from docai.pdf.draw_degraded import Degradation, Harm, degraded
from docai.pdf.draw_needles_text import Chance, Names
from docai.pdf.draw_sheet import DrawnWord, Sheet, Style, finished, new_pdf
from docai.pdf.draw_table import TableLook, draw_table

SEED = 20261128
_SIZE = PageSize(width_pt=595.0, height_pt=380.0)
"""As wide as A4 and half as high: what is read is no less, and costs OCR half the time."""
_LEFT, _WIDTH, _TOP = 60.0, 470.0, 54.0
_HEADING, _BODY, _CAPTION = Style(14, "hebo"), Style(10.5, "tiro"), Style(9, "hebo")
_LABEL_WIDTH = 118.0
_UNITS = ("tonnes", "metres", "hours", "crates", "permits")
N_DIGITAL = 12
"""Pages with a text layer; they cost little, and are what the right page must be found among."""
PRINT_SIZES = (5, 6, 7, 8, 10, 12)
"""Points."""
SCANS: tuple[tuple[str, Degradation], ...] = (
    ("scan", Degradation()),
    ("blur_weak", Degradation(Harm.BLUR, 1.5)),
    ("blur_strong", Degradation(Harm.BLUR, 3.0)),
    ("rotation_weak", Degradation(Harm.ROTATION, 1.0)),
    ("rotation_strong", Degradation(Harm.ROTATION, 3.0)),
    ("noise_weak", Degradation(Harm.NOISE, 20.0)),
    ("noise_strong", Degradation(Harm.NOISE, 40.0)),
    ("jpeg_weak", Degradation(Harm.JPEG, 20.0)),
    ("jpeg_strong", Degradation(Harm.JPEG, 5.0)),
    ("contrast_weak", Degradation(Harm.CONTRAST, 0.3)),
    ("contrast_strong", Degradation(Harm.CONTRAST, 0.15)),
)
PRINTS: tuple[tuple[str, Degradation], ...] = (
    ("100dpi", Degradation(dpi=100.0)),
    ("90dpi", Degradation(dpi=90.0)),
)
"""Scans of pages with print of all sizes."""


@dataclass(frozen=True, slots=True)
class GateQuestion:
    """A question about one page."""

    text: str
    answers: tuple[str, ...]
    """All that are right; none: the document does not say."""


@dataclass(frozen=True, slots=True)
class GatePage:
    """A page and its truth."""

    case: str
    """What it tries: `digital`, a degradation with its strength, or a scan of small print."""
    words: tuple[DrawnWord, ...]
    blocks: tuple[ReadBlock, ...] = ()
    """In reading order, with boxes."""
    prints: tuple[tuple[int, Box], ...] = ()
    """Paragraphs of a size in points, and where they stand."""
    questions: tuple[GateQuestion, ...] = ()

    @property
    def tables(self) -> tuple[Table, ...]:
        """In reading order, cells with the boxes of their print."""
        return tuple(block.table for block in self.blocks if block.table is not None)


@dataclass(frozen=True, slots=True)
class GateDocument:
    """A PDF and its truth."""

    name: str
    pdf: bytes
    pages: tuple[GatePage, ...]


def drawn_set() -> tuple[GateDocument, ...]:
    """A document with a text layer, poor scans, and scans of small print."""
    chance = Chance(SEED)
    names = Names(chance)
    scans = [name for name, _ in SCANS]
    return (
        _document("digital.pdf", ["digital"] * N_DIGITAL, None, chance, names),
        _document("scans.pdf", scans, [degradation for _, degradation in SCANS], chance, names),
        _prints(chance),
    )


def _document(
    name: str, cases: Sequence[str], degradations: Sequence[Degradation] | None, chance: Chance, names: Names
) -> GateDocument:
    pdf = new_pdf(len(cases), _SIZE, title=name)
    pages = []
    for number, case in enumerate(cases, start=1):
        sheet = Sheet(pdf[number - 1], number)
        blocks, questions = _draw(sheet, chance, names)
        pages.append(GatePage(case, tuple(sheet.words), tuple(blocks), questions=questions))
    made = degraded(pdf, degradations, SEED) if degradations else pdf
    return GateDocument(name, finished(made, name).pdf, tuple(pages))


def _draw(sheet: Sheet, chance: Chance, names: Names) -> tuple[list[ReadBlock], tuple[GateQuestion, ...]]:
    """A heading, two paragraphs, of which the first holds an amount that is asked for, and a table with totals."""
    place, absent, unit, year = names.place(), names.place(), chance.of(_UNITS), chance.number(1950, 2019)
    amount = f"{chance.number(1, 99)},{chance.number(0, 999):03d}"
    fact = f"In {year} the works at {place} took {amount} {unit}."
    y = _TOP
    text = f"{place} in figures"
    blocks = [ReadBlock(kind=BlockKind.HEADING, text=text, box=sheet.text(_LEFT, y, text, _HEADING))]
    y += 26
    for text in (chance.prose(2, fact), chance.prose(3)):
        box, y = _paragraph(sheet, y, text, _BODY)
        blocks.append(ReadBlock(kind=BlockKind.PARAGRAPH, text=text, box=box))
    goods = chance.of(_UNITS)
    caption = f"Table {sheet.number}. Deliveries in {goods} by place"
    blocks.append(ReadBlock(kind=BlockKind.CAPTION, text=caption, box=sheet.text(_LEFT, y + 9, caption, _CAPTION)))
    cells = _cells(chance, names)
    blocks.append(_table(sheet, y + 17, cells, chance))
    asked = f"How many {unit} did the works at {{}} take in {year}?"
    row, column = chance.number(1, 3), chance.number(1, 3)
    at = {(cell.row, cell.col): cell.text for cell in cells}
    return blocks, (
        GateQuestion(asked.format(place), (amount, f"{amount} {unit}")),
        GateQuestion(f"What was the figure for {at[row, 0]} in {at[0, column]}?", (at[row, column],)),
        GateQuestion(asked.format(absent), ()),
    )


def _paragraph(sheet: Sheet, y: float, text: str, style: Style) -> tuple[Box, float]:
    n_before = len(sheet.words)
    below = sheet.paragraph(_LEFT, y, _WIDTH, text, style)
    box = Box.around(word.box for word in sheet.words[n_before:])
    assert box is not None
    return box, below + 9


def _cells(chance: Chance, names: Names) -> list[Cell]:
    """Three years, three places and a row of sums."""
    first = chance.number(2001, 2020)
    values = [[chance.number(10, 99_999) for _ in range(3)] for _ in range(3)]
    sums = [sum(column) for column in zip(*values, strict=True)]
    rows = [["Place", *map(str, range(first, first + 3))]]
    labels = [names.place(), names.place(), names.place(), "Total"]
    rows += [[label, *(f"{n:,}" for n in row)] for label, row in zip(labels, [*values, sums], strict=True)]
    return [
        Cell(row=r, col=c, text=text, role=CellRole.COLUMN_HEADER if r == 0 else CellRole.DATA)
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    ]


def _table(sheet: Sheet, top: float, cells: Sequence[Cell], chance: Chance) -> ReadBlock:
    n_before = len(sheet.words)
    look = TableLook(
        row_height_pt=17,
        filled_header=chance.of((True, False)),
        last_row_is_total=True,
        framed_cells=chance.of((True, False)),
    )
    n_cols = 1 + max(cell.col for cell in cells)
    widths = [_LABEL_WIDTH, *[(_WIDTH - _LABEL_WIDTH) / (n_cols - 1)] * (n_cols - 1)]
    drawn = draw_table(sheet, (_LEFT, top), widths, cells, look)
    # The true box of a cell's print is its words', not the grid's; every cell here is one word.
    boxes = [word.box for word in sheet.words[n_before:]]
    tight = tuple(cell.model_copy(update={"box": box}) for cell, box in zip(drawn.cells, boxes, strict=True))
    table = drawn.model_copy(update={"cells": tight})
    return ReadBlock(kind=BlockKind.TABLE, text=table_text(table), box=Box.around(boxes), table=table)


def _prints(chance: Chance) -> GateDocument:
    pdf = new_pdf(len(PRINTS), _SIZE, title="prints.pdf")
    pages = []
    for number, (case, _) in enumerate(PRINTS, start=1):
        sheet = Sheet(pdf[number - 1], number)
        prints = tuple(_print_sizes(sheet, chance))
        pages.append(GatePage(case, tuple(sheet.words), prints=prints))
    made = degraded(pdf, [degradation for _, degradation in PRINTS], SEED)
    return GateDocument("prints.pdf", finished(made, "prints.pdf").pdf, tuple(pages))


def _print_sizes(sheet: Sheet, chance: Chance) -> Iterator[tuple[int, Box]]:
    y = _TOP
    for size in PRINT_SIZES:
        text = chance.prose(1, f"Of {chance.number(1000, 9999)} parts, {chance.number(100, 999)} were rejected.")
        box, y = _paragraph(sheet, y, text, Style(size, "helv"))
        y += 4
        yield size, box
