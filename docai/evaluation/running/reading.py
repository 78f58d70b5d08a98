"""Reading: a run's files taken in, each read once however many samples ask about it."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import reduce
from io import BytesIO
from operator import add

from docai.domain.documents import Document, DocumentStatus, Fault, Page
from docai.domain.generations import TokenUsage
from docai.domain.ids import DocumentId, JobId, TenantId
from docai.errors import DatasetMissing, DocaiError
from docai.evaluation.predictions import Failure
from docai.evaluation.running.kept_lines import KeptLines
from docai.evaluation.running.read_file import ReadFile
from docai.evaluation.samples import SampleFile
from docai.system import System

_WAIT_S = 0.5
"""Between two looks at whether the run is to stop."""


class Stopped(Exception):
    """The run is to stop; what is being read goes on with the next sitting."""


class Reading:
    """Takes files in and waits for them. Thread-safe."""

    def __init__(
        self,
        system: System,
        tenant_id: TenantId,
        kept: KeptLines[ReadFile],
        stop: threading.Event,
        *,
        retries_failed: bool = False,
    ) -> None:
        """Go on with what is kept of earlier sittings; what failed is read again only if that is wanted."""
        self._system, self._tenant_id, self._kept, self._stop = system, tenant_id, kept, stop
        known = {entry.name: entry for entry in kept.read()}
        failed = {name for name, entry in known.items() if entry.failure is not None or entry.is_partial}
        self.retried = frozenset(failed if retries_failed else ())
        """Names of files of which something failed before, and that are taken in again."""
        self._known = {name: entry for name, entry in known.items() if name not in self.retried}
        self._names: defaultdict[DocumentId, list[str]] = defaultdict(list)
        for entry in self._known.values():
            self._name(entry)
        self._lock = threading.Lock()
        self._under_way: dict[str, threading.Lock] = {}

    def read(self, file: SampleFile, sample_id: str = "") -> ReadFile:
        """A file, once it was read.

        Args:
            file: The file; its bytes are not asked for if it was read before.
            sample_id: Who needs it; empty for the corpus.

        Raises:
            DatasetMissing, DatasetDamaged: the data set does not have its bytes.
            Stopped: the run was to stop meanwhile.
        """
        with self._lock:
            if (known := self._known.get(file.name)) is not None:
                return known
            turn = self._under_way.setdefault(file.name, threading.Lock())
        with turn:
            with self._lock:
                if (known := self._known.get(file.name)) is not None:
                    return known
            found = self._taken_in(file, sample_id)
            with self._lock:
                found = found.model_copy(update={"is_repeat": self._is_repeat(found)})
                self._kept.append(found)
                self._known[file.name] = found
                self._name(found)
                del self._under_way[file.name]
            return found

    def names(self, document_id: DocumentId) -> Sequence[str]:
        """The names of the files that are this document: several where files have the same bytes."""
        with self._lock:
            return tuple(self._names[document_id])

    @property
    def files(self) -> Sequence[ReadFile]:
        """All files so far."""
        with self._lock:
            return tuple(self._known.values())

    def _name(self, entry: ReadFile) -> None:
        if entry.document_id is not None and entry.name not in self._names[entry.document_id]:
            self._names[entry.document_id].append(entry.name)

    def _is_repeat(self, found: ReadFile) -> bool:
        return found.document_id is not None and any(n != found.name for n in self._names[found.document_id])

    def _taken_in(self, file: SampleFile, sample_id: str) -> ReadFile:
        content = _bytes(file)
        start = time.perf_counter()
        try:
            submission = self._system.submit(self._tenant_id, BytesIO(content), file.name)
            self._wait(submission.job.id)
            document = self._system.document(self._tenant_id, submission.document.id)
            pages = self._system.pages(self._tenant_id, document.id)
        except DocaiError as error:
            return ReadFile(
                name=file.name, sample_id=sample_id, failure=Failure(code=error.code, message=error.message)
            )
        return ReadFile(
            name=file.name,
            document_id=document.id,
            n_pages=document.n_pages or 0,
            sample_id=sample_id,
            seconds=time.perf_counter() - start,
            usage=usage_of(pages),
            failure=_failure(document, pages),
            is_partial=document.status is DocumentStatus.PARTLY_READY,
        )

    def _wait(self, job_id: JobId) -> None:
        while not self._system.wait(self._tenant_id, job_id, _WAIT_S).state.is_final:
            if self._stop.is_set():
                raise Stopped


def usage_of(pages: Iterable[Page]) -> TokenUsage:
    """The tokens of all attempts to read pages."""
    return summed(attempt.usage for page in pages if page.parse for attempt in page.parse.attempts)


def summed(usages: Iterable[TokenUsage]) -> TokenUsage:
    """The sum; visual tokens are known only where all tell."""
    found = list(usages)
    return reduce(add, found) if found else TokenUsage()


def _bytes(file: SampleFile) -> bytes:
    try:
        return file.read()
    except OSError as error:
        raise DatasetMissing(f"{file.name} cannot be read: {error}.", file=file.name) from None


def _failure(document: Document, pages: Sequence[Page]) -> Failure | None:
    """Why nothing of the document can be asked about; None where a page of it can."""
    if document.status is not DocumentStatus.FAILED:
        return None
    fault = document.fault or next((page.fault for page in pages if page.fault is not None), None)
    return _told(fault or Fault(code="document_failed", message=f"No page of {document.name} could be read."))


def _told(fault: Fault) -> Failure:
    return Failure(code=fault.code, message=fault.message)
