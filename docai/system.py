"""What both shells may ask of docai: submit, follow, read, search, ask, delete; whatever it is assembled from."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import BinaryIO

from docai.domain.access import Tenant
from docai.domain.answers import Answer, AnswerNews, Hit, Question
from docai.domain.documents import Document, DocumentPlace, Page
from docai.domain.erasures import Erasure
from docai.domain.events import Event
from docai.domain.geometry import Box
from docai.domain.ids import DocumentId, ErasureId, JobId, TenantId
from docai.domain.jobs import Job, Priority
from docai.domain.work import Stage
from docai.errors import DocaiError, DocumentNotReady, InvalidQuestion, PageNotFound
from docai.jobs.admission import Admission
from docai.jobs.batches import Batches
from docai.jobs.commands import Jobs
from docai.jobs.opening import enter, new_job, reopened
from docai.pipeline.erase import Eraser
from docai.pipeline.gauges import DatabaseGauges
from docai.pipeline.health import Health, Readiness
from docai.pipeline.ingest import take_in
from docai.pipeline.parts import Parts, ReadingPolicy
from docai.pipeline.plan import PlanPolicy, Plans
from docai.pipeline.self_check import Check, check_engines, check_stores
from docai.protocols import Cancellation, PageCropper, UnitOfWork
from docai.query.answering import Answering, AnswerPolicy
from docai.query.ask_span_reader import SpanAsker
from docai.query.extraction.extracting import Extracting, ExtractionPolicy
from docai.query.heat_map import heat_map
from docai.query.models import AskingPolicy, Models
from docai.query.search import SearchPolicy, search, weights_of
from docai.replaying.replaying import Replaying
from docai.reviewing.reviewing import Reviewing
from docai.sealing import SealedKeys
from docai.telemetry import ANSWERS, SEARCHES, exposition, log
from docai.webhooks.registry import Webhooks

POLL_S = 0.05
"""How often a waiting request looks at its job."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What became of an upload."""

    document: Document
    job: Job
    is_new: bool
    """False: the tenant has these bytes already; nothing is done twice."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings that decide what the system accepts and how it reads, searches and answers."""

    reading: ReadingPolicy
    plans: PlanPolicy
    search: SearchPolicy
    max_bytes: int
    max_jobs_of_tenant: int
    max_jobs_of_all: int
    max_question_characters: int
    answer_pages: int
    answers: AnswerPolicy
    log_queries: bool
    """Whether what is searched for is kept, to compare indexes by."""
    lease_s: float
    """A worker that said nothing for so long is lost."""
    sweep_s: float
    """Time between two looks for what lost workers held."""
    asking: AskingPolicy = field(default_factory=AskingPolicy)
    extraction: ExtractionPolicy = field(default_factory=ExtractionPolicy)


class System:
    """docai, assembled. Every call is on behalf of one tenant and sees nothing of the others. Thread-safe."""

    def __init__(
        self,
        parts: Parts,
        *,
        eraser: Eraser,
        webhooks: Webhooks,
        cropper: PageCropper,
        policy: Policy,
        spans: SpanAsker | None = None,
    ) -> None:
        self.webhooks = webhooks
        self.jobs = Jobs(parts.records, parts.doorbell, parts.sealer)
        self.batches = Batches(parts.records, self.jobs)
        self.keys = SealedKeys(parts.records.keys, parts.sealer)
        self.admission = Admission(
            parts.records, max_of_tenant=policy.max_jobs_of_tenant, max_of_all=policy.max_jobs_of_all
        )
        self.plans = Plans(parts, policy.plans)
        self.reviewing = Reviewing(parts.records, policy.reading.evidence)
        self.replaying = Replaying(parts, policy.reading)
        models = Models(parts.vlm, parts.records, parts.blobs, cropper, policy.asking)
        self._answering = Answering(parts.records, self._search, models.asker, policy.answers, spans=spans)
        self.extractions = Extracting(parts.records, policy.extraction, models.extractor)
        self._parts, self._policy, self._eraser, self._cropper = parts, policy, eraser, cropper
        self._health = Health(parts, lease_s=policy.lease_s)
        self._gauges = DatabaseGauges(parts.records, lease_s=policy.lease_s, sweep_s=policy.sweep_s)

    # ---------------------------------------------------------------- write

    def submit(
        self,
        tenant_id: TenantId,
        stream: BinaryIO,
        name: str,
        *,
        password: str | None = None,
        priority: Priority = Priority.NORMAL,
        metadata: Mapping[str, str] | None = None,
    ) -> Submission:
        """Take a document in and have it read. Once this returns, the document will be read, whatever fails.

        The same bytes give the same document; if that one or pages of it had failed, what failed is read again (with
        the password given now), and metadata that is given replaces what was said of it before.

        Raises:
            InputError: the metadata cannot be kept, or the file cannot be taken in; nothing of it is kept.
            StoreFull, StoreUnavailable: there is no such document.
        """
        now = datetime.now(UTC)
        blobs, limit = self._parts.blobs, self._policy.max_bytes
        incoming = take_in(stream, name, tenant_id=tenant_id, blobs=blobs, max_bytes=limit, now=now, metadata=metadata)
        job = new_job(incoming, now, priority)
        with self._unit(tenant_id) as unit:
            # As the last of an older document with the same bytes, the file may be about to be removed.
            unit.documents.hold_blob(incoming.sha256)
            if not blobs.has(incoming.sha256):
                stream.seek(0)
                blobs.put_stream(stream, limit)
            document, known, is_new = unit.documents.add(incoming, job)
            if not is_new and metadata is not None:
                unit.documents.set_metadata(document.id, incoming.metadata)
                document = document.model_copy(update={"metadata": incoming.metadata})
            to_do: Job | None = job if is_new else None
            if not is_new and (begun := reopened(unit, document.id, now, priority)) is not None:
                to_do, document = begun
            if to_do is not None:
                enter(unit, to_do, password, self._parts.sealer)
        if to_do is not None:
            self._parts.doorbell.ring([Stage.OPEN.capability])
        return Submission(document=document, job=to_do or known or job, is_new=is_new)

    def delete(self, tenant_id: TenantId, document_id: DocumentId) -> Erasure:
        """Delete a document with everything made of it, and give the receipt; see `Eraser.erase`.

        Raises:
            DocumentNotFound: the tenant has none of this id.
        """
        return self._eraser.erase(tenant_id, document_id)

    def erasure(self, tenant_id: TenantId, erasure_id: ErasureId) -> Erasure:
        """A deletion's receipt as of now.

        Raises:
            ErasureNotFound: the tenant has none of this id.
        """
        with self._unit(tenant_id) as unit:
            return unit.erasures.get(erasure_id)

    # ---------------------------------------------------------------- follow and read

    def job(self, tenant_id: TenantId, job_id: JobId) -> Job:
        """A job with its progress as of now.

        Raises:
            JobNotFound: the tenant has none of this id.
        """
        return self.jobs.get(tenant_id, job_id)

    def events(self, tenant_id: TenantId, job_id: JobId, *, after: int = 0, limit: int = 500) -> Sequence[Event]:
        """What happened to a job, in order, from behind event `after`.

        Raises:
            JobNotFound: the tenant has none of this id.
        """
        return self.jobs.events(tenant_id, job_id, after=after, limit=limit)

    def job_of(self, tenant_id: TenantId, document_id: DocumentId) -> Job | None:
        """A document's newest job.

        Raises:
            DocumentNotFound: the tenant has none of this id.
        """
        with self._unit(tenant_id) as unit:
            unit.documents.get(document_id)
            return unit.jobs.of_document(document_id)

    def wait(self, tenant_id: TenantId, job_id: JobId, timeout_s: float) -> Job:
        """The job, once it has ended or the time is up, whichever comes first.

        Raises:
            JobNotFound: the tenant has none of this id.
        """
        deadline = time.monotonic() + timeout_s
        while not (job := self.job(tenant_id, job_id)).state.is_final and time.monotonic() < deadline:
            time.sleep(POLL_S)
        return job

    def document(self, tenant_id: TenantId, document_id: DocumentId) -> Document:
        """One document.

        Raises:
            DocumentNotFound: the tenant has none of this id.
        """
        with self._unit(tenant_id) as unit:
            return unit.documents.get(document_id)

    def documents(self, tenant_id: TenantId, *, limit: int, after: DocumentPlace | None = None) -> Sequence[Document]:
        """Documents, newest first."""
        with self._unit(tenant_id) as unit:
            return unit.documents.list(limit=limit, after=after)

    def page(self, tenant_id: TenantId, document_id: DocumentId, number: int) -> Page:
        """One page, with its words and parse once it was read.

        Raises:
            DocumentNotFound, PageNotFound: the tenant has no such page.
        """
        with self._unit(tenant_id) as unit:
            return unit.documents.page(document_id, number)

    def pages(
        self, tenant_id: TenantId, document_id: DocumentId, *, limit: int | None = None, after: int = 0
    ) -> Sequence[Page]:
        """Pages in order, from behind page `after`.

        Raises:
            DocumentNotFound: the tenant has none of this id.
        """
        with self._unit(tenant_id) as unit:
            return unit.documents.pages(document_id, limit=limit, after=after)

    def content(self, tenant_id: TenantId, document_id: DocumentId) -> tuple[Document, Sequence[Page]]:
        """A document with all its pages, once it was read.

        Raises:
            DocumentNotFound: the tenant has none of this id.
            DocumentNotReady: it is still being read.
        """
        with self._unit(tenant_id) as unit:
            document = unit.documents.get(document_id)
            if not document.status.is_final:
                raise DocumentNotReady("The document is still being read; follow its job and ask again.")
            return document, unit.documents.pages(document_id)

    def page_image(
        self, tenant_id: TenantId, document_id: DocumentId, number: int, *, crop: Box | None = None
    ) -> bytes:
        """A page's image as PNG, whole or the part that `crop` covers.

        Raises:
            DocumentNotFound, PageNotFound: the tenant has no such page, or it was not drawn.
        """
        image = self._image_of(self.page(tenant_id, document_id, number))
        return image if crop is None else self._cropper.crop(image, crop)

    def marked_image(self, tenant_id: TenantId, document_id: DocumentId, number: int, boxes: Sequence[Box]) -> bytes:
        """A page's image as PNG with boxes drawn on it.

        Raises:
            DocumentNotFound, PageNotFound: the tenant has no such page, or it was not drawn.
        """
        return self._cropper.mark(self._image_of(self.page(tenant_id, document_id, number)), boxes)

    # ---------------------------------------------------------------- ask

    def search(self, tenant_id: TenantId, question: Question) -> list[Hit]:
        """The pages that answer best, best first.

        Raises:
            InvalidQuestion: empty or longer than the limit.
            DocumentNotFound: it names a document the tenant does not have.
            InvalidRequest: its filter matches too many documents.
            EngineUnavailable: the encoder does not answer; by text, it is not asked.
        """
        self._admit(question)
        SEARCHES.labels(question.mode.value).inc()
        hits = self._search(tenant_id, question)
        if self._policy.log_queries:
            self._keep_query(tenant_id, question.text)
        return hits

    def heat_map(
        self, tenant_id: TenantId, question: Question, document_id: DocumentId, number: int, *, token: int | None = None
    ) -> bytes:
        """A page's image as PNG with what meets the question glowing: words, or patches where vectors are of images.

        With `token`, only what meets this one of the question's tokens, counted from 1.

        Raises:
            InvalidQuestion, DocumentNotFound, PageNotFound: as for `search` and `page_image`.
            InvalidRequest: the question does not have so many tokens.
            EngineUnavailable: the encoder does not answer.
        """
        self._admit(question)
        with self._unit(tenant_id) as unit:
            page = unit.documents.page(document_id, number)
            weights = weights_of(question.text, unit.terms)
        index, embedder = self._parts.index, self._parts.embedder
        spots = heat_map(question.text, weights, page, tenant_id=tenant_id, index=index, embedder=embedder, token=token)
        return self._cropper.heat_map(self._image_of(page), spots)

    def answer(self, tenant_id: TenantId, question: Question) -> Answer:
        """The answer with its citations, or an abstention; it is kept.

        Raises:
            InvalidQuestion, DocumentNotFound: as for `search`.
        """
        *_, given = self.answer_news(tenant_id, question)
        assert isinstance(given, Answer)
        return given

    def answer_news(
        self, tenant_id: TenantId, question: Question, *, cancel: Cancellation | None = None
    ) -> Iterator[AnswerNews]:
        """The same, told while it is made: the pages found, the text as a model writes it, and the answer at the end.

        Raises:
            InvalidQuestion, DocumentNotFound: as for `search`, before anything is told.
        """
        self._admit(question)
        for news in self._answering.news(tenant_id, question, at_most=self._policy.answer_pages, cancel=cancel):
            if isinstance(news, Answer):
                ANSWERS.labels(str(news.answerable).lower()).inc()
            yield news

    # ---------------------------------------------------------------- without a tenant's documents

    def tenant_of_key(self, key: str) -> Tenant | None:
        """The tenant whom an API key speaks for; None for an unknown key."""
        return self._parts.records.tenant_of_key(key)

    def check(self) -> list[Check]:
        """Whether the stores answer."""
        return check_stores(self._parts)

    def readiness(self) -> Readiness:
        """Which parts of the service answer, what is degraded, and why; cheap, and never hangs for long."""
        return self._health.look()

    def metrics(self) -> bytes:
        """This process' counters and the database's gauges, in Prometheus' text format."""
        return exposition(self._gauges)

    def check_engines(self) -> list[Check]:
        """Whether the engines read; takes some seconds."""
        return check_engines(self._parts.reader, self._parts.word_reader)

    # ---------------------------------------------------------------- within

    def _unit(self, tenant_id: TenantId) -> AbstractContextManager[UnitOfWork]:
        return self._parts.records.unit_of_work(tenant_id)

    def _admit(self, question: Question) -> None:
        limit = self._policy.max_question_characters
        if not question.text.strip():
            raise InvalidQuestion("The question is empty.")
        if len(question.text) > limit:
            raise InvalidQuestion(
                f"The question has {len(question.text)} characters; the limit is {limit}.", limit=limit
            )

    def _search(self, tenant_id: TenantId, question: Question) -> list[Hit]:
        with self._unit(tenant_id) as unit:
            for document_id in question.document_ids:
                unit.documents.get(document_id)
        return search(
            question,
            records=self._parts.records,
            tenant_id=tenant_id,
            index=self._parts.index,
            embedder=self._parts.embedder,
            policy=self._policy.search,
        )

    def _keep_query(self, tenant_id: TenantId, text: str) -> None:
        try:
            self._parts.records.indexes.log_query(tenant_id, text)
        except DocaiError as error:  # the pages are found, and are worth more than the note
            log("query not kept", level="warning", code=error.code)

    def _image_of(self, page: Page) -> bytes:
        if page.image is None:
            raise PageNotFound(f"Page {page.number} was not drawn.", page=page.number, state=page.state.value)
        return self._parts.blobs.get(page.image.sha256)
