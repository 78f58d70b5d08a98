"""A drawn page as an evaluation sees it, without a PDF being opened."""

from functools import lru_cache
from pathlib import Path

from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock
from docai.domain.tables import Cell
from docai.domain.words import PageWords, Witness, Word
from docai.evaluation.fault_injection.table_truth import table_text
from docai.evaluation.fault_injection.truth import TruthPage
from docai.pdf.draw_sheet import Sheet, Style, new_pdf
from docai.pdf.draw_table import TableLook, draw_table

ROWS = (
    ("Place", "2024", "2025", "2026"),
    ("Tarnelmoor", "1,204", "377", "58"),
    ("Quillhaven", "950", "1,666", "4,019"),
    ("Eskerby", "2,718", "281", "828"),
    ("Total", "4,872", "2,324", "4,905"),
)
PARAGRAPHS = (
    "The council of Tarnelmoor approved the plan of the eastern quay after a long discussion in 1997.",
    "The harbour master delivered 4,217 crates of gravel before the end of the season.",
    "The survey of culverts was put off because the frost came late. The works closed for 12 days.",
)


@lru_cache
def drawn_page(name: str = "drawn") -> TruthPage:
    """Three paragraphs and a table with totals."""
    pdf = new_pdf()
    sheet = Sheet(pdf[0], number=1)
    blocks, y = [], 80.0
    for text in PARAGRAPHS:
        n_before = len(sheet.words)
        below = sheet.paragraph(60, y, 400, text, Style(11, "tiro"))
        boxes = [word.box for word in sheet.words[n_before:]]
        box = boxes[0].around(boxes)
        blocks.append(ReadBlock(kind=BlockKind.PARAGRAPH, text=text, box=box))
        y = below + 12
    cells = [Cell(row=r, col=c, text=text) for r, row in enumerate(ROWS) for c, text in enumerate(row)]
    table = draw_table(sheet, (60, y + 20), (120, 80, 80, 80), cells, TableLook())
    place = table.cells[0].box.around(cell.box for cell in table.cells)
    blocks.append(ReadBlock(kind=BlockKind.TABLE, text=table_text(table), box=place, table=table))
    pdf.close()
    words = tuple(Word(text=word.text, box=word.box, line=word.line) for word in sheet.words)
    return TruthPage(
        source="drawn",
        path=Path(f"{name}.pdf"),
        name=name,
        page_number=1,
        words=PageWords(witness=Witness.TEXT_LAYER, words=words, engine="drawn"),
        blocks=tuple(blocks),
    )
