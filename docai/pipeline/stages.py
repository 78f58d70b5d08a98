"""Do one leased batch: load what a stage needs, do it, and have the result recorded; one item's trouble is its own."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from types import MappingProxyType
from typing import TypeVar

from docai.domain.documents import Document, DocumentFacts, Fault, Page, PageState
from docai.domain.ids import Sha256
from docai.domain.work import Lease, NewItem, Stage, TroubleKind, delay_before_retry, is_worth_another_try
from docai.errors import (
    DocaiError,
    EngineUnavailable,
    IndexMismatch,
    InputError,
    LeaseLost,
    NotFound,
    PageNotFound,
    StoreError,
    TooManyPages,
)
from docai.pipeline.batch import Batch, Unwanted, Watch
from docai.pipeline.follow import follow
from docai.pipeline.index import PageIndexing, Seen
from docai.pipeline.judge import ReadingCancelled
from docai.pipeline.loose_blobs import put_again, take_back
from docai.pipeline.manifest import Manifests
from docai.pipeline.model_reading import Asking, ModelReading, as_laid_out
from docai.pipeline.parts import Parts, ReadingPolicy
from docai.pipeline.read import PageReading
from docai.pipeline.record import Recorder, facts_of
from docai.pipeline.side_by_side import side_by_side
from docai.pipeline.trouble import fault_of, kind_of
from docai.protocols import OpenDocument
from docai.telemetry import ITEMS_FENCED, ITEMS_RETRIED, STAGE_SECONDS, STEP_SECONDS, log, log_context
from docai.tracing import TRACING, Facts

T = TypeVar("T")

_OURS = Fault(code="internal", message="The page could not be read because of a fault of ours.")
_RECORD_DELAYS_S = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Waits before a result is recorded again while the database is away; about half a lease."""
_MISMATCH_PAUSE_S = 1.0
"""Wait before pages are handed back that the index does not take from this worker, which may be handed them again."""


class Stages:
    """All stages, over the same parts."""

    def __init__(self, parts: Parts, policy: ReadingPolicy) -> None:
        self._parts = parts
        self._policy = policy
        self._recorder = Recorder(parts.records)
        self._reading = PageReading(
            blobs=parts.blobs, reader=parts.reader, word_reader=parts.word_reader, policy=policy
        )
        self._indexing = PageIndexing(blobs=parts.blobs, index=parts.index, embedder=parts.embedder)
        self._manifests = Manifests(policy, parts.vlm)
        self._model: ModelReading | None = None
        if parts.vlm is not None and policy.model is not None:
            self._model = ModelReading(parts.vlm, parts.blobs, policy.model, evidence=policy.evidence)

    def do(self, leases: Sequence[Lease], watch: Watch) -> None:
        """Do a batch of one stage. Items that it does not begin are left to the caller.

        Raises nothing that an item caused: what becomes of an item is recorded with the item.
        """
        by_job: dict[object, list[Lease]] = {}
        for lease in leases:
            by_job.setdefault(lease.item.job_id, []).append(lease)
        for of_job in by_job.values():
            self._do_job(of_job, watch)

    def _do_job(self, leases: Sequence[Lease], watch: Watch) -> None:
        item = leases[0].item
        try:
            with self._parts.records.unit_of_work(item.tenant_id) as unit:
                job = unit.jobs.get(item.job_id)
                document = unit.documents.get(item.document_id)
        except NotFound:
            for lease in leases:
                self._lost(lease, watch)
            return
        except StoreError as error:
            log("work cannot be loaded", level="warning", **facts_of(leases[0]), code=error.code)
            return  # the caller hands the batch back, or the leases run out
        TRACING.link(job.traceparent)
        batch = Batch(job, document, leases, watch)
        act = {
            Stage.OPEN: self._open,
            Stage.READ: self._read,
            Stage.OCR: self._ocr,
            Stage.PARSE: self._parse,
            Stage.VLM: self._read_by_model,
            Stage.EMBED: self._embed,
        }[item.stage]
        try:
            act(batch)
        except StoreError as error:
            # Before the first item: the batch is handed back, or its leases run out.
            log("work cannot be loaded", level="warning", **facts_of(leases[0]), code=error.code)

    # ---------------------------------------------------------------- the stages

    def _open(self, batch: Batch) -> None:
        def do(lease: Lease, begun: float) -> None:
            try:
                facts = self._look_into(batch)
            except InputError as error:
                fault = fault_of(error)
                self._patiently(lease, lambda: self._recorder.refused(lease, fault, seconds=_since(begun)))
            else:
                self._ring(self._patiently(lease, lambda: self._recorder.opened(lease, facts, seconds=_since(begun))))

        self._each(batch, do)

    def _look_into(self, batch: Batch) -> DocumentFacts:
        with self._opened(batch) as opened:
            facts = opened.facts
        limit = self._policy.max_pages
        if facts.n_pages > limit:
            raise TooManyPages(f"The document has {facts.n_pages} pages; the limit is {limit}.", limit=limit)
        return facts

    def _read(self, batch: Batch) -> None:
        def do(opened: OpenDocument, lease: Lease, begun: float) -> None:
            page, pixels = self._reading.read(opened, batch.document, lease.item.page_number)
            self._record_page(batch, lease, page, begun, drawn={page.image.sha256: pixels} if page.image else {})

        self._each_with_file(batch, do)

    def _ocr(self, batch: Batch) -> None:
        def do(lease: Lease, begun: float) -> None:
            self._record_page(batch, lease, self._reading.recognise(self._load(lease)), begun)

        self._each(batch, do)

    def _parse(self, batch: Batch) -> None:
        def do(opened: OpenDocument, lease: Lease, begun: float) -> None:
            self._record_page(batch, lease, self._reading.lay_out(opened, self._load(lease)), begun)

        self._each_with_file(batch, do)

    def _read_by_model(self, batch: Batch) -> None:
        """Pages side by side: each spends most of its time waiting for the model, and is recorded when it ends."""

        def do(lease: Lease) -> None:
            if batch.watch.should_stop(lease):
                return
            try:
                with self._one(batch, lease) as begun:
                    page, replies = self._by_model(batch, lease)
                    self._record_page(batch, lease, page, begun, drawn=replies)
            except ReadingCancelled:
                log("reading cancelled", level="info", **facts_of(lease))  # the caller hands it back, or it was lost

        vlm = self._parts.vlm
        side_by_side(batch.leases, do, 1 if vlm is None else vlm.max_parallel)

    def _by_model(self, batch: Batch, lease: Lease) -> tuple[Page, Mapping[Sha256, bytes]]:
        page = self._load(lease)
        if self._policy.model is None:
            return as_laid_out(page), {}  # the model was taken out of the settings since the page was put forward
        if self._model is None:
            raise EngineUnavailable("This worker has no vision-language model.")
        tenant = self._parts.records.tenant(lease.item.tenant_id)
        asking = Asking(
            tenant=str(lease.item.tenant_id),
            allows_cloud=tenant is not None and tenant.allows_cloud,
            priority=lease.item.priority,
            cancel=Unwanted(batch.watch, lease),
            on_round=batch.watch.progressed,
        )
        with STEP_SECONDS.labels("vlm").time():
            return self._model.read(page, asking)

    def _embed(self, batch: Batch) -> None:
        document, to_begin = batch.document, batch.begin()
        while leases := list(islice(to_begin, self._indexing.n_pages)):
            with self._parts.records.unit_of_work(document.tenant_id) as unit:
                pages = unit.documents.numbered_pages(document.id, [lease.item.page_number for lease in leases])
            seen = self._indexing.see(pages)
            try:
                for lease in leases:
                    with self._one(batch, lease) as begun:
                        self._index(lease, document, seen.get(lease.item.page_number), begun)
            except IndexMismatch as error:
                # Nothing is wrong with the pages: handed back, they go to workers that have the index's encoder.
                log("pages not indexed", level="error", **facts_of(leases[0]), code=error.code, reason=error.message)
                time.sleep(_MISMATCH_PAUSE_S)
                return

    def _index(self, lease: Lease, document: Document, seen: Seen | None, begun: float) -> None:
        if seen is None:
            raise PageNotFound(f"The document has no page {lease.item.page_number}.")
        indexed = self._indexing.put(document, seen)
        fault = fault_of(indexed.error) if indexed.error else None
        seconds = seen.seconds + _since(begun)
        STEP_SECONDS.labels("embed").observe(seconds)
        self._patiently(
            lease,
            lambda: self._recorder.embedded(
                lease,
                indexed.terms,
                encoder=self._parts.embedder.fingerprint,
                n_vectors=indexed.n_vectors,
                seconds=seconds,
                fault=fault,
            ),
        )

    # ---------------------------------------------------------------- one item

    @contextmanager
    def _one(self, batch: Batch, lease: Lease) -> Iterator[float]:
        """The boundary of an item: whatever is wrong with it, the others of its batch are done."""
        item = lease.item
        facts: Facts = {"docai.document": str(item.document_id), "docai.page": item.page_number, "docai.item": item.id}
        with (
            log_context(**facts_of(lease)),
            TRACING.span(f"stage {item.stage.value}", facts),
            STAGE_SECONDS.labels(item.stage.value, "item").time(),
        ):
            try:
                yield time.monotonic()
            except (LeaseLost, NotFound):
                self._lost(lease, batch.watch)
                return
            except (IndexMismatch, ReadingCancelled):
                raise  # not the item's trouble
            except Exception as error:  # noqa: BLE001 - the boundary of an item
                self._trouble(lease, error)
            batch.watch.ended(lease)

    def _trouble(self, lease: Lease, error: Exception) -> None:
        """Put the item back for later, or give it up."""
        kind, fault = kind_of(error), fault_of(error) if isinstance(error, DocaiError) else _OURS
        unexpected = kind is TroubleKind.UNEXPECTED
        TRACING.failed(fault.code)
        log(
            "item in trouble",
            level="error" if unexpected else "warning",
            **facts_of(lease),
            code=fault.code,
            exc_info=error if unexpected else None,
        )
        try:
            if is_worth_another_try(lease.item, kind, self._policy.patience_s):
                ITEMS_RETRIED.labels(lease.item.stage.value, fault.code).inc()
                after_s = delay_before_retry(lease.item, random.random())  # noqa: S311 - spreads retries, no secret
                self._patiently(lease, lambda: self._recorder.later(lease, fault, after_s=after_s))
            else:
                self._patiently(lease, lambda: self._recorder.buried(lease, fault))
        except (LeaseLost, NotFound):
            ITEMS_FENCED.labels(lease.item.stage.value).inc()
        except StoreError as unsaved:
            # The lease runs out, and the item comes again.
            log("trouble not recorded", level="error", **facts_of(lease), code=unsaved.code)

    def _lost(self, lease: Lease, watch: Watch) -> None:
        """The result was refused. What was put outside the database goes too if the document is gone."""
        ITEMS_FENCED.labels(lease.item.stage.value).inc()
        log("late result refused", level="warning", **facts_of(lease))
        item = lease.item
        try:
            if item.stage is Stage.EMBED and self._is_gone(lease):
                self._parts.index.delete(item.tenant_id, item.document_id, [item.page_number])
        except StoreError:
            pass  # the erasure looks again after the last lease
        watch.ended(lease)

    def _is_gone(self, lease: Lease) -> bool:
        """Whether the document was deleted."""
        try:
            with self._parts.records.unit_of_work(lease.item.tenant_id) as unit:
                unit.documents.get(lease.item.document_id)
        except NotFound:
            return True
        return False

    def _record_page(
        self,
        batch: Batch,
        lease: Lease,
        page: Page,
        begun: float,
        *,
        drawn: Mapping[Sha256, bytes] = MappingProxyType({}),
    ) -> None:
        """Save a page; `drawn` is what was put into the blob store for it, which goes again if the result is late."""
        page = self._manifests.entered(page, batch.document.sha256)
        item, then, seconds = lease.item, follow(page, lease.item.stage), _since(begun)
        try:
            self._patiently(lease, lambda: self._recorder.page(lease, page, seconds=seconds, follow=then))
        except (LeaseLost, NotFound):
            take_back(self._parts, item.tenant_id, {*drawn, *([page.image.sha256] if page.image else [])})
            raise
        put_again(self._parts, item.tenant_id, drawn)
        self._ring(then)
        if item.epoch > 1 and page.state in {PageState.FAILED, PageState.BLANK}:
            self._forget_vectors(lease)

    def _forget_vectors(self, lease: Lease) -> None:
        """Take a page out of the index that was read before and says nothing now: nothing will replace it there."""
        item = lease.item
        try:
            self._parts.index.delete(item.tenant_id, item.document_id, [item.page_number])
        except StoreError as error:
            log("vectors of an earlier reading left", level="warning", **facts_of(lease), code=error.code)

    def _patiently(self, lease: Lease, record: Callable[[], T]) -> T:
        """Record; again after a wait while the database is away.

        A result that was saved although no answer came is not saved twice: the second try is refused as late.
        """
        with TRACING.span("commit"), STAGE_SECONDS.labels(lease.item.stage.value, "commit").time():
            return self._recorded(record)

    def _recorded(self, record: Callable[[], T]) -> T:
        for delay_s in _RECORD_DELAYS_S:
            try:
                return record()
            except StoreError as error:
                if not error.retryable:
                    raise
                log("result not recorded yet", level="warning", code=error.code, retry_in_s=delay_s)
                time.sleep(delay_s)
        return record()

    def _ring(self, follow: Sequence[NewItem]) -> None:
        self._parts.doorbell.ring({new.stage.capability for new in follow})

    def _load(self, lease: Lease) -> Page:
        with self._parts.records.unit_of_work(lease.item.tenant_id) as unit:
            return unit.documents.page(lease.item.document_id, lease.item.page_number)

    @contextmanager
    def _opened(self, batch: Batch) -> Iterator[OpenDocument]:
        parts, document = self._parts, batch.document
        with parts.records.unit_of_work(document.tenant_id) as unit:
            sealed = unit.jobs.sealed_password(batch.job.id)
        password = None if sealed is None else parts.sealer.unseal(sealed).decode("utf-8")
        with parts.reader.open(parts.blobs.path(document.sha256), document.media_type, password) as opened:
            yield opened

    def _each(self, batch: Batch, do: Callable[[Lease, float], None]) -> None:
        for lease in batch.begin():
            with self._one(batch, lease) as begun:
                do(lease, begun)

    def _each_with_file(self, batch: Batch, do: Callable[[OpenDocument, Lease, float], None]) -> None:
        """Open the file once for a batch of pages; if it cannot be opened, that is each item's trouble."""
        with ExitStack() as stack:
            try:
                opened = stack.enter_context(self._opened(batch))
            except Exception as error:  # noqa: BLE001 - the boundary of a batch
                for lease in batch.begin():
                    self._trouble(lease, error)
                    batch.watch.ended(lease)
                return
            for lease in batch.begin():
                with self._one(batch, lease) as begun:
                    do(opened, lease, begun)


def _since(begun: float) -> float:
    return time.monotonic() - begun
