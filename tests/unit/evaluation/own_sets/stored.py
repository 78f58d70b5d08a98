"""Documents of the store as docai would have read them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

from docai.domain.charts import Chart, DataPoint, Series
from docai.domain.documents import Document, DocumentStatus, MediaType, Page, PageState
from docai.domain.evidence import Evidence, Verdict
from docai.domain.geometry import Box
from docai.domain.ids import DocumentId, Sha256, TenantId
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import Cell, CellRole, Table
from docai.domain.words import PageWords, Witness, Word
from docai.evaluation.own_sets.making import StoredDocument

BOX = Box(x0=0.1, y0=0.1, x1=0.9, y1=0.2)
_HEIGHT, _STEP = 0.012, 0.008


def evidence(verdict: Verdict = Verdict.EXACT, box: Box = BOX) -> Evidence:
    return Evidence(reader="test 1", witness=Witness.TEXT_LAYER, verdict=verdict, page_number=1, box=box)


def words(*lines: str) -> tuple[Word, ...]:
    """Printed lines; five blanks in one are a wide gap."""
    found = []
    for number, line in enumerate(lines):
        x, y = 0.05, 0.02 + 0.02 * number
        for piece in line.split(" "):
            width = _STEP * len(piece)
            if piece:
                found.append(Word(text=piece, box=Box(x0=x, y0=y, x1=x + width, y1=y + _HEIGHT), line=number))
            x += width + _STEP
    return tuple(found)


def table(rows: Sequence[Sequence[str]], caption: str | None = None, verdict: Verdict = Verdict.EXACT) -> Block:
    """A table with a row of headings and a column of labels."""
    cells = tuple(
        Cell(
            row=r,
            col=c,
            text=text,
            role=CellRole.COLUMN_HEADER if r == 0 else CellRole.ROW_HEADER if c == 0 else CellRole.DATA,
            evidence=evidence(verdict, Box(x0=0.1 * c, y0=0.1 * r, x1=0.1 * c + 0.05, y1=0.1 * r + 0.05)),
        )
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    )
    grid = Table(n_rows=len(rows), n_cols=len(rows[0]), cells=cells, caption=caption)
    return Block(kind=BlockKind.TABLE, text="", box=BOX, table=grid)


def chart(points: dict[str, str], title: str = "", verdict: Verdict | None = Verdict.EXACT) -> Block:
    found = tuple(
        DataPoint(category=category, text=text, evidence=None if verdict is None else evidence(verdict))
        for category, text in points.items()
    )
    drawn = Chart(title=title, series=(Series(name="Sales", points=found),))
    return Block(kind=BlockKind.CHART, text="", box=BOX, chart=drawn)


def block(kind: BlockKind, text: str, **more: object) -> Block:
    return Block(kind=kind, text=text, box=BOX).model_copy(update=more)


def page(number: int, *blocks: Block, lines: Sequence[str] = ()) -> Page:
    parse = PageParse(page_number=number, engine="test 1", blocks=blocks)
    said = PageWords(witness=Witness.TEXT_LAYER, words=words(*lines))
    return Page(document_id=DocumentId(UUID(int=1)), number=number, state=PageState.PARSED, words=said, parse=parse)


def stored(name: str, *pages: Page, content: bytes = b"%PDF", media_type: MediaType = MediaType.PDF) -> StoredDocument:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    document = Document(
        id=DocumentId(uuid4()),
        tenant_id=TenantId(uuid4()),
        name=name,
        sha256=Sha256("0" * 64),
        media_type=media_type,
        n_bytes=len(content),
        status=DocumentStatus.READY,
        created_at=now,
        updated_at=now,
    )
    return StoredDocument(document, pages, lambda: content)
