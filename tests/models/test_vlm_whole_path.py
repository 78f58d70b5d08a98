"""From a file to pages, answers and fields with a vision-language model: everything real but the model's size."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image
from sqlalchemy import text

from docai.api.schemas.extractions import ExtractionOut
from docai.assembly.local import open_local
from docai.assembly.parts import Assembled, make_system
from docai.domain.answers import Answer, PagesFound, Question
from docai.domain.attempts import Outcome, Rung
from docai.domain.documents import PageState
from docai.domain.evidence import Verdict
from docai.domain.geometry import PageSize
from docai.domain.ids import DocumentId
from docai.domain.jobs import JobState
from docai.domain.tables import Cell
from docai.engines.vlm.loading import LocalOptions
from docai.engines.vlm.local import LocalModel
from docai.pdf.draw_sheet import DrawnDocument, Sheet, Style, finished, new_pdf
from docai.query.extraction.extracting import Order
from docai.settings import Settings, VlmSettings, WorkerSettings
from docai.system import System
from tests.models.conftest import Checkpoints
from tests.models.digit_pages import DPI, N_COLS, N_ROWS, Crop
from tests.models.vlm_native import qwen2_vl

LINES = ("Order 4711 of 3 May 2026", "Status: shipped", "Parcels: 2")
SCHEMA = {
    "type": "object",
    "properties": {
        "status": {"enum": ["open", "shipped", "zzz"]},
        "is_gift": {"type": "boolean"},
        "weight": {"type": "integer"},
    },
    "required": ["status", "is_gift", "weight"],
    "additionalProperties": False,
}
OUTPUT_TOKENS = 24
LIKED = '"},:]zftrueals9'
"""Characters in the order in which the model of one mind likes them: those that end things come first."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def slip() -> DrawnDocument:
    """A small page with three lines of print."""
    pdf = new_pdf(1, PageSize(width_pt=252, height_pt=144))
    sheet = Sheet(pdf[0], number=1)
    for number, line in enumerate(LINES):
        sheet.text(24, 40 + 32 * number, line, Style(12))
    return finished(pdf, "slip.pdf", [sheet])


@pytest.fixture(scope="module")
def random_model(home: Path, vlm_checkpoint: Checkpoints) -> Iterator[Assembled]:
    """The system with a model that says what its random weights say."""
    with open_local(settings_of(home, vlm_checkpoint("qwen2_vl"), dialect="page_json")) as opened:
        yield opened


@pytest.fixture(scope="module")
def document_id(random_model: Assembled, slip: DrawnDocument) -> DocumentId:
    return ingested(random_model, slip.pdf, slip.name)


def settings_of(home: Path, model: Path, *, output_tokens: int = OUTPUT_TOKENS, dialect: str = "auto") -> Settings:
    chosen = VlmSettings(
        engine="local", model=str(model), device="cpu", max_output_tokens=output_tokens, dialect=dialect
    )
    return Settings(home=home, vlm=chosen, worker=WorkerSettings(processes=1))


def ingested(opened: Assembled, content: bytes, name: str) -> DocumentId:
    submission = opened.system.submit(opened.tenant.id, io.BytesIO(content), name)
    assert opened.system.wait(opened.tenant.id, submission.job.id, 120).state is JobState.SUCCEEDED
    return submission.document.id


def test_a_page_that_a_model_cannot_read_is_kept_as_it_was_laid_out(
    random_model: Assembled, document_id: DocumentId, slip: DrawnDocument
) -> None:
    page = random_model.system.page(random_model.tenant.id, document_id, 1)
    assert page.parse is not None
    *tried, kept = page.parse.attempts
    assert [each.rung for each in tried[:3]] == [Rung.MODEL, Rung.WARMER, Rung.WARMER]
    assert Outcome.READ not in {each.outcome for each in tried}
    for each in tried:
        assert each.plan is not None
        assert each.usage.visual_tokens == each.plan.sight.visual_tokens > 0
        assert 0 < each.usage.output_tokens <= OUTPUT_TOKENS
    assert (kept.rung, kept.outcome, page.parse.rung) == (Rung.TEXT_LAYER, Outcome.READ, Rung.TEXT_LAYER)
    assert page.state is PageState.PARSED
    assert page.words is not None
    assert [word.text for word in page.words.words] == [word.text for word in slip.words]
    assert " ".join(block.text for block in page.parse.blocks).split() == " ".join(LINES).split()


def test_an_answer_falls_back_and_says_why(random_model: Assembled, document_id: DocumentId) -> None:
    question = Question(text="What is the status?", document_ids=(document_id,))
    first, *_, last = random_model.system.answer_news(random_model.tenant.id, question)
    assert isinstance(first, PagesFound)
    assert [hit.document_id for hit in first.hits] == [document_id]
    assert isinstance(last, Answer)
    assert (last.text, last.engine) == ("shipped", "extractive 2")
    assert last.citations[0].evidence.verdict is Verdict.EXACT
    assert last.model is not None
    assert last.model.problem is not None
    assert "`length`" in last.model.problem
    assert last.model.usage.visual_tokens == 2 * last.model.shown[0].plan.sight.visual_tokens, "it was asked twice"


def test_with_a_budget_of_tokens_the_engine_shows_no_more_and_the_plan_names_the_floor(
    random_model: Assembled, document_id: DocumentId, home: Path, vlm_checkpoint: Checkpoints
) -> None:
    settings = settings_of(home, vlm_checkpoint("qwen2_vl"))
    budgeted = settings.model_copy(update={"vlm": settings.vlm.model_copy(update={"page_tokens": 40})})
    system = make_system(budgeted, random_model.system._parts)
    question = Question(text="What is the status?", document_ids=(document_id,))
    whole, small = (asked.answer(random_model.tenant.id, question).model for asked in (random_model.system, system))
    assert whole is not None
    assert small is not None
    (before,), (after,) = whole.shown, small.shown
    assert after.plan.sight.visual_tokens <= 40 < before.plan.sight.visual_tokens
    assert after.plan.effective_dpi < after.plan.floor_dpi == before.plan.floor_dpi
    assert small.usage.visual_tokens == 2 * after.plan.sight.visual_tokens, "what was planned is what the model saw"


def of_one_mind(folder: Path) -> Path:
    """A checkpoint whose next token hardly depends on what it is shown: always the one it likes best.

    Each token's vector is the same, so that the last layer says of each how well it is liked, but for small noise of
    what was said before. Left to itself, it writes one character for ever.
    """
    torch.manual_seed(0)
    model, processor = qwen2_vl()
    tokens = [processor.tokenizer.eos_token_id, *processor.tokenizer.convert_tokens_to_ids(list(LIKED))]
    with torch.no_grad():
        model.get_input_embeddings().weight.fill_(100.0)
        head = model.get_output_embeddings().weight
        head.zero_()
        for place, token in enumerate(tokens):
            head[token] = 1.0 - place / len(tokens)
    model.eval().save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


@pytest.fixture
def decided(random_model: Assembled, tmp_path: Path) -> Iterator[System]:
    """The same documents, asked about with the model of one mind."""
    model = LocalModel(str(of_one_mind(tmp_path)), LocalOptions(device="cpu"))
    settings = settings_of(tmp_path, tmp_path, output_tokens=256)
    yield make_system(settings, replace(random_model.system._parts, vlm=model))
    model.close()


def test_fields_of_a_model_satisfy_the_schema_and_are_held_against_the_page(
    random_model: Assembled, decided: System, document_id: DocumentId
) -> None:
    made = decided.extractions.extract(random_model.tenant.id, Order((document_id,), SCHEMA))
    assert made.is_valid
    assert made.data == {"status": "zzz", "is_gift": False, "weight": 9}, "closest to what it likes"
    assert made.model is not None
    assert made.model.problem is None
    assert made.model.usage.visual_tokens == made.model.shown[0].plan.sight.visual_tokens, "asked once"
    stored = random_model.system.extractions.get(random_model.tenant.id, made.id)
    assert stored == made
    shown = ExtractionOut.of(stored)
    assert [(each.path, each.value) for each in shown.fields] == [
        ("/status", "zzz"),
        ("/is_gift", False),
        ("/weight", 9),
    ]
    for each in shown.fields:
        assert each.evidence is not None
        assert (each.evidence.verdict, each.box, each.confidence) == (Verdict.MODEL_ONLY, None, 0)
    assert "only the model says it: /status, /is_gift, /weight" in shown.problems[0]


def test_cells_that_a_trained_model_reads_reach_the_page_and_its_records(
    trained: Path, crops: list[Crop], tmp_path: Path
) -> None:
    with open_local(settings_of(tmp_path, trained, output_tokens=96, dialect="doctags")) as opened:
        for crop in crops[:2]:
            document_id = ingested(opened, drawn_at(crop, DPI), "table.png")
            page = opened.system.page(opened.tenant.id, document_id, 1)
            assert page.parse is not None
            assert [(each.rung, each.outcome) for each in page.parse.attempts] == [(Rung.MODEL, Outcome.READ)]
            assert page.parse.attempts[0].usage.visual_tokens == 12
            assert page.parse.coverage is not None
            assert page.parse.coverage.share == 1
            (table,) = page.parse.tables
            assert [placed(cell) for cell in table.cells] == [placed(cell) for cell in crop.table.cells]
            assert {cell.evidence and cell.evidence.verdict for cell in table.cells} == {Verdict.OCR_AGREE}
            assert all(stands_in_its_column(cell) for cell in table.cells)
            with opened.records._transaction() as session:  # type: ignore[attr-defined]
                rows = session.execute(
                    text(
                        "SELECT row, col, row_span, col_span, text, role FROM table_cell "
                        "WHERE document_id = :document_id ORDER BY row, col"
                    ),
                    {"document_id": document_id},
                ).all()
            assert [tuple(row) for row in rows] == [placed(cell) for cell in crop.table.cells]


def placed(cell: Cell) -> tuple[int, int, int, int, str, str]:
    return cell.row, cell.col, cell.row_span, cell.col_span, cell.text, cell.role.value


def stands_in_its_column(cell: Cell) -> bool:
    """Whether a cell's box is where the crops have it: in the middle of its columns and its row."""
    if cell.box is None:
        return False
    across, down = cell.box.centre
    middle = (cell.col + cell.col_span / 2) / N_COLS, (cell.row + 0.5) / N_ROWS
    return (across, down) == pytest.approx(middle, abs=0.05)


def drawn_at(crop: Crop, dpi: float) -> bytes:
    """A crop as an image file that says its resolution."""
    stream = io.BytesIO()
    with Image.open(io.BytesIO(crop.content)) as image:
        image.save(stream, "PNG", dpi=(dpi, dpi))
    return stream.getvalue()
