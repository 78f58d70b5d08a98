"""Documents, pages and answers to put into stores."""

from __future__ import annotations

from datetime import UTC, datetime

from docai.domain.access import Tenant
from docai.domain.answers import Answer, AnswerKind, Citation, Question
from docai.domain.documents import Document, DocumentStatus, MediaType, Page, PageState
from docai.domain.evidence import Coverage, Evidence, Verdict
from docai.domain.geometry import Box, PageSize
from docai.domain.ids import DocumentId, new_answer_id, new_document_id, new_job_id, sha256_of
from docai.domain.images import PageImage, RasterPlan, ResolutionReason
from docai.domain.jobs import Job, JobState
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import Cell, CellRole, Table
from docai.domain.words import PageWords, Witness, Word
from docai.stores.postgres.unit_of_work import PostgresRecords

BOX = Box(x0=0.1, y0=0.2, x1=0.30000000000000004, y1=1 / 3)


def a_document(tenant: Tenant, content: bytes = b"%PDF-", name: str = "a.pdf") -> Document:
    now = datetime.now(UTC)
    return Document(
        id=new_document_id(),
        tenant_id=tenant.id,
        name=name,
        sha256=sha256_of(content),
        media_type=MediaType.PDF,
        n_bytes=len(content),
        status=DocumentStatus.QUEUED,
        created_at=now,
        updated_at=now,
    )


def a_job(document: Document) -> Job:
    now = datetime.now(UTC)
    return Job(
        id=new_job_id(),
        tenant_id=document.tenant_id,
        document_id=document.id,
        state=JobState.QUEUED,
        created_at=now,
    )


def add_document(records: PostgresRecords, tenant: Tenant, content: bytes = b"%PDF-", n_pages: int = 0) -> Document:
    document = a_document(tenant, content)
    with records.unit_of_work(tenant.id) as unit:
        assert unit.documents.add(document, a_job(document))[2]
        unit.documents.open_ledger(document.id, n_pages)
    return document


def evidence(page_number: int, *word_ids: int) -> Evidence:
    return Evidence(
        reader="test/1",
        witness=Witness.OCR,
        verdict=Verdict.OCR_AGREE,
        page_number=page_number,
        box=BOX,
        word_ids=word_ids,
        confidence=0.1 + 0.2,
    )


def a_table(text: str = "42", n_rows: int = 2) -> Table:
    head = Cell(row=0, col=0, col_span=2, text="head", role=CellRole.COLUMN_HEADER, box=BOX, word_ids=(0,))
    rows = tuple(
        Cell(row=row, col=col, text=text, box=BOX, word_ids=(1,), evidence=evidence(1, 1))
        for row in range(1, n_rows)
        for col in range(2)
    )
    return Table(n_rows=n_rows, n_cols=2, cells=(head, *rows), caption="Table 1", engine="test/1")


def a_page(document_id: DocumentId, number: int = 1, *, text: str = "42", image: bytes = b"png") -> Page:
    plan = RasterPlan(
        dpi=150,
        width_px=10,
        height_px=10,
        reason=ResolutionReason.FLOOR,
        smallest_print_pt=None,
        x_height_px=None,
        is_legible=True,
    )
    table = a_table(text)
    blocks = (
        Block(kind=BlockKind.PARAGRAPH, text=text, box=BOX, word_ids=(0, 1), evidence=evidence(number, 0, 1)),
        Block(kind=BlockKind.TABLE, text=text, box=BOX, table=table),
    )
    return Page(
        document_id=document_id,
        number=number,
        state=PageState.PARSED,
        size=PageSize(width_pt=595.276, height_pt=841.89),
        image=PageImage(sha256=sha256_of(image), media_type="image/png", n_bytes=3, plan=plan, renderer="test/1"),
        words=PageWords(
            witness=Witness.OCR, words=(Word(text=text, box=BOX, line=0, confidence=0.9),), engine="test/1"
        ),
        second_words=PageWords(witness=Witness.TEXT_LAYER, words=(Word(text=text, box=BOX, line=0),), engine="test/2"),
        parse=PageParse(page_number=number, engine="test/1", blocks=blocks, coverage=Coverage(n_words=2, n_covered=2)),
        revision=1,
    )


def an_answer(document: Document) -> Answer:
    return Answer(
        id=new_answer_id(),
        question=Question(text="what?"),
        answerable=True,
        text="42",
        kind=AnswerKind.CELL,
        confidence=0.9,
        citations=(
            Citation(
                document_id=document.id,
                document_name=document.name,
                page_number=1,
                box=BOX,
                quote="42",
                evidence=evidence(1, 1),
            ),
        ),
        engine="test/1",
        created_at=datetime.now(UTC),
    )
