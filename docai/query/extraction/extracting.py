"""Fields of a tenant's documents: the schema is checked, pages are taken from the records, the result is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from docai.domain.answers import ModelUse
from docai.domain.documents import Document, DocumentStatus, Page, PageState
from docai.domain.evidence import Verdict
from docai.domain.extractions import Extraction, FieldValue
from docai.domain.ids import DocumentId, ExtractionId, TenantId, new_extraction_id
from docai.errors import DocumentNotReady, InvalidRequest
from docai.protocols import Records
from docai.query.extraction.by_model import ModelExtractor
from docai.query.extraction.by_rules import ENGINE, extract_by_rules
from docai.query.extraction.schema import Wanted

MAX_DOCUMENTS = 50
"""Most documents of one extraction."""
_UNREAD = frozenset({PageState.FAILED, PageState.QUEUED})


@dataclass(frozen=True, slots=True)
class ExtractionPolicy:
    """The settings that decide what may be extracted."""

    max_fields: int = 500
    max_schema_bytes: int = 100_000
    model_pages: int = 20
    """Most pages that are shown to a model."""
    rule_pages: int = 300
    """Most pages that rules look through: they take some 50 ms each."""
    max_instruction_characters: int = 4000


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be extracted."""

    document_ids: tuple[DocumentId, ...]
    schema: Mapping[str, Any]
    instructions: str | None = None
    """What a model is told besides the schema; rules do not read it."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    data: Any
    fields: tuple[FieldValue, ...]
    engine: str
    problems: tuple[str, ...] = ()
    model: ModelUse | None = None


class Extracting:
    """Extracts and keeps. Every call is on behalf of one tenant and sees nothing of the others. Thread-safe."""

    def __init__(
        self, records: Records, policy: ExtractionPolicy, model_for: Callable[[TenantId], ModelExtractor | None]
    ) -> None:
        """Ask the model that `model_for` gives for a tenant; None: rules alone."""
        self._records = records
        self._policy = policy
        self._model_for = model_for

    def extract(self, tenant_id: TenantId, order: Order) -> Extraction:
        """The fields that a schema asks for.

        Raises:
            InvalidSchema: the schema is none, refers to itself or elsewhere, or is too large.
            InvalidRequest: no document is named, or too many are; the instructions are too long.
            DocumentNotFound: the tenant has none of an id.
            DocumentNotReady: a document is still being read, or could not be.
        """
        self._admit(order)
        wanted = Wanted.of(order.schema, max_fields=self._policy.max_fields, max_bytes=self._policy.max_schema_bytes)
        documents = self._documents(tenant_id, order.document_ids)
        outcome = self._outcome(tenant_id, wanted, order, documents)
        faults = wanted.problems(outcome.data)
        extraction = Extraction(
            id=new_extraction_id(),
            document_ids=tuple(document.id for document, _ in documents),
            json_schema=dict(order.schema),
            data=outcome.data,
            fields=outcome.fields,
            is_valid=not faults,
            problems=(*faults, *outcome.problems, *_unread(documents), *_unsaid(wanted, outcome.fields)),
            engine=outcome.engine,
            model=outcome.model,
            created_at=datetime.now(UTC),
        )
        with self._records.unit_of_work(tenant_id) as unit:
            unit.extractions.add(extraction)
        return extraction

    def get(self, tenant_id: TenantId, extraction_id: ExtractionId) -> Extraction:
        """One extraction.

        Raises:
            ExtractionNotFound: the tenant has none of this id.
        """
        with self._records.unit_of_work(tenant_id) as unit:
            return unit.extractions.get(extraction_id)

    def _admit(self, order: Order) -> None:
        if not 1 <= len(order.document_ids) <= MAX_DOCUMENTS:
            raise InvalidRequest(f"Name 1 to {MAX_DOCUMENTS} documents.", limit=MAX_DOCUMENTS)
        limit = self._policy.max_instruction_characters
        if len(order.instructions or "") > limit:
            raise InvalidRequest(f"The instructions have more than {limit} characters.", limit=limit)

    def _documents(self, tenant_id: TenantId, ids: Sequence[DocumentId]) -> list[tuple[Document, Sequence[Page]]]:
        found = []
        with self._records.unit_of_work(tenant_id) as unit:
            for document_id in dict.fromkeys(ids):
                document = unit.documents.get(document_id)
                if not document.status.is_final:
                    raise DocumentNotReady(f"{document.name} is still being read; follow its job and ask again.")
                if document.status is DocumentStatus.FAILED:
                    raise DocumentNotReady(f"No page of {document.name} could be read.")
                found.append((document, unit.documents.pages(document_id)))
        return found

    def _outcome(
        self, tenant_id: TenantId, wanted: Wanted, order: Order, documents: list[tuple[Document, Sequence[Page]]]
    ) -> _Outcome:
        """By the model where there is one and what it says can be used, else by rules."""
        model = self._model_for(tenant_id)
        use: ModelUse | None = None
        if model is not None:
            pages = [(document.name, page) for document, pages in documents for page in pages]
            said = model.extract(tenant_id, wanted, pages, order.instructions, self._policy.model_pages)
            use = said.use
            if said.data is not None:
                left = tuple(f"{p.document_name}, page {p.page_number}: {p.reason}" for p in use.left_out)
                return _Outcome(said.data, said.fields, use.model, left, use)
        named, problems = self._within(documents)
        found = extract_by_rules(wanted, named)
        if use is not None and use.problem:
            problems = (f"The model's reply could not be used, so rules were: {use.problem}", *problems)
        return _Outcome(found.data, found.fields, ENGINE, problems, use)

    def _within(
        self, documents: list[tuple[Document, Sequence[Page]]]
    ) -> tuple[list[tuple[str, Sequence[Page]]], tuple[str, ...]]:
        """The pages that rules look through, and which they do not."""
        left = self._policy.rule_pages
        named: list[tuple[str, Sequence[Page]]] = []
        problems = []
        for document, pages in documents:
            named.append((document.name, pages[:left]))
            if len(pages) > left:
                problems.append(f"{document.name}: pages {left + 1} to {len(pages)} were not looked through.")
            left = max(0, left - len(pages))
        return named, tuple(problems)


def _unread(documents: list[tuple[Document, Sequence[Page]]]) -> list[str]:
    """Pages that nobody could look at."""
    return [
        f"{document.name}, page {page.number} could not be read: {page.fault.message if page.fault else 'no reason'}"
        for document, pages in documents
        for page in pages
        if page.state in _UNREAD
    ]


def _unsaid(wanted: Wanted, fields: Sequence[FieldValue]) -> list[str]:
    """What was not checked, or does not stand on a page."""
    found = ["Patterns of the schema are not checked."] if wanted.has_patterns else []
    alone = [f.path for f in fields if f.evidence is not None and f.evidence.verdict is Verdict.MODEL_ONLY]
    if alone:
        found.append(f"Not found on the pages, so only the model says it: {', '.join(alone[:20])}")
    return found
