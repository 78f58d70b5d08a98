"""What people should look at, in a real PostgreSQL: worst first in a document, newest first over all of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from docai.checks.flags import flags_of
from docai.domain.access import Tenant
from docai.domain.documents import Page, PageState
from docai.domain.evidence import Evidence, Verdict
from docai.domain.flags import FlagKind, Severity
from docai.domain.ids import DocumentId
from docai.domain.kept_flags import KeptFlag
from docai.domain.parses import Block, BlockKind, PageParse
from docai.domain.words import Witness
from docai.stores.postgres.unit_of_work import PostgresRecords
from tests.integration.stores.samples import BOX, a_page, add_document

DOUBTS = (Verdict.ILLEGIBLE, Verdict.CONFLICT, Verdict.MODEL_ONLY)


def doubtful(document_id: DocumentId, number: int, *verdicts: Verdict) -> Page:
    """A page whose paragraphs have these verdicts."""
    blocks = tuple(
        Block(
            kind=BlockKind.PARAGRAPH,
            text=f"reading\x00 {n}",
            box=BOX,
            word_ids=(n,),
            evidence=Evidence(
                reader="vlm/1",
                witness=None if verdict is Verdict.MODEL_ONLY else Witness.TEXT_LAYER,
                verdict=verdict,
                page_number=number,
                box=BOX,
                witness_text=None if verdict is Verdict.MODEL_ONLY else f"heading {n}",
                witness_confidence=1.0,
            ),
        )
        for n, verdict in enumerate(verdicts)
    )
    parse = PageParse(page_number=number, engine="vlm/1", blocks=blocks)
    return a_page(document_id, number).model_copy(update={"parse": parse})


def all_of_document(records: PostgresRecords, tenant: Tenant, document_id: DocumentId, limit: int) -> list[KeptFlag]:
    """Read to the end, so many at a time."""
    found: list[KeptFlag] = []
    with records.unit_of_work(tenant.id) as unit:
        while True:
            after = found[-1].place_in_document if found else None
            part = unit.flags.of_document(document_id, limit=limit, after=after)
            found += part
            if len(part) < limit:
                return found


def all_of_tenant(records: PostgresRecords, tenant: Tenant, limit: int) -> list[KeptFlag]:
    """Read to the end, so many at a time."""
    found: list[KeptFlag] = []
    with records.unit_of_work(tenant.id) as unit:
        while True:
            part = unit.flags.of_tenant(limit=limit, after=found[-1].place_in_time if found else None)
            found += part
            if len(part) < limit:
                return found


def test_flags_read_back_as_they_were_found(records: PostgresRecords, tenant: Tenant) -> None:
    document = add_document(records, tenant, n_pages=1)
    page = doubtful(document.id, 1, *DOUBTS)
    assert page.parse is not None
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.save_page(page)
    with records.unit_of_work(tenant.id) as unit:
        found = unit.flags.of_document(document.id, limit=10)
    wanted = [flag.model_dump_json().replace("\\u0000", "\ufffd") for flag in flags_of(page.parse)]
    assert wanted
    assert [flag.model_dump_json(exclude={"document_id", "number", "created_at"}) for flag in found] == wanted
    assert [flag.number for flag in found] == list(range(1, len(wanted) + 1))


def test_a_documents_flags_come_worst_first_and_are_read_to_their_end(records: PostgresRecords, tenant: Tenant) -> None:
    document = add_document(records, tenant, n_pages=3)
    for number in (3, 1, 2):
        with records.unit_of_work(tenant.id) as unit:
            unit.documents.save_page(doubtful(document.id, number, *DOUBTS))
    whole = all_of_document(records, tenant, document.id, 100)
    order = list(Severity)
    places = [(order.index(flag.severity), flag.page_number, flag.number) for flag in whole]
    assert places == sorted(places)
    assert {flag.page_number for flag in whole} == {1, 2, 3}
    assert {flag.severity for flag in whole} == set(Severity)
    for limit in (1, 2, 4):
        assert all_of_document(records, tenant, document.id, limit) == whole


def test_a_documents_flags_are_chosen_by_page_kind_and_severity(records: PostgresRecords, tenant: Tenant) -> None:
    document = add_document(records, tenant, n_pages=2)
    with records.unit_of_work(tenant.id) as unit:
        for number in (1, 2):
            unit.documents.save_page(doubtful(document.id, number, *DOUBTS))
        conflicts = unit.flags.of_document(document.id, kinds=[FlagKind.CONFLICT], limit=10)
        two_kinds = unit.flags.of_document(document.id, kinds=[FlagKind.CONFLICT, FlagKind.ILLEGIBLE], limit=10)
        low = unit.flags.of_document(document.id, severities=[Severity.LOW], pages=[2], limit=10)
    assert [(flag.kind, flag.page_number) for flag in conflicts] == [(FlagKind.CONFLICT, 1), (FlagKind.CONFLICT, 2)]
    assert {flag.kind for flag in two_kinds} == {FlagKind.CONFLICT, FlagKind.ILLEGIBLE}
    assert [(flag.severity, flag.page_number) for flag in low] == [(Severity.LOW, 2)]


def test_a_tenants_flags_come_newest_first(records: PostgresRecords, tenant: Tenant, other_tenant: Tenant) -> None:
    documents = [add_document(records, tenant, content, n_pages=1) for content in (b"1", b"2", b"3")]
    for document in documents:
        with records.unit_of_work(tenant.id) as unit:
            unit.documents.save_page(doubtful(document.id, 1, *DOUBTS))
    whole = all_of_tenant(records, tenant, 100)
    times = [flag.created_at for flag in whole]
    assert times == sorted(times, reverse=True)
    assert {flag.document_id for flag in whole} == {document.id for document in documents}
    for limit in (1, 2):
        assert all_of_tenant(records, tenant, limit) == whole
    with records.unit_of_work(tenant.id) as unit:
        now = datetime.now(UTC)
        assert unit.flags.of_tenant(kinds=[FlagKind.CONFLICT], since=now - timedelta(days=7), limit=10)
        assert not unit.flags.of_tenant(since=now + timedelta(hours=1), limit=10)
        assert not unit.flags.of_tenant(until=now - timedelta(days=7), limit=10)
    assert all_of_tenant(records, other_tenant, 100) == []


@pytest.mark.parametrize("state", [PageState.QUEUED, PageState.FAILED, PageState.BLANK])
def test_flags_go_with_the_result_that_they_are_of(state: PageState, records: PostgresRecords, tenant: Tenant) -> None:
    document = add_document(records, tenant, n_pages=2)
    with records.unit_of_work(tenant.id) as unit:
        for number in (1, 2):
            unit.documents.save_page(doubtful(document.id, number, Verdict.CONFLICT))
        if state is PageState.BLANK:
            unit.documents.save_page(Page(document_id=document.id, number=1, state=state))
        else:
            unit.documents.mark_pages(document.id, [1], state)
        assert {flag.page_number for flag in unit.flags.of_document(document.id, limit=10)} == {2}
        unit.documents.save_page(doubtful(document.id, 2, Verdict.EXACT))
        assert unit.flags.of_document(document.id, limit=10) == []


def test_a_result_that_a_model_is_still_to_read_has_no_flags(records: PostgresRecords, tenant: Tenant) -> None:
    document = add_document(records, tenant, n_pages=1)
    page = doubtful(document.id, 1, Verdict.CONFLICT).model_copy(update={"state": PageState.QUEUED})
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.save_page(page)
        assert unit.flags.of_document(document.id, limit=10) == []


def test_all_conflicts_of_a_week_are_one_look_into_an_index(
    records: PostgresRecords, tenant: Tenant, engine: Engine
) -> None:
    document = add_document(records, tenant, n_pages=1)
    of_page = {"tenant": tenant.id, "document": document.id}
    many = text(
        "INSERT INTO flag (tenant_id, document_id, page_number, number, kind, severity, flag, created_at) "
        "SELECT :tenant, :document, 1, n, CASE WHEN n % 50 = 0 THEN 'conflict' ELSE 'omission' END, 'high', '{}', "
        "now() - n * interval '10 minutes' FROM generate_series(1, 3000) n"
    )
    asked = text(
        "EXPLAIN SELECT * FROM flag WHERE tenant_id = :tenant AND kind = 'conflict' "
        "AND created_at >= now() - interval '7 days' "
        "ORDER BY created_at DESC, document_id DESC, page_number DESC, number DESC LIMIT 50"
    )
    with engine.begin() as connection:
        connection.execute(many, of_page)
        connection.execute(text("ANALYZE flag"))
        plan = "\n".join(connection.execute(asked, of_page).scalars())
    assert "Index Scan Backward using ix_flag_kind" in plan
    assert "Sort" not in plan
