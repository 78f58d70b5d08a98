"""Documents drawn by lot, so that their truth is known to the glyph: prose, captions and tables with totals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from docai.domain.geometry import Box
from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock
from docai.domain.tables import Cell, CellRole, Table
from docai.evaluation.fault_injection.opening import Opener
from docai.evaluation.fault_injection.table_truth import table_text
from docai.evaluation.fault_injection.truth import TruthPage
from docai.pdf.draw_needles_text import Chance, Names
from docai.pdf.draw_scan import scanned
from docai.pdf.draw_sheet import Sheet, Style, finished, new_pdf
from docai.pdf.draw_table import TableLook, draw_table

_LEFT, _WIDTH, _TOP, _BOTTOM = 60.0, 470.0, 76.0, 760.0
_HEADING, _BODY, _CAPTION = Style(14, "hebo"), Style(10.5, "tiro"), Style(9, "hebo")
_LABEL_WIDTH = 118.0
_GAP = 9.0
_UNITS = ("tonnes", "metres", "hours", "crates", "permits")


def drawn_pages(n: int, seed: int, folder: Path, opener: Opener, *, as_scans: bool) -> Iterator[TruthPage]:
    """Documents of one page, drawn anew for each seed.

    Args:
        n: documents.
        seed: where chance comes from.
        folder: where they are written.
        opener: reads them.
        as_scans: whether they are pictures of pages, without a text layer.
    """
    source = "drawn_scans" if as_scans else "drawn"
    folder.mkdir(parents=True, exist_ok=True)
    chance = Chance(seed)
    names = Names(chance)
    for number in range(1, n + 1):
        path = folder / f"{source}-{number}.pdf"
        blocks = _draw(path, chance, names, as_scans=as_scans)
        with opener.document(path) as document:
            words = opener.page(path, document, 1).words
        yield TruthPage(source=source, path=path, name=path.stem, page_number=1, words=words, blocks=tuple(blocks))


def _draw(path: Path, chance: Chance, names: Names, *, as_scans: bool) -> list[ReadBlock]:
    pdf = new_pdf(title=path.stem)
    sheet = Sheet(pdf[0], number=1)
    blocks = [_line(sheet, _TOP, f"{names.place()} in figures, {chance.number(1990, 2029)}", _HEADING)]
    y = _TOP + 26
    for turn in range(1, 4):
        for _ in range(chance.number(1, 2)):
            drawn, y = _paragraph(sheet, y, _prose(chance, names))
            blocks.append(drawn)
        unit = chance.of(_UNITS)
        cells = _cells(chance, names)
        height = 17.0 * (1 + max(cell.row for cell in cells))
        if y + height + 2 * _GAP > _BOTTOM:
            break
        blocks.append(
            _line(sheet, y + _GAP, f"Table {turn}. Deliveries in {unit} by place", _CAPTION, BlockKind.CAPTION)
        )
        table = _draw_table(sheet, y + _GAP + 8, cells, chance)
        blocks.append(table)
        y += _GAP + 8 + height + 2 * _GAP
    content = finished(scanned(pdf) if as_scans else pdf, path.name, [sheet]).pdf
    path.write_bytes(content)
    return blocks


def _prose(chance: Chance, names: Names) -> str:
    amount = f"{chance.number(1, 999)},{chance.number(0, 999):03d}"
    fact = f"In {chance.number(1950, 2029)} the works at {names.place()} took {amount} {chance.of(_UNITS)}."
    return chance.prose(chance.number(2, 4), fact)


def _line(sheet: Sheet, y: float, text: str, style: Style, kind: BlockKind = BlockKind.HEADING) -> ReadBlock:
    return ReadBlock(kind=kind, text=text, box=sheet.text(_LEFT, y, text, style))


def _paragraph(sheet: Sheet, y: float, text: str) -> tuple[ReadBlock, float]:
    n_before = len(sheet.words)
    below = sheet.paragraph(_LEFT, y, _WIDTH, text, _BODY)
    box = Box.around(word.box for word in sheet.words[n_before:])
    return ReadBlock(kind=BlockKind.PARAGRAPH, text=text, box=box), below + _GAP


def _cells(chance: Chance, names: Names) -> list[Cell]:
    """A table of numbers with a row of sums."""
    years = range(first := chance.number(2001, 2020), first + chance.number(3, 5))
    decimals = chance.of((0, 0, 1, 2))
    labels = [names.place() for _ in range(chance.number(3, 8))]
    values = [[chance.number(10, 99_999) for _ in years] for _ in labels]
    rows = [["Place", *map(str, years)]]
    rows += [
        [label, *(_printed(v, decimals) for v in row)]
        for label, row in zip([*labels, "Total"], [*values, _sums(values)], strict=True)
    ]
    return [
        Cell(row=r, col=c, text=text, role=CellRole.COLUMN_HEADER if r == 0 else CellRole.DATA)
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    ]


def _sums(values: Sequence[Sequence[int]]) -> list[int]:
    return [sum(column) for column in zip(*values, strict=True)]


def _printed(value: int, decimals: int) -> str:
    return f"{value / 10**decimals:,.{decimals}f}"


def _draw_table(sheet: Sheet, top: float, cells: Sequence[Cell], chance: Chance) -> ReadBlock:
    n_cols = 1 + max(cell.col for cell in cells)
    widths = [_LABEL_WIDTH, *[(_WIDTH - _LABEL_WIDTH) / (n_cols - 1)] * (n_cols - 1)]
    look = TableLook(
        size_pt=9,
        row_height_pt=17,
        filled_header=chance.of((True, False)),
        last_row_is_total=True,
        framed_cells=chance.of((True, False)),
    )
    n_before = len(sheet.words)
    drawn = draw_table(sheet, (_LEFT, top), widths, cells, look)
    # The true box of a cell's print is its words', not the grid's.
    left = iter(sheet.words[n_before:])
    printed = [Box.around([next(left).box for _ in cell.text.split()]) for cell in drawn.cells]
    tight = tuple(cell.model_copy(update={"box": box}) for cell, box in zip(drawn.cells, printed, strict=True))
    table = Table(n_rows=drawn.n_rows, n_cols=drawn.n_cols, cells=tight)
    box = Box.around(cell.box for cell in drawn.cells if cell.box)
    return ReadBlock(kind=BlockKind.TABLE, text=table_text(table), box=box, table=table)
