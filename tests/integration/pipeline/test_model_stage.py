"""The stage of the vision-language model: pages side by side, each recorded for itself, and none lost without it."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from docai.api.schemas.pages import PageDetailOut
from docai.assembly import local as assembly
from docai.assembly.local import open_local
from docai.assembly.parts import make_policy
from docai.dialects import DIALECTS
from docai.dialects.dialect import Shown
from docai.domain.access import Tenant
from docai.domain.attempts import Outcome, Rung
from docai.domain.charts import Axis, Chart, ChartKind, DataPoint, Series
from docai.domain.documents import DocumentStatus, PageState
from docai.domain.generations import Generation, GenerationRequest, StopReason
from docai.domain.ids import Sha256
from docai.domain.jobs import Job, JobState
from docai.domain.parses import BlockKind
from docai.domain.readings import ReadBlock
from docai.domain.work import Capability, Lease, NewItem, Stage
from docai.engines.embedder.ngram import NgramEmbedder
from docai.errors import EngineUnavailable
from docai.pdf import draw
from docai.pipeline.parts import Parts
from docai.pipeline.stages import Stages
from docai.pipeline.threads import ThreadDoorbell
from docai.rendering.markdown import page_markdown
from docai.sealing import open_seal
from docai.settings import Settings, VlmSettings, WorkerSettings
from docai.stores.blobs.filesystem import FilesystemBlobs
from docai.stores.postgres.unit_of_work import PostgresRecords
from docai.stores.qdrant.memory import MemoryIndex
from tests.integration.stores.queued import add_work, claim, items, make_due
from tests.unit.pipeline.scripted_model import LINES, ScriptedModel, drawn, laid_out, lines_json

N_PAGES = 4
SETTINGS = Settings(vlm=VlmSettings(engine="served", model="qwen2.5-vl-7b", dialect="page_json"))
WITHOUT_MODEL = Settings()
TWO_HEADED = (
    '{"blocks": [{"kind": "table", "box": null, "text": "", '
    '"otsl": "<ched>Annual report<lcel><nl><fcel>Sales rose by 12 percent.<fcel>Costs fell to 800 euros.<nl>"}]}'
)


class Watch:
    """A `Watch` that has the worker leave when it is told to."""

    def __init__(self) -> None:
        self.done: list[Lease] = []
        self.n_steps = 0
        self.leaving = threading.Event()

    def should_stop(self, lease: Lease) -> bool:
        return self.leaving.is_set()

    def ended(self, lease: Lease) -> None:
        self.done.append(lease)

    def progressed(self) -> None:
        self.n_steps += 1


@pytest.fixture
def parts(records: PostgresRecords, tmp_path: Path) -> Parts:
    unused: Any = None
    embedder = NgramEmbedder()
    return Parts(
        records=records,
        blobs=FilesystemBlobs(tmp_path / "blobs"),
        index=MemoryIndex(dimension=embedder.dimension, encoder=embedder.fingerprint),
        reader=type("Reader", (), {"name": "reader 1"}),  # type: ignore[arg-type]
        word_reader=unused,
        embedder=embedder,
        doorbell=ThreadDoorbell(),
        sealer=open_seal(None, tmp_path),
    )


@pytest.fixture
def job(parts: Parts, records: PostgresRecords, tenant: Tenant) -> Job:
    """Of a document whose pages were laid out and put forward to the model."""
    added = add_work(records, tenant, [NewItem(Stage.VLM, number) for number in range(1, N_PAGES + 1)])
    image = drawn()
    parts.blobs.put(image)
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.open_ledger(added.document_id, N_PAGES)
        for number in range(1, N_PAGES + 1):
            unit.documents.save_page(laid_out(image, document_id=added.document_id, number=number))
    return added


def do(
    parts: Parts,
    model: ScriptedModel | None,
    watch: Watch | None = None,
    *,
    settings: Settings = SETTINGS,
    **policy: Any,
) -> Watch:
    """Have a worker read what is due."""
    watch = watch or Watch()
    reading = dataclasses.replace(make_policy(settings).reading, **policy)
    Stages(dataclasses.replace(parts, vlm=model), reading).do(claim(parts.records, Capability.VLM), watch)
    return watch


def pages(parts: Parts, job: Job) -> Sequence[Any]:
    with parts.records.unit_of_work(job.tenant_id) as unit:
        return unit.documents.pages(job.document_id)


def states(parts: Parts, job: Job) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in items(parts.records, job):
        found.setdefault(row.stage, []).append(row.state)
    return found


def test_pages_of_a_batch_are_read_side_by_side_and_go_on_to_the_index(parts: Parts, job: Job) -> None:
    meeting = threading.Barrier(N_PAGES, timeout=30)

    class Meeting(ScriptedModel):
        def generate(self, requests: Sequence[GenerationRequest], *, cancel: Any = None) -> list[Generation]:
            meeting.wait()  # breaks, and fails the page, unless all pages are asked about at once
            return super().generate(requests, cancel=cancel)

    watch = do(parts, Meeting([lines_json()]))
    assert len(watch.done) == watch.n_steps == N_PAGES
    assert states(parts, job) == {"vlm": ["done"] * N_PAGES, "embed": ["pending"] * N_PAGES}
    for page in pages(parts, job):
        assert (page.state, page.parse.engine, page.parse.rung) == (PageState.PARSED, "scripted 1", Rung.MODEL)
        assert page.parse.coverage.share == 1


def test_no_more_pages_are_read_at_once_than_the_model_wants(parts: Parts, job: Job) -> None:
    inside, most = 0, 0
    lock = threading.Lock()

    def answer(_: GenerationRequest) -> str:
        return lines_json()

    class Counting(ScriptedModel):
        def generate(self, requests: Sequence[GenerationRequest], *, cancel: Any = None) -> list[Generation]:
            nonlocal inside, most
            with lock:
                inside += 1
                most = max(most, inside)
            given = super().generate(requests, cancel=cancel)
            with lock:
                inside -= 1
            return given

    do(parts, Counting(answer, max_parallel=1))
    assert most == 1


def test_a_model_that_is_away_has_the_page_put_back_and_is_no_rung(
    parts: Parts, records: PostgresRecords, job: Job
) -> None:
    class Away(ScriptedModel):
        def generate(self, requests: Sequence[GenerationRequest], *, cancel: Any = None) -> list[Generation]:
            raise EngineUnavailable("the server does not answer")

    watch = do(parts, Away([]))
    rows = items(records, job)
    assert {(row.state, row.errors, row.fault_code) for row in rows} == {("pending", 1, "engine_unavailable")}
    assert {page.state for page in pages(parts, job)} == {PageState.QUEUED}
    make_due(records, watch.done)
    do(parts, ScriptedModel([lines_json()]))
    assert {page.parse.rung for page in pages(parts, job)} == {Rung.MODEL}
    assert all(len(page.parse.attempts) == 1 for page in pages(parts, job))


def test_a_model_that_is_away_for_too_long_costs_its_reading_and_not_the_page(parts: Parts, job: Job) -> None:
    class Away(ScriptedModel):
        def generate(self, requests: Sequence[GenerationRequest], *, cancel: Any = None) -> list[Generation]:
            raise EngineUnavailable("the server does not answer")

    do(parts, Away([]), patience_s=0)
    assert states(parts, job) == {"vlm": ["dead"] * N_PAGES, "embed": ["pending"] * N_PAGES}
    for page in pages(parts, job):
        assert (page.state, page.fault.code) == (PageState.DEGRADED, "model_failed")
        assert "does not answer" in page.fault.message
        assert [block.text for block in page.parse.blocks] == list(LINES)


def test_a_worker_that_leaves_cancels_and_its_pages_are_handed_back(
    parts: Parts, records: PostgresRecords, job: Job
) -> None:
    watch = Watch()

    class Slow(ScriptedModel):
        def generate(self, requests: Sequence[GenerationRequest], *, cancel: Any = None) -> list[Generation]:
            watch.leaving.set()
            assert cancel.is_set()
            return [Generation("", StopReason.CANCELLED) for _ in requests]

    do(parts, Slow([]), watch)
    assert watch.done == [], "none was ended: the caller hands them all back"
    assert {(row.state, row.errors) for row in items(records, job)} == {("leased", 0)}


def test_a_worker_without_the_model_leaves_the_page_to_others(parts: Parts, records: PostgresRecords, job: Job) -> None:
    do(parts, None)
    assert {(row.state, row.fault_code) for row in items(records, job)} == {("pending", "engine_unavailable")}


def test_a_model_that_was_taken_out_of_the_settings_leaves_no_page_behind(parts: Parts, job: Job) -> None:
    do(parts, None, settings=WITHOUT_MODEL)
    for page in pages(parts, job):
        assert (page.state, page.parse.engine, page.parse.attempts) == (PageState.PARSED, "layout 1", ())
    assert states(parts, job)["embed"] == ["pending"] * N_PAGES


def test_a_provider_is_shown_pages_only_once_the_tenant_allows_it(
    parts: Parts, records: PostgresRecords, job: Job
) -> None:
    model = ScriptedModel([lines_json()], is_cloud=True)
    do(parts, model)
    assert model.requests == []
    assert {page.parse.rung for page in pages(parts, job)} == {Rung.TEXT_LAYER}
    assert {page.state for page in pages(parts, job)} == {PageState.PARSED}


def test_a_fault_of_ours_at_one_page_is_not_the_others(parts: Parts, records: PostgresRecords, job: Job) -> None:
    n_asked = 0

    def answer(_: GenerationRequest) -> str:
        nonlocal n_asked
        n_asked += 1
        if n_asked == 1:
            raise ZeroDivisionError
        return lines_json()

    do(parts, ScriptedModel(answer))
    assert sorted(row.state for row in items(records, job) if row.stage == "vlm") == ["done"] * 3 + ["pending"]


def test_a_tables_spans_reach_its_rows_and_the_models_text_is_kept(
    parts: Parts, records: PostgresRecords, job: Job
) -> None:
    do(parts, ScriptedModel([TWO_HEADED]))
    with records._transaction() as session:
        rows = session.execute(
            text("SELECT row, col, row_span, col_span, text, role, verdict FROM table_cell WHERE page_number = 1")
        ).all()
    assert sorted(tuple(row) for row in rows) == [
        (0, 0, 1, 2, "Annual report", "column_header", "exact"),
        (1, 0, 1, 1, "Sales rose by 12 percent.", "data", "exact"),
        (1, 1, 1, 1, "Costs fell to 800 euros.", "data", "exact"),
    ]
    page = pages(parts, job)[0]
    assert page.parse.tables[0].engine == "scripted 1"
    assert parts.blobs.get(page.parse.attempts[0].reply_sha256) == TWO_HEADED.encode()
    assert page.parse.coverage.n_covered == 12, "what the model left out is omitted"


def test_what_was_read_of_a_document_that_is_gone_is_dropped_with_the_models_texts(
    parts: Parts, records: PostgresRecords, job: Job
) -> None:
    said = '{"blocks": [{"kind": "paragraph", "box": null, "text": "something else"}]}'

    def answer(_: GenerationRequest) -> str:
        with records.unit_of_work(job.tenant_id) as unit:
            if unit.documents.page_states(job.document_id):
                unit.documents.delete(job.document_id)
        return said

    def gone_meanwhile(request: GenerationRequest) -> str:
        try:
            return answer(request)
        except Exception:  # noqa: BLE001 - the first request deleted it
            return said

    watch = do(parts, ScriptedModel(gone_meanwhile, max_parallel=1))
    assert len(watch.done) == N_PAGES
    assert list(parts.blobs.older_than(-1)) in ([], [Sha256(laid_out(drawn()).image.sha256)])  # type: ignore[union-attr]


# ---------------------------------------------------------------- all of it


def test_a_drawn_document_goes_through_sandbox_model_and_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The model says what the layout engine read, and adds a chart and a sentence that are not on the page."""
    chart = Chart(
        kind=ChartKind.BAR,
        title="Made up",
        y_axis=Axis(title="Share", unit="%"),
        series=(Series(name="one", points=(DataPoint(category="a", text="17.25", value=17.25),)),),
    )
    seen: dict[str, Any] = {}

    def answer(request: GenerationRequest) -> str:
        with opened.records._transaction() as session:
            row = session.execute(
                text("SELECT document_id, number FROM page WHERE image_sha256 = :sha256"),
                {"sha256": request.facts["page"]},
            ).one()
        page = opened.system.page(opened.tenant.id, row.document_id, row.number)
        assert page.state is PageState.QUEUED
        assert page.parse is not None
        seen[row.number] = page.parse
        blocks = [
            ReadBlock(kind=b.kind, text=b.text, box=b.box, level=b.level, table=b.table) for b in page.parse.blocks
        ]
        blocks.append(ReadBlock(kind=BlockKind.CHART, text="", chart=chart))
        blocks.append(ReadBlock(kind=BlockKind.STAMP, text="PAID <b>in full</b>"))
        return DIALECTS["page_json"].write(blocks, Shown(1, 1))

    monkeypatch.setattr(assembly, "open_vlm", lambda *_: ScriptedModel(answer))
    report = draw.report()
    settings = SETTINGS.model_copy(update={"home": tmp_path, "worker": WorkerSettings(processes=2)})
    with open_local(settings) as opened:
        submission = opened.system.submit(opened.tenant.id, BytesIO(report.pdf), report.name)
        job = opened.system.wait(opened.tenant.id, submission.job.id, 120)
        assert job.state is JobState.SUCCEEDED
        document = opened.system.document(opened.tenant.id, submission.document.id)
        assert document.status is DocumentStatus.READY
        page = opened.system.page(opened.tenant.id, document.id, 1)
    assert page.parse is not None
    assert [(each.rung, each.outcome) for each in page.parse.attempts] == [(Rung.MODEL, Outcome.READ)]
    assert page.parse.coverage is not None
    assert page.parse.coverage.share == seen[1].coverage.share
    own, read = seen[1].tables, page.parse.tables
    assert len(own) == len(read) > 0
    for mine, its in zip(own, read, strict=True):
        assert [(c.row, c.col, c.row_span, c.col_span, c.text) for c in its.cells] == [
            (c.row, c.col, c.row_span, c.col_span, c.text) for c in mine.cells
        ]
        assert [c.word_ids for c in its.cells] == [c.word_ids for c in mine.cells]
        assert [c.evidence and c.evidence.verdict for c in its.cells] == [
            c.evidence and c.evidence.verdict for c in mine.cells
        ]
    out = PageDetailOut.of_page(page, first_table=1)
    shown = out.blocks[-2].chart
    assert shown is not None
    assert (shown.kind, shown.title, shown.y_axis.unit, shown.series[0].points[0].value) == (
        ChartKind.BAR,
        "Made up",
        "%",
        17.25,
    )
    assert out.attempts[0].planned is not None
    assert out.attempts[0].planned.visual_tokens > 0
    assert out.attempts[0].used.visual_tokens == 600
    assert out.blocks[-1].evidence is not None
    assert out.blocks[-1].evidence.verdict == "model_only"
    markdown = page_markdown(page.parse)
    assert "17.25" in markdown
    assert r"PAID \<b>in full\</b>" in markdown
