"""The drawn set as docai reads it and answers about it: the whole system, in a home of its own that is gone after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from docai.assembly.local import open_local
from docai.assembly.parts import Assembled
from docai.domain.answers import Answer, Question
from docai.domain.documents import Page
from docai.domain.ids import DocumentId
from docai.evaluation.gate.drawn_set import GateDocument, GatePage, GateQuestion
from docai.settings import (
    BrokerSettings,
    DatabaseSettings,
    IndexSettings,
    RetentionSettings,
    Settings,
    TelemetrySettings,
    VlmSettings,
)

N_RANKED = 5
"""Pages that are asked for in a search."""
_LONGEST_READ_S = 1800.0


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page's truth, and the page as it was read."""

    document: str
    truth: GatePage
    read: Page


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, its page, and what became of it."""

    case: str
    """Of the page that the question is about."""
    question: GateQuestion
    place: tuple[str, int]
    """Document and page that hold the answer."""
    answer: Answer
    """Looked for in the page's document."""
    ranking: tuple[tuple[str, int], ...]
    """Pages of all documents, best first; empty where the question has no answer."""


@dataclass(frozen=True, slots=True)
class ReadSet:
    """All that was read and asked."""

    pages: tuple[ReadPage, ...]
    asked: tuple[Asked, ...]


def read_set(documents: Sequence[GateDocument], settings: Settings, told: Callable[[str], None]) -> ReadSet:
    """Take the documents in, wait until they are read, and ask.

    Args:
        documents: The set, or a part of it.
        settings: How pages are read, found and asked about; of the stores and models that they name none is touched.
        told: Hears what is done.

    Raises:
        ConfigurationError, StoreUnavailable: The system cannot be started.
    """
    with TemporaryDirectory(prefix="docai-gate-") as home, open_local(_apart(settings, Path(home))) as local:
        pages, ids = [], {}
        for document in documents:
            told(f"reading {document.name}, {len(document.pages)} pages")
            ids[document.name] = document_id = _take_in(local, document)
            _, read = local.system.content(local.tenant.id, document_id)
            pages += [ReadPage(document.name, truth, page) for truth, page in zip(document.pages, read, strict=True)]
        told("asking")
        return ReadSet(tuple(pages), tuple(_ask_all(local, pages, ids)))


def _apart(settings: Settings, home: Path) -> Settings:
    """The same, with own stores, no model behind a server, and a quiet log."""
    return settings.model_copy(
        update={
            "home": home,
            "secret_key": None,
            "database": DatabaseSettings(),
            "broker": BrokerSettings(),
            "index": IndexSettings(),
            # One thread a page adds up in the same order on machines of any number of cores.
            "ocr": settings.ocr.model_copy(update={"threads": 1}),
            "vlm": VlmSettings(),
            "retention": RetentionSettings(),
            "telemetry": TelemetrySettings(log_level=settings.telemetry.log_level),
        }
    )


def _take_in(local: Assembled, document: GateDocument) -> DocumentId:
    submission = local.system.submit(local.tenant.id, BytesIO(document.pdf), document.name)
    local.system.wait(local.tenant.id, submission.job.id, _LONGEST_READ_S)
    return submission.document.id


def _ask_all(local: Assembled, pages: Sequence[ReadPage], ids: dict[str, DocumentId]) -> list[Asked]:
    names = {document_id: name for name, document_id in ids.items()}
    found = []
    for page in pages:
        for question in page.truth.questions:
            within = Question(text=question.text, document_ids=(ids[page.document],))
            across = Question(text=question.text, top_k=N_RANKED)
            hits = local.system.search(local.tenant.id, across) if question.answers else ()
            found.append(
                Asked(
                    case=page.truth.case,
                    question=question,
                    place=(page.document, page.read.number),
                    answer=local.system.answer(local.tenant.id, within),
                    ranking=tuple((names[hit.document_id], hit.page_number) for hit in hits),
                )
            )
    return found
