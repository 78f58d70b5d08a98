"""Extractions in a real PostgreSQL: kept, read back by their tenant alone, and deleted with any of their documents."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from docai.domain.access import Tenant
from docai.domain.answers import ModelUse, PageLeftOut
from docai.domain.documents import Document
from docai.domain.extractions import Extraction, FieldValue
from docai.domain.generations import TokenUsage
from docai.domain.ids import new_document_id, new_extraction_id
from docai.errors import DocumentNotFound, ExtractionNotFound
from docai.stores.postgres.unit_of_work import PostgresRecords
from tests.integration.stores.samples import BOX, add_document, evidence


def an_extraction(*documents: Document) -> Extraction:
    left_out = PageLeftOut(document_id=documents[0].id, document_name="a\x00.pdf", page_number=2, reason="no room")
    return Extraction(
        id=new_extraction_id(),
        document_ids=tuple(document.id for document in documents),
        json_schema={"type": "object", "properties": {"a": {"type": "number"}}},
        data={"a": 1.5, "b": [True, None, "ü"]},
        fields=(
            FieldValue(
                path="/a",
                value=1.5,
                text="1,5",
                document_id=documents[0].id,
                page_number=1,
                box=BOX,
                confidence=0.1 + 0.2,
                evidence=evidence(1, 3),
            ),
            FieldValue(path="/b/0", value=True),
        ),
        is_valid=False,
        problems=("$: too much",),
        engine="rules 2",
        model=ModelUse(model="m", left_out=(left_out,), usage=TokenUsage(prompt_tokens=5), problem="it failed"),
        created_at=datetime.now(UTC),
    )


def test_an_extraction_reads_back_as_it_was_kept(
    records: PostgresRecords, tenant: Tenant, other_tenant: Tenant
) -> None:
    extraction = an_extraction(add_document(records, tenant))
    with records.unit_of_work(tenant.id) as unit:
        unit.extractions.add(extraction)
    with records.unit_of_work(tenant.id) as unit:
        found = unit.extractions.get(extraction.id)
    assert found.fields == extraction.fields
    assert found.data == extraction.data
    assert found.model is not None
    assert found.model.left_out[0].document_name == "a\ufffd.pdf"
    with records.unit_of_work(other_tenant.id) as unit, pytest.raises(ExtractionNotFound):
        unit.extractions.get(extraction.id)


def test_it_goes_with_any_of_its_documents(records: PostgresRecords, tenant: Tenant) -> None:
    documents = [add_document(records, tenant, content) for content in (b"one", b"two", b"three")]
    both, other = an_extraction(*documents[:2]), an_extraction(documents[2])
    with records.unit_of_work(tenant.id) as unit:
        unit.extractions.add(both)
        unit.extractions.add(other)
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.delete(documents[1].id)
    with records.unit_of_work(tenant.id) as unit:
        assert unit.extractions.get(other.id).id == other.id
        with pytest.raises(ExtractionNotFound):
            unit.extractions.get(both.id)


def test_nothing_is_kept_of_a_document_that_is_gone(records: PostgresRecords, tenant: Tenant) -> None:
    document = add_document(records, tenant)
    gone = document.model_copy(update={"id": new_document_id()})
    with pytest.raises(DocumentNotFound), records.unit_of_work(tenant.id) as unit:
        unit.extractions.add(an_extraction(document, gone))
