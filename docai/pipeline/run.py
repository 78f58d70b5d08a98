"""Run the steps for one document: load, call, save; the only file here that meets the record store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

from docai.domain.documents import (
    Document,
    DocumentStatus,
    Fault,
    Page,
    PageFacts,
    PageState,
    status_of,
)
from docai.domain.images import PageImage
from docai.domain.jobs import Job, JobState
from docai.domain.words import PageWords, Witness
from docai.errors import DocaiError, DocumentNotFound, InputError, InvalidEmbedding, PageError, TooManyPages
from docai.pipeline.ground import ground
from docai.pipeline.index import index_page
from docai.pipeline.parse import parse, parse_lines, read_page_words
from docai.pipeline.rasterise import RasterPolicy, rasterise
from docai.protocols import BlobStore, OpenDocument, PageEmbedder, PageIndex, PdfReader, Records, WordReader
from docai.telemetry import DOCUMENTS, PAGES, STEP_SECONDS, log

BLANK_INK_SHARE = 0.0005
"""A page with less ink than this, and no words of its own, shows nothing: dust on an A4 scan at 200 DPI is some hundred
of 3.9 million pixels."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the steps are done with."""

    records: Records
    blobs: BlobStore
    index: PageIndex
    reader: PdfReader
    word_reader: WordReader
    embedder: PageEmbedder


@dataclass(frozen=True, slots=True)
class ReadingPolicy:
    """The settings that decide how pages are read."""

    raster: RasterPolicy
    max_pages: int
    min_confidence: float
    """OCR words below are illegible."""


class DocumentRun:
    """One job's steps. Every call may be repeated: what is done already is left alone."""

    def __init__(self, job: Job, password: str | None, *, parts: Parts, policy: ReadingPolicy) -> None:
        self._job = job
        self._password = password
        self._parts = parts
        self._policy = policy

    def start(self) -> Sequence[int] | None:
        """Open the document and enter its pages in the ledger; gives the numbers of the pages still to read.

        None: the document cannot be read; it and its job have ended as failed, with the fault.
        """
        tenant, document_id = self._job.tenant_id, self._job.document_id
        with self._parts.records.unit_of_work(tenant) as unit:
            document = unit.documents.get(document_id)
            unit.documents.save(_changed(document, status=DocumentStatus.PROCESSING, fault=None))
            unit.jobs.save(self._job.model_copy(update={"state": JobState.RUNNING, "started_at": _now()}))
        try:
            with self._open(document) as opened:
                facts = opened.facts
            if facts.n_pages > self._policy.max_pages:
                limit = self._policy.max_pages
                raise TooManyPages(f"The document has {facts.n_pages} pages; the limit is {limit}.", limit=limit)
        except InputError as fault:
            self.fail(fault_of(fault))
            return None
        with self._parts.records.unit_of_work(tenant) as unit:
            stored = unit.documents.get(document_id)
            known = _changed(stored, n_pages=facts.n_pages, title=facts.title, security=facts.security)
            unit.documents.save(known)
            unit.documents.open_ledger(document_id, facts.n_pages)
            states = unit.documents.page_states(document_id)
        return [number for number, state in enumerate(states, start=1) if not state.is_final]

    def read(self, numbers: Sequence[int], *, should_stop: Callable[[], bool] = lambda: False) -> None:
        """Read these pages; each ends in exactly one final state, saved in a transaction of its own."""
        with self._parts.records.unit_of_work(self._job.tenant_id) as unit:
            document = unit.documents.get(self._job.document_id)
            states = unit.documents.page_states(document.id)
        with self._open(document) as opened:
            for number in numbers:
                if should_stop():
                    return
                if not states[number - 1].is_final:
                    self._read_one(opened, document, number)

    def finish(self) -> None:
        """Close the ledger: the document's status follows from its pages' states."""
        tenant, document_id = self._job.tenant_id, self._job.document_id
        with self._parts.records.unit_of_work(tenant) as unit:
            document = unit.documents.get(document_id)
            states = unit.documents.page_states(document_id)
            status = status_of(states)
            unit.documents.save(_changed(document, status=status))
            unit.jobs.save(
                unit.jobs.get(self._job.id).model_copy(
                    update={"state": _JOB_STATE[status], "finished_at": _now(), **progress_of(states)}
                )
            )
        DOCUMENTS.labels(status.value).inc()
        log("document read", document=str(document_id), status=status.value, pages=len(states))

    def fail(self, fault: Fault) -> None:
        """End the job and the document as failed; pages not yet read fail with the same fault."""
        tenant, document_id = self._job.tenant_id, self._job.document_id
        with self._parts.records.unit_of_work(tenant) as unit:
            document = unit.documents.get(document_id)
            for number, state in enumerate(unit.documents.page_states(document_id), start=1):
                if not state.is_final:
                    failed = Page(document_id=document_id, number=number, state=PageState.FAILED, fault=fault)
                    unit.documents.save_page(failed)
            states = unit.documents.page_states(document_id)
            status = status_of(states)
            unit.documents.save(_changed(document, status=status, fault=fault))
            job = unit.jobs.get(self._job.id)
            done = {"state": _JOB_STATE[status], "finished_at": _now(), "fault": fault, **progress_of(states)}
            unit.jobs.save(job.model_copy(update=done))
        DOCUMENTS.labels(status.value).inc()
        log("document failed", document=str(document_id), code=fault.code)

    def _open(self, document: Document) -> AbstractContextManager[OpenDocument]:
        path = self._parts.blobs.path(document.sha256)
        return self._parts.reader.open(path, document.media_type, self._password)

    def _read_one(self, opened: OpenDocument, document: Document, number: int) -> None:
        page, pixels = self._read_or_fail(opened, document, number)
        page, counts = self._indexed(document, page)
        parts = self._parts
        try:
            with parts.records.unit_of_work(document.tenant_id) as unit:
                unit.documents.save_page(page)
                unit.terms.replace(document.id, {number: counts})
        except DocumentNotFound:
            self._take_back(page)
            raise
        if page.image is not None and not parts.blobs.has(page.image.sha256):
            # Another document with the same image was deleted between our drawing and our saving.
            parts.blobs.put(pixels)
        PAGES.labels(page.state.value).inc()

    def _read_or_fail(self, opened: OpenDocument, document: Document, number: int) -> tuple[Page, bytes]:
        """The page as read, with its image, or as failed: whatever is wrong with one page, the others are read."""
        try:
            return self._page(opened, document, number)
        except DocaiError as error:
            if error.retryable and not isinstance(error, PageError):
                raise
            fault = fault_of(error)
        except Exception as error:  # noqa: BLE001 - the boundary of a page
            log("page failed", level="error", document=str(document.id), page=number, exc_info=error)
            fault = Fault(code="internal", message="The page could not be read because of a fault of ours.")
        return Page(document_id=document.id, number=number, state=PageState.FAILED, fault=fault), b""

    def _indexed(self, document: Document, page: Page) -> tuple[Page, Mapping[str, int]]:
        """The page, put into the index, and its terms; one that the index refuses is kept and said not to be found."""
        parts = self._parts
        try:
            return page, index_page(document, page, index=parts.index, embedder=parts.embedder)
        except InvalidEmbedding as error:
            parts.index.delete(document.tenant_id, document.id, [page.number])
            fault = Fault(code=error.code, message=f"The page was read, but search cannot find it: {error.message}")
            return page.model_copy(update={"state": PageState.DEGRADED, "fault": fault}), {}

    def _take_back(self, page: Page) -> None:
        """The document was deleted while this page was read: what was just written must go too."""
        tenant = self._job.tenant_id
        self._parts.index.delete(tenant, page.document_id, [page.number])
        if page.image is not None:
            with self._parts.records.unit_of_work(tenant) as unit:
                orphans = unit.documents.unreferenced([page.image.sha256])
            for orphan in orphans:
                self._parts.blobs.delete(orphan)

    def _page(self, opened: OpenDocument, document: Document, number: int) -> tuple[Page, bytes]:
        with STEP_SECONDS.labels("measure").time():
            facts = opened.measure(number)
        with STEP_SECONDS.labels("rasterise").time():
            image, pixels, ink_share = rasterise(
                opened,
                number,
                facts,
                blobs=self._parts.blobs,
                policy=self._policy.raster,
                renderer=self._parts.reader.name,
            )
        page = Page(document_id=document.id, number=number, state=PageState.BLANK, size=facts.size, image=image)
        if _is_blank(facts, ink_share):
            return page.model_copy(update={"words": PageWords(witness=None)}), pixels
        with STEP_SECONDS.labels("words").time():
            words = read_page_words(facts, pixels, word_reader=self._parts.word_reader)
        fault = _shortfall(image, facts, words, self._policy.min_confidence)
        with STEP_SECONDS.labels("parse").time():
            try:
                layout = parse(opened, number, words, pixels, engine=self._parts.reader.name)
            except PageError as error:
                if not words.words:
                    raise
                layout = parse_lines(number, words)
                fault = Fault(code="layout_unreadable", message=f"Only the words could be read: {error.message}")
        with STEP_SECONDS.labels("ground").time():
            grounded = ground(layout, words, reader=words.engine, min_confidence=self._policy.min_confidence)
        state = PageState.DEGRADED if fault else PageState.PARSED
        read = page.model_copy(update={"state": state, "fault": fault, "words": words, "parse": grounded})
        return read, pixels


def fault_of(error: DocaiError) -> Fault:
    """An error as it is stored and shown."""
    return Fault(code=error.code, message=error.message)


def progress_of(states: Sequence[PageState]) -> dict[str, int]:
    """A job's page counts from the ledger."""
    return {
        "pages_total": len(states),
        "pages_done": sum(state.is_final for state in states),
        "pages_failed": sum(state is PageState.FAILED for state in states),
    }


_JOB_STATE = {
    DocumentStatus.READY: JobState.SUCCEEDED,
    DocumentStatus.PARTLY_READY: JobState.PARTIALLY_SUCCEEDED,
    DocumentStatus.FAILED: JobState.FAILED,
    DocumentStatus.PROCESSING: JobState.RUNNING,
}


def _is_blank(facts: PageFacts, ink_share: float) -> bool:
    """Whether a page shows nothing; a lone word has less ink than dust, but a text layer that is believed names it."""
    has_words = facts.words.witness is Witness.TEXT_LAYER and bool(facts.words.words)
    return ink_share < BLANK_INK_SHARE and not (has_words and ink_share > 0)


def _shortfall(image: PageImage, facts: PageFacts, words: PageWords, min_confidence: float) -> Fault | None:
    """Why the page was read below what we promise; None if it was not."""
    plan = image.plan
    if not plan.is_legible and words.witness is Witness.OCR and facts.native_dpi is None:
        return Fault(
            code="print_too_small",
            message=f"At {plan.dpi:.0f} DPI, the most the pixel limit allows, the smallest print is not legible.",
        )
    unsure = sum(word.confidence < min_confidence for word in words.words)
    if words.witness is Witness.OCR and unsure * 2 > len(words.words):
        return Fault(code="mostly_illegible", message=f"{unsure} of {len(words.words)} words could not be read surely.")
    return None


def _changed(document: Document, **fields: object) -> Document:
    return document.model_copy(update={**fields, "updated_at": _now()})


def _now() -> datetime:
    return datetime.now(UTC)
