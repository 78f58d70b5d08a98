"""Pages as docai might have read them."""

from collections.abc import Sequence

from docai.domain.documents import PageState
from docai.domain.geometry import Box, PageSize
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import Cell, CellRole, Table
from docai.evaluation.predictions import Failure, PredictedPage, Prediction

WHOLE = Box(x0=0.0, y0=0.0, x1=1.0, y1=1.0)
A4 = PageSize(width_pt=595.0, height_pt=842.0)
FAILED = Prediction(sample_id="s", failure=Failure(code="pdf_damaged", message="The PDF cannot be read."))


def table_of(rows: Sequence[Sequence[str]], n_head: int = 0) -> Table:
    """A table without spans, whose first rows are its head."""
    cells = [
        Cell(row=r, col=c, text=text, role=CellRole.COLUMN_HEADER if r < n_head else CellRole.DATA)
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    ]
    return Table(n_rows=len(rows), n_cols=len(rows[0]), cells=tuple(cells))


def page_of_blocks(*blocks: tuple[BlockKind, str], number: int = 1) -> PredictedPage:
    """A page of blocks of text."""
    made = tuple(Block(kind=kind, text=text, box=WHOLE) for kind, text in blocks)
    parse = PageParse(page_number=number, engine="test", blocks=made)
    return PredictedPage(file="f.pdf", number=number, state=PageState.PARSED, size=A4, parse=parse)


def page_of_tables(*tables: Table, number: int = 1) -> PredictedPage:
    """A page of tables alone."""
    made = tuple(Block(kind=BlockKind.TABLE, text="", box=WHOLE, table=table) for table in tables)
    parse = PageParse(page_number=number, engine="test", blocks=made)
    return PredictedPage(file="f.pdf", number=number, state=PageState.PARSED, size=A4, parse=parse)


def page_of_markdown(markdown: str, number: int = 1) -> PredictedPage:
    """A page by its Markdown alone."""
    return PredictedPage(file="f.pdf", number=number, state=PageState.PARSED, markdown=markdown)


def read(*pages: PredictedPage) -> Prediction:
    """A prediction of these pages."""
    return Prediction(sample_id="s", pages=pages)
