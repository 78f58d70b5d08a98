"""Save what a stage brought forth in one transaction: result, next stages, fan-in, events; or nothing of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from docai.domain.documents import Document, DocumentFacts, DocumentStatus, Fault, Page, PageState, status_of
from docai.domain.events import EventKind, NewEvent
from docai.domain.jobs import Job, JobState
from docai.domain.words import Witness
from docai.domain.work import DOCUMENT_LEVEL, ItemState, Lease, NewItem, Stage, WorkItem
from docai.pipeline.follow import follow
from docai.protocols import Records, UnitOfWork
from docai.telemetry import DOCUMENTS, ITEMS_DEAD, PAGES, log

_JOB_STATE = {
    DocumentStatus.READY: JobState.SUCCEEDED,
    DocumentStatus.PARTLY_READY: JobState.PARTIALLY_SUCCEEDED,
    DocumentStatus.FAILED: JobState.FAILED,
    DocumentStatus.PROCESSING: JobState.RUNNING,
}
NOT_SEARCHABLE = "The page was read, but search cannot find it: "
NOT_SEARCHABLE_CODE = "not_searchable"
"""Of pages that were read and could not be put into the index: a retry takes them up."""

MODEL_FAILED = "The page was read, but not by the vision-language model: "
MODEL_FAILED_CODE = "model_failed"
"""Of pages that the model was never asked about: it was away for too long, or a fault of ours kept it from it."""


class Recorder:
    """Ends leased items. Every call raises `LeaseLost` if the lease no longer stands; nothing is saved then."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def opened(self, lease: Lease, facts: DocumentFacts, *, seconds: float) -> Sequence[NewItem]:
        """The document was opened: its pages stand in the ledger, and those not read yet are work."""
        item = lease.item
        with self._records.unit_of_work(item.tenant_id) as unit:
            job = unit.jobs.get(item.job_id)
            unit.documents.open_ledger(item.document_id, facts.n_pages)
            states = unit.documents.page_states(item.document_id)
            unread = [number for number, state in enumerate(states, start=1) if not state.is_final]
            follow = [NewItem(Stage.READ, number, bucket=str(item.document_id)) for number in unread]
            is_last = unit.work.finish(lease, seconds=seconds, follow=follow)
            known = {"status": DocumentStatus.PROCESSING, "fault": None, "n_pages": facts.n_pages}
            document = unit.documents.get(item.document_id)
            unit.documents.save(_changed(document, **known, title=facts.title, security=facts.security))
            started = _now() - timedelta(seconds=seconds)
            job = job.model_copy(update={"state": JobState.RUNNING, "started_at": started, **progress_of(states)})
            unit.jobs.save(job)
            unit.events.add(_event(EventKind.JOB_STARTED, job, pages_total=facts.n_pages))
            if is_last:
                close(unit, job)
        return follow

    def refused(self, lease: Lease, fault: Fault, *, seconds: float, state: ItemState = ItemState.DONE) -> None:
        """The document cannot be read: it and its job end; pages not yet read fail with the same fault."""
        item = lease.item
        with self._records.unit_of_work(item.tenant_id) as unit:
            unit.work.finish(lease, seconds=seconds, state=state, fault=fault)
            end_job(unit, unit.jobs.get(item.job_id), fault)

    def page(
        self,
        lease: Lease,
        page: Page,
        *,
        seconds: float,
        follow: Sequence[NewItem] = (),
        state: ItemState = ItemState.DONE,
        fault: Fault | None = None,
    ) -> None:
        """A page as far as a stage read it, and what is to be done with it next."""
        item = lease.item
        with self._records.unit_of_work(item.tenant_id) as unit:
            is_last = unit.work.finish(lease, seconds=seconds, follow=follow, state=state, fault=fault)
            unit.documents.save_page(page)
            if page.state.is_final:
                unit.events.add(_event(EventKind.PAGE_FINISHED, item, page=page.number, state=page.state))
            if is_last:
                close(unit, unit.jobs.get(item.job_id))
        if page.state.is_final:
            PAGES.labels(page.state.value).inc()

    def embedded(
        self,
        lease: Lease,
        terms: Mapping[str, int],
        *,
        encoder: str,
        n_vectors: int,
        seconds: float,
        fault: Fault | None = None,
    ) -> None:
        """A page is in the index of an encoder, or has nothing to embed; with a fault, search cannot find it.

        Args:
            lease: of the page's item.
            terms: what the page has for BM25, each with its occurrences.
            encoder: fingerprint of the encoder.
            n_vectors: how many vectors were stored; 0: there was nothing to embed.
            seconds: how long it took.
            fault: why it is not in the index; the page says so, and nobody tries again before it is read again.
        """
        item = lease.item
        with self._records.unit_of_work(item.tenant_id) as unit:
            is_last = unit.work.finish(lease, seconds=seconds)
            unit.terms.replace(item.document_id, {item.page_number: terms})
            unit.embeddings.record(item.document_id, item.page_number, encoder, 0 if fault else n_vectors)
            if fault is not None:
                _degrade(unit, lease, fault)
            if is_last:
                close(unit, unit.jobs.get(item.job_id))

    def buried(self, lease: Lease, fault: Fault, *, seconds: float = 0.0) -> None:
        """An item was given up: its page failed, or its document where the item is about the whole."""
        item = lease.item
        ITEMS_DEAD.labels(item.stage.value, fault.code).inc()
        log("item given up", level="error", **facts_of(lease), code=fault.code)
        if item.page_number == DOCUMENT_LEVEL:
            self.refused(lease, fault, seconds=seconds, state=ItemState.DEAD)
        elif item.stage is Stage.EMBED:
            with self._records.unit_of_work(item.tenant_id) as unit:
                is_last = unit.work.finish(lease, seconds=seconds, state=ItemState.DEAD, fault=fault)
                _degrade(unit, lease, fault)
                if is_last:
                    close(unit, unit.jobs.get(item.job_id))
        else:
            with self._records.unit_of_work(item.tenant_id) as unit:
                known = unit.documents.page(item.document_id, item.page_number)
            given_up = _given_up(known, item.stage, fault)
            then = follow(given_up, item.stage)
            self.page(lease, given_up, seconds=seconds, follow=then, state=ItemState.DEAD, fault=fault)

    def later(self, lease: Lease, fault: Fault, *, after_s: float) -> None:
        """An item ran into trouble that may pass."""
        with self._records.unit_of_work(lease.item.tenant_id) as unit:
            unit.work.retry(lease, fault, after_s=after_s)


def close(unit: UnitOfWork, job: Job) -> None:
    """End a job whose work is done: the document's status follows from its pages' states."""
    document = unit.documents.get(job.document_id)
    states = unit.documents.page_states(job.document_id)
    status = status_of(states)
    unit.documents.save(_changed(document, status=status))
    _end(unit, job, _JOB_STATE[status], states)
    DOCUMENTS.labels(status.value).inc()


def end_job(unit: UnitOfWork, job: Job, fault: Fault, *, state: JobState | None = None) -> None:
    """End a job before its work is done; pages not yet read fail with the fault, those read are kept.

    The document's epoch moves on, so that whatever a worker still does for the job is refused.
    """
    unit.work.new_epoch(job.document_id)
    states = unit.documents.page_states(job.document_id)
    unread = [number for number, page_state in enumerate(states, start=1) if not page_state.is_final]
    unit.documents.mark_pages(job.document_id, unread, PageState.FAILED, fault)
    states = unit.documents.page_states(job.document_id)
    status = status_of(states)
    unit.documents.save(_changed(unit.documents.get(job.document_id), status=status, fault=fault))
    _end(unit, job.model_copy(update={"fault": fault}), state or _JOB_STATE[status], states)
    DOCUMENTS.labels(status.value).inc()


def progress_of(states: Sequence[PageState]) -> dict[str, int]:
    """A job's page counts from the ledger."""
    return {
        "pages_total": len(states),
        "pages_done": sum(state.is_final for state in states),
        "pages_failed": sum(state is PageState.FAILED for state in states),
    }


def facts_of(lease: Lease) -> dict[str, object]:
    """What a log line says of a lease."""
    item = lease.item
    return {
        "document": str(item.document_id),
        "page": item.page_number,
        "stage": item.stage.value,
        "item": item.id,
        "lease": lease.token,
    }


def _end(unit: UnitOfWork, job: Job, state: JobState, states: Sequence[PageState]) -> None:
    ended = job.model_copy(update={"state": state, "finished_at": _now(), **progress_of(states)})
    unit.jobs.save(ended)
    unit.events.add(_event(EventKind.JOB_FINISHED, ended, state=state, **progress_of(states)))
    log("job ended", job=str(job.id), document=str(job.document_id), state=state.value, pages=len(states))


def _given_up(page: Page, stage: Stage, fault: Fault) -> Page:
    """A page without what a stage was to do for it."""
    if stage is Stage.VLM:
        return _without_model(page, fault)
    if stage is Stage.OCR and page.words is not None and page.words.witness is Witness.TEXT_LAYER:
        return page  # OCR was the second witness: the page is read without it
    return _failed(page, fault)


def _failed(page: Page, fault: Fault) -> Page:
    """A page that was given up. Its image is kept if it was drawn, to be shown, and to be deleted with the document."""
    nothing = {"words": None, "second_words": None, "parse": None}
    return page.model_copy(update={"state": PageState.FAILED, "fault": fault, **nothing})


def _without_model(page: Page, fault: Fault) -> Page:
    """A page that the model was never asked about, or that took down who asked: as the layout engine read it."""
    if page.parse is None:
        return _failed(page, fault)
    said = page.fault or Fault(code=MODEL_FAILED_CODE, message=MODEL_FAILED + fault.message)
    return page.model_copy(update={"state": PageState.DEGRADED, "fault": said})


def _degrade(unit: UnitOfWork, lease: Lease, fault: Fault) -> None:
    page = unit.documents.page(lease.item.document_id, lease.item.page_number)
    said = Fault(code=NOT_SEARCHABLE_CODE, message=NOT_SEARCHABLE + fault.message)
    unit.documents.save_page(page.model_copy(update={"state": PageState.DEGRADED, "fault": said}))


def _event(kind: EventKind, of: Job | WorkItem, **data: str | int) -> NewEvent:
    job_id = of.id if isinstance(of, Job) else of.job_id
    return NewEvent(kind=kind, document_id=of.document_id, job_id=job_id, data=data)


def _changed(document: Document, **fields: object) -> Document:
    return document.model_copy(update={**fields, "updated_at": _now()})


def _now() -> datetime:
    return datetime.now(UTC)
