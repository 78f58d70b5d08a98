"""Documents found by what was said of them, in a real PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from docai.domain.access import Tenant
from docai.domain.documents import Document, DocumentFilter, DocumentStatus, MediaType
from docai.domain.ids import DocumentId, new_document_id
from docai.stores.postgres.unit_of_work import PostgresRecords
from tests.integration.stores.samples import a_document, a_job

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def add(records: PostgresRecords, tenant: Tenant, name: str, **more: Any) -> Document:
    document = a_document(tenant, name.encode(), name).model_copy(update=more)
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.add(document, a_job(document))
    return document


def matching(
    records: PostgresRecords, tenant: Tenant, *, among: tuple[DocumentId, ...] = (), limit: int = 100, **wanted: Any
) -> set[DocumentId]:
    with records.unit_of_work(tenant.id) as unit:
        return set(unit.documents.matching(DocumentFilter(**wanted), among=among, limit=limit))


def test_metadata_reads_back_as_it_was_given(records: PostgresRecords, tenant: Tenant) -> None:
    said = {"customer": "1142", "Ort": "Malmö \N{SNOWMAN}", "quote'\"": "\\u0000 and {}"}
    document = add(records, tenant, "a.pdf", metadata=said)
    with records.unit_of_work(tenant.id) as unit:
        assert unit.documents.get(document.id).metadata == said
        assert unit.documents.list(limit=1)[0].metadata == said
    assert matching(records, tenant, metadata=said) == {document.id}


def test_every_key_must_have_exactly_its_value(records: PostgresRecords, tenant: Tenant) -> None:
    one = add(records, tenant, "one.pdf", metadata={"customer": "1142", "year": "2025"})
    two = add(records, tenant, "two.pdf", metadata={"customer": "1142", "year": "2026"})
    add(records, tenant, "none.pdf")
    assert matching(records, tenant, metadata={"customer": "1142"}) == {one.id, two.id}
    assert matching(records, tenant, metadata={"customer": "1142", "year": "2026"}) == {two.id}
    assert matching(records, tenant, metadata={"customer": "114"}) == set()
    assert matching(records, tenant, metadata={"Customer": "1142"}) == set()


def test_types_and_times_are_conditions_too(records: PostgresRecords, tenant: Tenant) -> None:
    hour = timedelta(hours=1)
    old = add(records, tenant, "old.pdf", created_at=NOW - hour)
    new = add(records, tenant, "new.png", created_at=NOW, media_type=MediaType.PNG)
    assert matching(records, tenant, media_types=(MediaType.PNG, MediaType.TIFF)) == {new.id}
    assert matching(records, tenant, created_after=NOW) == {new.id}
    assert matching(records, tenant, created_before=NOW) == {old.id}
    assert matching(records, tenant, created_after=NOW - hour, created_before=NOW + hour) == {old.id, new.id}
    assert matching(records, tenant, media_types=(MediaType.PDF,), created_after=NOW) == set()


@pytest.mark.parametrize(
    ("part", "is_found"),
    [("REPORT", True), ("100%", True), ("0%_r", True), ("100_", False), ("%", True), ("\x00", False)],
)
def test_a_part_of_a_name_is_no_pattern(records: PostgresRecords, tenant: Tenant, part: str, is_found: bool) -> None:
    document = add(records, tenant, "100%_report.pdf")
    add(records, tenant, "1000.pdf")
    assert matching(records, tenant, name_contains=part) == ({document.id} if is_found else set())


def test_only_documents_named_match_and_no_more_than_asked_for(records: PostgresRecords, tenant: Tenant) -> None:
    documents = [add(records, tenant, f"{i}.pdf", metadata={"customer": "1142"}) for i in range(4)]
    wanted = {"customer": "1142"}
    among = (documents[1].id, documents[2].id, new_document_id())
    assert matching(records, tenant, metadata=wanted, among=among) == {documents[1].id, documents[2].id}
    assert len(matching(records, tenant, metadata=wanted, limit=3)) == 3


def test_another_tenants_documents_do_not_match(records: PostgresRecords, tenant: Tenant, other_tenant: Tenant) -> None:
    theirs = add(records, other_tenant, "theirs.pdf", metadata={"customer": "1142"})
    assert matching(records, tenant, metadata={"customer": "1142"}) == set()
    assert matching(records, tenant, metadata={"customer": "1142"}, among=(theirs.id,)) == set()
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.set_metadata(theirs.id, {"customer": "mine"})
    assert matching(records, other_tenant, metadata={"customer": "1142"}) == {theirs.id}


def test_a_worker_that_saves_what_it_once_read_keeps_newer_metadata(records: PostgresRecords, tenant: Tenant) -> None:
    document = add(records, tenant, "a.pdf", metadata={"state": "old"})
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.set_metadata(document.id, {"state": "new"})
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.save(document.model_copy(update={"status": DocumentStatus.PROCESSING}))
        assert unit.documents.get(document.id).metadata == {"state": "new"}


def test_metadata_of_a_document_that_is_gone_is_set_without_harm(records: PostgresRecords, tenant: Tenant) -> None:
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.set_metadata(new_document_id(), {"a": "b"})


def test_metadata_is_looked_up_in_its_index(records: PostgresRecords, tenant: Tenant, engine: Engine) -> None:
    add(records, tenant, "a.pdf", metadata={"customer": "1142"})
    with engine.connect() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off"))
        plan = connection.execute(
            text("""EXPLAIN SELECT id FROM document WHERE metadata @> '{"customer": "1142"}'""")
        ).scalars()
        assert "ix_document_metadata" in "\n".join(plan)
