"""What every assembly needs of the settings: stores, engines, policies, the first tenant."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from docai.assembly.embedders import query_embedder
from docai.assembly.estimates import fidelity_policy, plan_policy
from docai.assembly.span_readers import make_span_reader
from docai.checks.verify import EvidencePolicy
from docai.dialects.profiles import profile_of
from docai.domain.access import ApiKey, Tenant
from docai.domain.ids import TenantId
from docai.engines.ocr.rapidocr import RapidOcrReader
from docai.errors import ModelPools
from docai.late_interaction import CandidatePolicy
from docai.patches.fidelity import POOLING
from docai.pdf.sandbox import PdfSandbox
from docai.pipeline.erase import Eraser
from docai.pipeline.leases import LeasePolicy
from docai.pipeline.parts import ModelPolicy, Parts, ReadingPolicy
from docai.pipeline.rasterise import RasterPolicy
from docai.protocols import Doorbell, IndexShelf, PageEmbedder, Records, VisionLanguageModel
from docai.query.answering import AnswerPolicy
from docai.query.ask_span_reader import SpanAsker
from docai.query.extraction.extracting import ExtractionPolicy
from docai.query.models import AskingPolicy
from docai.query.search import SearchPolicy
from docai.query.unverified import Unverified
from docai.rendering.pictures import PillowCropper
from docai.sealing import open_seal
from docai.settings import Settings
from docai.stores.blobs.filesystem import FilesystemBlobs
from docai.stores.indexes import RegisteredIndexes
from docai.stores.postgres.access import new_key
from docai.stores.postgres.engine import make_engine
from docai.stores.postgres.schema import require_current, upgrade
from docai.stores.postgres.unit_of_work import PostgresRecords
from docai.stores.qdrant.edge import EdgeShelf
from docai.stores.qdrant.remote import RemoteShelf
from docai.stores.qdrant.server import ServerShelf
from docai.system import Policy, System
from docai.tracing import TRACING
from docai.webhooks.guard import Guard
from docai.webhooks.registry import Webhooks

INDEXES = "indexes"
"""In `DOCAI_HOME`: the folder of the page indexes of our own."""
INDEX_SOCKET = Path("run", "index.socket")
"""In `DOCAI_HOME`: where the one process that owns those indexes is spoken to.

In a folder that the owner makes for itself, since others may be let into `DOCAI_HOME` and must not be near the socket.
"""

_MODEL_LIBRARIES = {
    "local": ("torch", "torchvision", "transformers"),
    "served": ("aiohttp",),
    "anthropic": ("anthropic",),
    "gemini": ("google-genai",),
    "openai": ("openai",),
}
"""By engine: the packages that see images and write text, or that bring them to what does."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """docai put together, and whose it is."""

    system: System
    tenant: Tenant
    """The one tenant that is made at the first start."""
    new_key: str | None
    """Its API key, at the first start only: it is stored as a hash and cannot be shown again."""
    records: Records
    engines: Mapping[str, str] = field(default_factory=dict)
    """What reads and finds, by what it does; of a process that has all of it."""

    def make_key(self) -> tuple[str, ApiKey]:
        """A further API key of the tenant: its text, to be shown once, and what is kept of it."""
        text, key = new_key(self.tenant)
        self.records.add_key(self.tenant, key)
        return text, key


def open_records(settings: Settings, url: str, stack: ExitStack, *, migrate: bool) -> PostgresRecords:
    """The record store on a database whose tables are those of this release.

    Raises:
        StoreUnavailable: the database does not answer.
        ConfigurationError: its tables are of another release, and `migrate` is not set.
    """
    engine = make_engine(url, pool_size=settings.database.pool_size)
    records = PostgresRecords(engine)
    stack.callback(records.close)
    if migrate:
        upgrade(engine)
    else:
        require_current(engine)
    return records


def own_shelf(settings: Settings) -> IndexShelf:
    """The indexes in `DOCAI_HOME`, opened in this process; nobody else may have them open."""
    return EdgeShelf(settings.home_path / INDEXES, policy=candidate_policy(settings))


def shared_shelf(settings: Settings) -> IndexShelf:
    """The indexes that several processes use: on a Qdrant server, or with the one process that owns our own."""
    chosen = settings.index
    if chosen.url is not None:
        return ServerShelf.connect(
            chosen.url,
            api_key=chosen.api_key.get_secret_value() if chosen.api_key else None,
            grpc_port=chosen.grpc_port,
            timeout_s=chosen.timeout_s,
            prefix=chosen.collection,
            replication_factor=chosen.replication_factor,
            policy=candidate_policy(settings),
        )
    return RemoteShelf(settings.home_path / INDEX_SOCKET, timeout_s=chosen.timeout_s)


def candidate_policy(settings: Settings) -> CandidatePolicy:
    """The settings that decide which pages are scored by all their vectors."""
    return CandidatePolicy(full_scan_pages=settings.index.full_scan_pages, candidates=settings.index.candidates)


def make_parts(
    settings: Settings,
    stack: ExitStack,
    *,
    records: Records,
    shelf: IndexShelf,
    doorbell: Doorbell,
    embedder: PageEmbedder | None = None,
    vlm: VisionLanguageModel | None = None,
) -> Parts:
    """Everything that the stages are done with; engines load with their first use.

    Args:
        settings: what is set.
        stack: closes what is opened here.
        records: the record of truth.
        shelf: where the page indexes stand.
        doorbell: wakes workers.
        embedder: of a process that embeds pages; None for the others, which embed queries only, with the encoder of
            the index in use, or by asking a process that has it.
        vlm: of a process that reads pages or answers questions with a vision-language model; see `open_vlm`.
    """
    home, limits = settings.home_path, settings.limits
    index = RegisteredIndexes(records.indexes, shelf)
    stack.callback(index.close)
    # The PDF engine takes two seconds to load, so it starts with the first document, not with every command.
    sandbox = PdfSandbox(
        memory_mib=limits.sandbox_memory_mib,
        open_timeout_s=limits.open_timeout_s,
        page_timeout_s=limits.page_timeout_s,
        document_timeout_s=limits.document_timeout_s,
        keep_open_s=limits.keep_open_s,
        max_page_pixels=limits.max_page_pixels,
    )
    stack.callback(sandbox.close)
    return Parts(
        records=records,
        blobs=FilesystemBlobs(home / "blobs"),
        index=index,
        reader=sandbox,
        word_reader=RapidOcrReader(threads=settings.ocr.threads),
        embedder=embedder or query_embedder(settings, records),
        doorbell=doorbell,
        sealer=open_seal(settings.secret_key.get_secret_value() if settings.secret_key else None, home),
        vlm=vlm,
    )


def open_vlm(settings: Settings, stack: ExitStack) -> VisionLanguageModel | None:
    """The vision-language model that the settings name, let go of when `stack` is closed; None where they name none.

    Raises:
        ConfigurationError: its packages, files or address are missing.
        ModelPools: it pools image tokens, and so may not read.
    """
    if settings.vlm.engine == "none":
        return None
    # Its engine, and what that is made with, is loaded only where one is named.
    from docai.assembly.vlm import make_vlm  # noqa: PLC0415

    vlm = make_vlm(settings)
    if vlm is None:
        return None
    stack.callback(vlm.close)
    if vlm.images.connector in POOLING:
        raise ModelPools(
            f"DOCAI_VLM__MODEL: {vlm.images.name} pools its image tokens, which loses small print, so it may read no "
            "page, table or chart. Choose another model: `docai plan FILE --models` compares them."
        )
    return vlm


def model_policy(settings: Settings) -> ModelPolicy | None:
    """The settings that decide how a vision-language model reads pages; None where none is named.

    Raises:
        ConfigurationError: no model writes pages in the dialect that is set.
    """
    chosen = settings.vlm
    if chosen.engine == "none":
        return None
    return ModelPolicy(
        profile=profile_of(chosen.sees_as, chosen.model, dialect=chosen.dialect),
        fidelity=fidelity_policy(chosen),
        max_output_tokens=chosen.max_output_tokens,
        max_attempts=chosen.max_attempts,
        libraries=_MODEL_LIBRARIES[chosen.engine],
    )


def make_policy(settings: Settings) -> Policy:
    """The settings that decide what is accepted and how it is read, searched and answered."""
    limits = settings.limits
    raster = RasterPolicy(
        floor_dpi=settings.raster.floor_dpi,
        ceiling_dpi=settings.raster.ceiling_dpi,
        min_x_height_px=settings.raster.min_x_height_px,
        max_pixels=limits.max_page_pixels,
        small_print_floor_dpi=0.0 if settings.vlm.engine == "none" else settings.vlm.small_print_floor_dpi,
        small_print_pt=settings.vlm.small_print_pt,
    )
    return Policy(
        reading=ReadingPolicy(
            raster=raster,
            max_pages=limits.max_pages,
            evidence=EvidencePolicy(
                min_confidence=settings.ocr.min_confidence,
                prefers_text_layer=settings.evidence.correction == "prefer_text_layer",
            ),
            wants_both_witnesses=settings.evidence.witnesses == "both",
            patience_s=settings.worker.patience_s,
            model=model_policy(settings),
        ),
        plans=plan_policy(settings, raster),
        search=SearchPolicy(
            candidates=settings.search.candidates,
            rrf_k=settings.search.rrf_k,
            text_weight=settings.search.text_weight,
            late_interaction_weight=settings.search.late_interaction_weight,
            max_filtered_documents=settings.search.max_filtered_documents,
        ),
        max_bytes=limits.max_bytes,
        max_jobs_of_tenant=limits.max_jobs_of_tenant,
        max_jobs_of_all=limits.max_jobs_of_all,
        max_question_characters=limits.max_question_characters,
        answer_pages=settings.answer.pages,
        answers=AnswerPolicy(settings.answer.min_confidence, Unverified(settings.answer.unverified)),
        log_queries=settings.retention.query_days > 0,
        lease_s=settings.worker.lease_s,
        sweep_s=settings.worker.sweep_s,
        asking=AskingPolicy(
            answers=settings.vlm.answers,
            max_output_tokens=settings.vlm.max_output_tokens,
            fidelity=fidelity_policy(settings.vlm),
        ),
        extraction=ExtractionPolicy(
            max_fields=settings.extraction.max_fields,
            max_schema_bytes=settings.extraction.max_schema_bytes,
            model_pages=settings.extraction.pages,
        ),
    )


def make_system(settings: Settings, parts: Parts) -> System:
    """What shells may ask, over these parts; the reader of spans is loaded if the settings name one.

    Raises:
        ConfigurationError: its packages or files are missing, or it reads no spans.
        EngineUnavailable: there is no such device, or the hub does not answer.
    """
    webhooks = Webhooks(parts.records, Guard(settings.webhook.networks), parts.sealer)
    eraser = Eraser(parts, lease_s=settings.worker.lease_s)
    reader = make_span_reader(settings)
    return System(
        parts,
        eraser=eraser,
        webhooks=webhooks,
        cropper=PillowCropper(),
        policy=make_policy(settings),
        spans=None if reader is None else SpanAsker(reader, parts.blobs),
    )


def lease_policy(settings: Settings) -> LeasePolicy:
    """The settings of leases."""
    worker = settings.worker
    return LeasePolicy(lease_s=worker.lease_s, stage_budget_s=worker.stage_budget_s, idle_s=worker.idle_s)


def first_tenant(records: PostgresRecords) -> tuple[Tenant, str | None]:
    """The oldest tenant; at the first start it is made, with an API key."""
    known = records.first_tenant()
    if known is not None:
        return known, None
    tenant = Tenant(id=TenantId(uuid4()), name="default")
    text, key = new_key(tenant)
    records.add_key(tenant, key)
    return tenant, text


def start_tracing(settings: Settings, stack: ExitStack, service: str) -> None:
    """Trace until `stack` is closed, where an endpoint is set; what is left is sent then.

    Raises:
        ConfigurationError: the packages for it are not installed.
    """
    if settings.telemetry.otlp_endpoint is not None:
        TRACING.start_sending(settings.telemetry.otlp_endpoint, service)
        stack.callback(TRACING.stop)


def ensure_home(home: Path) -> None:
    """Make the folder of everything kept on this machine."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
