"""Asking: one sample through docai, from its files to a prediction."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from docai.domain.answers import ModelUse, Question
from docai.domain.documents import Page
from docai.domain.generations import TokenUsage
from docai.domain.ids import DocumentId, TenantId
from docai.domain.words import PageWords
from docai.errors import DocaiError
from docai.evaluation.predictions import Failure, PredictedPage, Prediction, RankedPage
from docai.evaluation.running.read_file import ReadFile
from docai.evaluation.running.reading import Reading, summed
from docai.evaluation.samples import Sample, Task
from docai.query.extraction.extracting import Order
from docai.rendering.markdown import page_markdown
from docai.system import System
from docai.telemetry import log

RANKED_PAGES = 20
"""Pages of a ranking that are kept: the field's figures look at 10 at most."""
NOT_READ = Failure(code="not_read", message="The sample has no file.")


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks a system. Thread-safe."""

    system: System
    tenant_id: TenantId
    reading: Reading

    def ask(self, sample: Sample) -> Prediction:
        """What docai says to a sample, its files read first; what fails is told in the prediction.

        Raises:
            DatasetMissing, DatasetDamaged: the data set does not have the bytes of a file.
            Stopped: the run was to stop meanwhile.
        """
        files = [self.reading.read(file, sample.id) for file in sample.files]
        start = time.perf_counter()
        said = self._said_or_failed(sample, files)
        own = [file for file in files if file.sample_id == sample.id]
        usages = [*(file.usage for file in own if not file.is_repeat), said.usage]
        seconds = said.seconds or time.perf_counter() - start
        told = {
            "n_pages": sum(file.n_pages for file in files),
            "seconds": seconds + sum(file.seconds for file in own),
            "usage": summed(usage for usage in usages if usage != TokenUsage()),
        }
        return said.model_copy(update=told)

    def _said_or_failed(self, sample: Sample, files: Sequence[ReadFile]) -> Prediction:
        try:
            return self._said(sample, files)
        except DocaiError as error:
            failure = Failure(code=error.code, message=error.message)
        except Exception as error:  # noqa: BLE001 - a fault of ours in one sample must not cost the run all others
            log("sample failed by a fault of ours", level="error", sample=sample.id, exc_info=error)
            failure = Failure(code=DocaiError.code, message=f"{type(error).__name__}: {error}")
        return Prediction(sample_id=sample.id, failure=failure)

    def _said(self, sample: Sample, files: Sequence[ReadFile]) -> Prediction:
        ids = tuple(file.document_id for file in files if file.document_id is not None and file.failure is None)
        if sample.task is Task.RETRIEVE:
            return self._ranked(sample, ids)
        if not ids:
            failure = next((file.failure for file in files if file.failure is not None), NOT_READ)
            return Prediction(sample_id=sample.id, failure=failure)
        if sample.task is Task.ANSWER:
            return self._answered(sample, ids)
        if sample.task is Task.EXTRACT:
            return self._extracted(sample, ids)
        return self._parsed(sample, files)

    def _answered(self, sample: Sample, ids: tuple[DocumentId, ...]) -> Prediction:
        answer = self.system.answer(self.tenant_id, Question(text=sample.question or "", document_ids=ids))
        return Prediction(sample_id=sample.id, answer=answer, usage=_usage(answer.model))

    def _extracted(self, sample: Sample, ids: tuple[DocumentId, ...]) -> Prediction:
        order = Order(document_ids=ids, schema=sample.schema or {}, instructions=sample.question)
        extraction = self.system.extractions.extract(self.tenant_id, order)
        return Prediction(sample_id=sample.id, extraction=extraction, usage=_usage(extraction.model))

    def _ranked(self, sample: Sample, ids: tuple[DocumentId, ...]) -> Prediction:
        """Within the sample's own documents and over all of the corpus; the seconds are those of the latter."""
        own = [file.name for file in sample.files]
        within = self._search(sample, ids) if ids else ()
        start = time.perf_counter()
        across = self._search(sample, ())
        return Prediction(
            sample_id=sample.id,
            within=tuple(page for page in within if page.file in own),
            across=across,
            seconds=time.perf_counter() - start,
        )

    def _search(self, sample: Sample, ids: tuple[DocumentId, ...]) -> tuple[RankedPage, ...]:
        question = Question(text=sample.question or "", document_ids=ids, top_k=RANKED_PAGES)
        return tuple(
            RankedPage(file=name, page=hit.page_number, score=hit.score)
            for hit in self.system.search(self.tenant_id, question)
            # Files with the same bytes are one document, and each of them stands where it was found.
            for name in self.reading.names(hit.document_id)
        )

    def _parsed(self, sample: Sample, files: Sequence[ReadFile]) -> Prediction:
        pages = [
            _predicted(file.name, page)
            for file in files
            if file.document_id is not None and file.failure is None
            for page in self.system.pages(self.tenant_id, file.document_id)
        ]
        return Prediction(sample_id=sample.id, pages=tuple(pages))


def _predicted(name: str, page: Page) -> PredictedPage:
    return PredictedPage(
        file=name,
        number=page.number,
        state=page.state,
        size=page.size,
        markdown="" if page.parse is None else page_markdown(page.parse),
        text="" if page.words is None else lines_of(page.words),
        parse=page.parse,
    )


def lines_of(words: PageWords) -> str:
    """The words of a page, a printed line on each line, in the witness's order."""
    lines: dict[int, list[str]] = {}
    for word in words.words:
        lines.setdefault(word.line, []).append(word.text)
    return "\n".join(" ".join(line) for line in lines.values())


def _usage(use: ModelUse | None) -> TokenUsage:
    return TokenUsage() if use is None else use.usage
