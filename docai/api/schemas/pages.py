"""Pages, blocks, tables and evidence on the wire."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Self

from pydantic import Field

from docai.api.schemas.attempts import AttemptOut
from docai.api.schemas.charts import ChartOut
from docai.api.schemas.documents import DocumentOut
from docai.api.schemas.evidence import BoxOut, EvidenceOut, box_out
from docai.api.schemas.wire import FaultOut, WireModel
from docai.domain.attempts import Rung
from docai.domain.documents import Document, Page, PageState
from docai.domain.evidence import Coverage
from docai.domain.geometry import Box
from docai.domain.images import PageImage, ResolutionReason
from docai.domain.parses import Block, BlockKind
from docai.domain.plans import PagePlan
from docai.domain.tables import Cell, CellRole, Table
from docai.domain.words import PageWords, TextLayerFlaw, Witness, Word


class CellOut(WireModel):
    """A cell; rows and columns count from 0."""

    row: int
    col: int
    row_span: int
    col_span: int
    role: CellRole
    text: str
    box: BoxOut | None
    evidence: EvidenceOut | None

    @classmethod
    def of(cls, cell: Cell) -> Self:
        """From the domain."""
        return cls(
            row=cell.row,
            col=cell.col,
            row_span=cell.row_span,
            col_span=cell.col_span,
            role=cell.role,
            text=cell.text,
            box=None if cell.box is None else box_out(cell.box),
            evidence=EvidenceOut.of(cell.evidence),
        )


class TableOut(WireModel):
    """A table."""

    number: int = Field(description="Counts from 1 through the document.")
    page: int
    box: BoxOut
    caption: str | None
    n_rows: int
    n_cols: int
    engine: str
    cells: list[CellOut]

    @classmethod
    def of(cls, table: Table, *, number: int, page: int, box: Box) -> Self:
        """From the domain."""
        return cls(
            number=number,
            page=page,
            box=box_out(box),
            caption=table.caption,
            n_rows=table.n_rows,
            n_cols=table.n_cols,
            engine=table.engine,
            cells=[CellOut.of(cell) for cell in table.cells],
        )


class BlockOut(WireModel):
    """A piece of a page, in reading order."""

    kind: BlockKind
    text: str
    box: BoxOut
    level: int | None
    label: str | None
    word_ids: list[int]
    table_number: int | None = Field(description="Which of the document's tables this block is.")
    chart: ChartOut | None
    continues_previous: bool = Field(
        description="Whether it goes on from the block before it, or from the last one of the page before."
    )
    reader: str | None = Field(description="What read this block, where that is not the page's own engine.")
    evidence: EvidenceOut | None

    @classmethod
    def of(cls, block: Block, *, table_number: int | None) -> Self:
        """From the domain."""
        return cls(
            kind=block.kind,
            text=block.text,
            box=box_out(block.box),
            level=block.level,
            label=block.label,
            word_ids=list(block.word_ids),
            table_number=table_number,
            chart=ChartOut.of(block.chart),
            continues_previous=block.continues_previous,
            reader=block.reader,
            evidence=EvidenceOut.of(block.evidence),
        )


class CoverageOut(WireModel):
    """Which of the page's words ended up in the output."""

    n_words: int
    n_covered: int
    share: float
    omitted_word_ids: list[int]

    @classmethod
    def of(cls, coverage: Coverage) -> Self:
        """From the domain."""
        return cls(
            n_words=coverage.n_words,
            n_covered=coverage.n_covered,
            share=round(coverage.share, 4),
            omitted_word_ids=list(coverage.omitted_word_ids),
        )


class ImageOut(WireModel):
    """The drawn page: at which resolution, and why."""

    sha256: str
    media_type: str
    width_px: int
    height_px: int
    dpi: float
    reason: ResolutionReason
    smallest_print_pt: float | None
    x_height_px: float | None
    is_legible: bool
    renderer: str

    @classmethod
    def of(cls, image: PageImage) -> Self:
        """From the domain."""
        return cls(sha256=image.sha256, media_type=image.media_type, renderer=image.renderer, **image.plan.model_dump())


class WordsOut(WireModel):
    """Whose words were believed."""

    witness: Witness | None
    engine: str
    n_words: int
    rotation: int
    text_layer_flaws: list[TextLayerFlaw]

    @classmethod
    def of(cls, words: PageWords) -> Self:
        """From the domain."""
        return cls(
            witness=words.witness,
            engine=words.engine,
            n_words=len(words.words),
            rotation=words.rotation,
            text_layer_flaws=list(words.text_layer_flaws),
        )


class PageOut(WireModel):
    """A page's entry in the ledger."""

    number: int
    state: PageState
    fault: FaultOut | None
    width_pt: float | None
    height_pt: float | None
    image: ImageOut | None
    words: WordsOut | None
    coverage: CoverageOut | None
    engine: str | None = Field(description="What read the page: the layout engine, or a vision-language model.")
    rung: Rung | None = Field(
        description="Which step of the ladder of attempts gave the result; null where no model was asked."
    )
    n_blocks: int
    n_tables: int

    @classmethod
    def of(cls, page: Page) -> Self:
        """From the domain."""
        return cls(**_ledger_fields(page))


class WordOut(WireModel):
    """A word as the witness read it; its id is its place in the list."""

    text: str
    box: BoxOut
    line: int
    confidence: float
    font_size_pt: float | None

    @classmethod
    def of(cls, word: Word) -> Self:
        """From the domain."""
        return cls(
            text=word.text,
            box=box_out(word.box),
            line=word.line,
            confidence=round(word.confidence, 4),
            font_size_pt=word.font_size_pt,
        )


class PageDetailOut(PageOut):
    """A page with all that was read from it."""

    blocks: list[BlockOut]
    tables: list[TableOut]
    attempts: list[AttemptOut] = Field(description="What was tried with a vision-language model, in order.")
    word_list: list[WordOut]

    @classmethod
    def of_page(cls, page: Page, *, first_table: int) -> Self:
        """From the domain; the page's first table has number `first_table` in the document."""
        blocks, tables = blocks_and_tables(page, first_table=first_table)
        words = page.words.words if page.words else ()
        attempts = page.parse.attempts if page.parse else ()
        return cls(
            **_ledger_fields(page),
            blocks=blocks,
            tables=tables,
            attempts=[AttemptOut.of(attempt) for attempt in attempts],
            word_list=[WordOut.of(word) for word in words],
        )


class PageListOut(WireModel):
    """Pages in order."""

    data: list[PageOut]
    has_more: bool
    next_cursor: str | None


class PageContentOut(WireModel):
    """What one page says."""

    number: int
    state: PageState
    fault: FaultOut | None
    blocks: list[BlockOut]


class ContentOut(WireModel):
    """What a document says, in reading order."""

    document: DocumentOut
    pages: list[PageContentOut]
    tables: list[TableOut]

    @classmethod
    def of(cls, document: Document, pages: Sequence[Page]) -> Self:
        """From the domain."""
        contents: list[PageContentOut] = []
        tables: list[TableOut] = []
        for page in pages:
            blocks, found = blocks_and_tables(page, first_table=len(tables) + 1)
            tables += found
            contents.append(
                PageContentOut(number=page.number, state=page.state, fault=FaultOut.of(page.fault), blocks=blocks)
            )
        return cls(document=DocumentOut.of(document), pages=contents, tables=tables)


class PagePlanOut(WireModel):
    """What reading a page would take."""

    page: int
    width_pt: float
    height_pt: float
    width_px: int
    height_px: int
    dpi: float
    reason: ResolutionReason
    smallest_print_pt: float | None
    x_height_px: float | None
    is_legible: bool
    witness: Witness
    text_layer_flaws: list[TextLayerFlaw]
    n_text_layer_words: int

    @classmethod
    def of(cls, plan: PagePlan) -> Self:
        """From the domain."""
        return cls(
            page=plan.page_number,
            width_pt=plan.size.width_pt,
            height_pt=plan.size.height_pt,
            witness=plan.witness,
            text_layer_flaws=list(plan.text_layer_flaws),
            n_text_layer_words=plan.n_text_layer_words,
            **plan.raster.model_dump(),
        )


def tables_of(pages: Iterable[Page]) -> list[TableOut]:
    """All tables of a document, numbered from 1."""
    tables: list[TableOut] = []
    for page in pages:
        tables += blocks_and_tables(page, first_table=len(tables) + 1)[1]
    return tables


def blocks_and_tables(page: Page, *, first_table: int) -> tuple[list[BlockOut], list[TableOut]]:
    """A page's blocks, and its tables numbered from `first_table`."""
    blocks: list[BlockOut] = []
    tables: list[TableOut] = []
    for block in page.parse.blocks if page.parse else ():
        number = None
        if block.table is not None:
            number = first_table + len(tables)
            tables.append(TableOut.of(block.table, number=number, page=page.number, box=block.box))
        blocks.append(BlockOut.of(block, table_number=number))
    return blocks, tables


def _ledger_fields(page: Page) -> dict[str, object]:
    parse = page.parse
    return {
        "number": page.number,
        "state": page.state,
        "fault": FaultOut.of(page.fault),
        "width_pt": page.size.width_pt if page.size else None,
        "height_pt": page.size.height_pt if page.size else None,
        "image": ImageOut.of(page.image) if page.image else None,
        "words": WordsOut.of(page.words) if page.words else None,
        "coverage": CoverageOut.of(parse.coverage) if parse and parse.coverage else None,
        "engine": parse.engine if parse else None,
        "rung": parse.rung if parse else None,
        "n_blocks": len(parse.blocks) if parse else 0,
        "n_tables": len(parse.tables) if parse else 0,
    }
