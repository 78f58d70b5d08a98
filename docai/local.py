"""The whole system on one machine: own PostgreSQL, Qdrant Edge, files in a folder, workers in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from uuid import uuid4

from docai.domain.access import ApiKey, Tenant
from docai.domain.ids import TenantId
from docai.engines.embedder.ngram import NgramEmbedder
from docai.engines.ocr.rapidocr import RapidOcrReader
from docai.pdf.sandbox import PdfSandbox
from docai.pipeline.rasterise import RasterPolicy
from docai.pipeline.run import Parts, ReadingPolicy
from docai.pipeline.workers import LocalWorkers
from docai.protocols import Records
from docai.query.search import SearchPolicy
from docai.rendering.pictures import PillowCropper
from docai.settings import Settings
from docai.stores.blobs.filesystem import FilesystemBlobs
from docai.stores.home import HomeLock
from docai.stores.postgres.access import new_key
from docai.stores.postgres.embedded import EmbeddedPostgres
from docai.stores.postgres.engine import make_engine
from docai.stores.postgres.schema import upgrade
from docai.stores.postgres.unit_of_work import PostgresRecords
from docai.stores.qdrant.edge import EdgeIndex
from docai.system import Policy, System


@dataclass(frozen=True, slots=True)
class LocalSystem:
    """docai on this machine, and whose it is."""

    system: System
    tenant: Tenant
    """The one tenant that is made at the first start."""
    new_key: str | None
    """Its API key, at the first start only: it is stored as a hash and cannot be shown again."""
    records: Records

    def make_key(self) -> tuple[str, ApiKey]:
        """A further API key of the tenant: its text, to be shown once, and what is kept of it."""
        text, key = new_key(self.tenant)
        self.records.add_key(self.tenant, key)
        return text, key


@contextmanager
def open_local(settings: Settings) -> Iterator[LocalSystem]:
    """Start everything, take up what an earlier process left unfinished, and stop everything in the end.

    Raises:
        HomeInUse: another process works on this `DOCAI_HOME`.
        ConfigurationError, StoreUnavailable: a part cannot be started.
    """
    home = settings.home_path
    with ExitStack() as stack:
        stack.enter_context(HomeLock(home))
        engine = make_engine(_database_url(settings, stack), pool_size=settings.database.pool_size)
        records = PostgresRecords(engine)
        stack.callback(records.close)
        upgrade(engine)
        embedder = NgramEmbedder(dimension=settings.embedder.dimension)
        index = EdgeIndex(home / "index", dimension=embedder.dimension, encoder=embedder.fingerprint)
        stack.callback(index.close)
        # The PDF engine takes two seconds to load, so it starts with the first document, not with every command.
        sandbox = _sandbox(settings)
        stack.callback(sandbox.close)
        parts = Parts(
            records=records,
            blobs=FilesystemBlobs(home / "blobs"),
            index=index,
            reader=sandbox,
            word_reader=RapidOcrReader(threads=settings.ocr.threads),
            embedder=embedder,
        )
        policy = _policy(settings)
        workers = stack.enter_context(LocalWorkers(parts, policy.reading, settings.n_processes))
        for job in records.unfinished_jobs():
            workers.send(job, None)
        tenant, key = _first_tenant(records)
        system = System(parts, queue=workers, cropper=PillowCropper(), policy=policy)
        yield LocalSystem(system, tenant, key, records)


def _database_url(settings: Settings, stack: ExitStack) -> str:
    if settings.database.url is not None:
        return settings.database.url.get_secret_value()
    return stack.enter_context(EmbeddedPostgres(settings.home_path / "postgres")).url


def _sandbox(settings: Settings) -> PdfSandbox:
    limits = settings.limits
    return PdfSandbox(
        memory_mib=limits.sandbox_memory_mib,
        open_timeout_s=limits.open_timeout_s,
        page_timeout_s=limits.page_timeout_s,
        document_timeout_s=limits.document_timeout_s,
        keep_open_s=limits.keep_open_s,
        max_page_pixels=limits.max_page_pixels,
    )


def _policy(settings: Settings) -> Policy:
    limits, raster = settings.limits, settings.raster
    return Policy(
        reading=ReadingPolicy(
            raster=RasterPolicy(
                floor_dpi=raster.floor_dpi,
                ceiling_dpi=raster.ceiling_dpi,
                min_x_height_px=raster.min_x_height_px,
                max_pixels=limits.max_page_pixels,
            ),
            max_pages=limits.max_pages,
            min_confidence=settings.ocr.min_confidence,
        ),
        search=SearchPolicy(
            candidates=settings.search.candidates,
            rrf_k=settings.search.rrf_k,
            text_weight=settings.search.text_weight,
            late_interaction_weight=settings.search.late_interaction_weight,
        ),
        max_bytes=limits.max_bytes,
        max_question_characters=limits.max_question_characters,
        answer_pages=settings.answer.pages,
        answer_min_confidence=settings.answer.min_confidence,
    )


def _first_tenant(records: PostgresRecords) -> tuple[Tenant, str | None]:
    known = records.first_tenant()
    if known is not None:
        return known, None
    tenant = Tenant(id=TenantId(uuid4()), name="default")
    text, key = new_key(tenant)
    records.add_key(tenant, key)
    return tenant, text
