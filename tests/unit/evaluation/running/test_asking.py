"""What a sample is told to have taken, and what becomes of faults; the system is a stand-in that only counts."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest

from docai.domain.attempts import Attempt, Outcome, Rung
from docai.domain.documents import Document, DocumentStatus, MediaType, Page, PageState
from docai.domain.generations import TokenUsage
from docai.domain.geometry import Box
from docai.domain.ids import Sha256, TenantId, new_document_id
from docai.domain.jobs import JobState
from docai.domain.parses import PageParse
from docai.domain.words import PageWords, Witness, Word
from docai.errors import DatasetMissing, EngineUnavailable
from docai.evaluation.running.asking import Asker, lines_of
from docai.evaluation.running.kept_lines import KeptLines
from docai.evaluation.running.read_file import ReadFile
from docai.evaluation.running.reading import Reading, Stopped
from docai.evaluation.samples import Sample, SampleFile, Task
from docai.system import System

TENANT = TenantId(uuid4())
READING = TokenUsage(prompt_tokens=1000, visual_tokens=900, output_tokens=200)
WHOLE = Box(x0=0, y0=0, x1=1, y1=1)


class StandIn:
    """A document by its bytes, of one page that a model read; counts what is submitted."""

    def __init__(self, *, error: Exception | None = None, state: JobState = JobState.SUCCEEDED) -> None:
        self.n_submitted = 0
        self._documents: dict[bytes, Document] = {}
        self._error, self._state = error, state

    def submit(self, tenant_id: TenantId, stream: Any, name: str) -> Any:
        self.n_submitted += 1
        now = datetime.now(UTC)
        document = self._documents.setdefault(
            stream.read(),
            Document(
                id=new_document_id(),
                tenant_id=tenant_id,
                name=name,
                sha256=Sha256("0" * 64),
                media_type=MediaType.PNG,
                n_bytes=1,
                n_pages=1,
                status=DocumentStatus.READY,
                created_at=now,
                updated_at=now,
            ),
        )
        return SimpleNamespace(job=SimpleNamespace(id=document.id), document=document)

    def wait(self, *_: object) -> Any:
        return SimpleNamespace(state=self._state)

    def document(self, _: TenantId, document_id: Any) -> Document:
        return next(document for document in self._documents.values() if document.id == document_id)

    def pages(self, _: TenantId, document_id: Any) -> list[Page]:
        attempt = Attempt(rung=Rung.MODEL, outcome=Outcome.READ, usage=READING)
        parse = PageParse(page_number=1, engine="x", blocks=(), attempts=(attempt, attempt))
        return [Page(document_id=document_id, number=1, state=PageState.PARSED, parse=parse)]

    def answer(self, *_: object) -> Any:
        assert self._error is not None
        raise self._error


def asker(system: StandIn, folder: Path, stop: threading.Event | None = None, *, retries: bool = False) -> Asker:
    real = cast("System", system)
    kept = KeptLines(folder / "files.jsonl", ReadFile)
    return Asker(real, TENANT, Reading(real, TENANT, kept, stop or threading.Event(), retries_failed=retries))


def sample(sample_id: str, content: bytes = b"a", task: Task = Task.PARSE, name: str = "a.png") -> Sample:
    return Sample(sample_id, task, (SampleFile(name, lambda: content),), {}, "Why?")


def test_a_file_is_read_once_and_told_to_the_sample_that_needed_it_first(tmp_path: Path) -> None:
    system = StandIn()
    asks = asker(system, tmp_path)
    first, second = asks.ask(sample("one")), asks.ask(sample("two"))
    assert system.n_submitted == 1
    assert first.usage == READING + READING
    assert second.usage == TokenUsage()
    assert (first.n_pages, second.n_pages) == (1, 1)
    # So it is after a kill before the first prediction was kept: what was read is known, and whose it is.
    again = asker(system, tmp_path)
    assert again.ask(sample("one")).usage == READING + READING
    assert system.n_submitted == 1


def test_files_of_the_same_bytes_count_once(tmp_path: Path) -> None:
    asks = asker(StandIn(), tmp_path)
    assert asks.ask(sample("one")).usage == READING + READING
    assert asks.ask(sample("two", name="b.png")).usage == TokenUsage()
    (a, b) = asks.reading.files
    assert (a.is_repeat, b.is_repeat) == (False, True)
    assert a.document_id is not None
    assert asks.reading.names(a.document_id) == ("a.png", "b.png")


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (EngineUnavailable("The model is away."), "engine_unavailable", "The model is away."),
        (ZeroDivisionError("of ours"), "internal", "ZeroDivisionError: of ours"),
    ],
)
def test_what_goes_wrong_with_a_sample_is_told_in_its_prediction(
    tmp_path: Path, error: Exception, code: str, said: str
) -> None:
    found = asker(StandIn(error=error), tmp_path).ask(sample("one", task=Task.ANSWER))
    assert found.failure is not None
    assert (found.failure.code, found.failure.message) == (code, said)
    assert found.answer is None
    assert found.usage == READING + READING


def test_a_sample_without_a_file_has_nothing_to_be_asked_about(tmp_path: Path) -> None:
    found = asker(StandIn(), tmp_path).ask(Sample("one", Task.ANSWER, (), {}, "Why?"))
    assert found.failure is not None
    assert found.failure.code == "not_read"


def test_bytes_that_are_not_there_end_the_run(tmp_path: Path) -> None:
    gone = Sample("one", Task.PARSE, (SampleFile.at(tmp_path / "gone.pdf"),), {})
    with pytest.raises(DatasetMissing, match=r"gone\.pdf"):
        asker(StandIn(), tmp_path).ask(gone)


def test_a_stop_leaves_what_is_being_read_to_the_next_sitting(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    asks = asker(StandIn(state=JobState.RUNNING), tmp_path, stop)
    with pytest.raises(Stopped):
        asks.ask(sample("one"))
    assert asks.reading.files == ()


def test_files_of_which_something_failed_are_taken_in_again_on_request(tmp_path: Path) -> None:
    kept = KeptLines(tmp_path / "files.jsonl", ReadFile)
    kept.append(ReadFile(name="a.png", document_id=new_document_id(), is_partial=True))
    kept.append(ReadFile(name="b.png", document_id=new_document_id()))
    system = StandIn()
    asker(system, tmp_path).ask(sample("one"))
    assert system.n_submitted == 0
    again = asker(system, tmp_path, retries=True)
    assert again.reading.retried == {"a.png"}
    again.ask(sample("one"))
    again.ask(sample("two", name="b.png"))
    assert system.n_submitted == 1


def test_words_stand_in_their_lines() -> None:
    words = [Word(text=text, box=WHOLE, line=line) for text, line in (("Total", 1), ("due:", 1), ("5.00", 2))]
    assert lines_of(PageWords(witness=Witness.OCR, words=tuple(words))) == "Total due:\n5.00"
