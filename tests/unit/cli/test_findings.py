from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO
from uuid import UUID

from rich.console import Console

from docai.cli.findings import findings
from docai.domain.documents import Document, DocumentStatus, Fault, MediaType, Page, PageState
from docai.domain.evidence import Coverage, Evidence, Verdict
from docai.domain.geometry import Box
from docai.domain.ids import DocumentId, Sha256, TenantId
from docai.domain.images import PageImage, RasterPlan, ResolutionReason
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.tables import Cell, Table
from docai.domain.words import PageWords, TextLayerFlaw, Witness, Word

BOX = Box(x0=0.1, y0=0.1, x1=0.2, y1=0.2)


def evidence(verdict: Verdict) -> Evidence:
    return Evidence(reader="r", witness=Witness.OCR, verdict=verdict, page_number=1, box=BOX)


def pages(document_id: DocumentId) -> list[Page]:
    cell = Cell(row=0, col=0, col_span=2, text="x", evidence=evidence(Verdict.ILLEGIBLE))
    table = Table(n_rows=1, n_cols=2, cells=(cell,), engine="grids")
    blocks = (
        Block(kind=BlockKind.PARAGRAPH, text="a", box=BOX, evidence=evidence(Verdict.OCR_AGREE)),
        Block(kind=BlockKind.PARAGRAPH, text="b", box=BOX, evidence=evidence(Verdict.OCR_AGREE)),
        Block(kind=BlockKind.TABLE, text="x", box=BOX, table=table),
    )
    plan = RasterPlan(
        dpi=200,
        width_px=1654,
        height_px=2339,
        reason=ResolutionReason.NATIVE_SCAN,
        smallest_print_pt=None,
        x_height_px=None,
        is_legible=True,
    )
    read = Page(
        document_id=document_id,
        number=1,
        state=PageState.PARSED,
        image=PageImage(sha256=Sha256("0" * 64), media_type="image/png", n_bytes=1, plan=plan, renderer="r"),
        words=PageWords(
            witness=Witness.OCR,
            words=(Word(text="a", box=BOX, line=0),),
            text_layer_flaws=(TextLayerFlaw.MISSING,),
            engine="reader 1",
        ),
        parse=PageParse(page_number=1, engine="e 1", blocks=blocks, coverage=Coverage(n_words=4, n_covered=3)),
    )
    fault = Fault(code="page_timed_out", message="Too slow.")
    return [read, Page(document_id=document_id, number=2, state=PageState.FAILED, fault=fault)]


def test_a_page_tells_all_that_was_found_on_it() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    document = Document(
        id=DocumentId(UUID(int=1)),
        tenant_id=TenantId(UUID(int=2)),
        name="[a].pdf",
        sha256=Sha256("0" * 64),
        media_type=MediaType.PDF,
        n_bytes=1,
        status=DocumentStatus.PARTLY_READY,
        n_pages=2,
        created_at=now,
        updated_at=now,
    )
    out = StringIO()
    Console(file=out, width=80, markup=False).print(findings(document, pages(document.id)))
    said = [" ".join(line.split()) for line in out.getvalue().splitlines()]
    assert said == [
        "[a].pdf 2 pages partly ready",
        "page 1 parsed",
        "image 200 DPI (the scan's own), 1654 x 2339 px",
        "words 1 from the ocr (reader 1); text layer missing",
        "blocks 2 paragraphs, 1 table (e 1)",
        "table 1 rows x 2 columns, 1 merged cell (grids)",
        "evidence 2 ocr agree, 1 illegible",
        "coverage 3 of 4 words are in the output (75%)",
        "flags 1 low",
        "page 2 failed",
        "why Too slow.",
    ]
