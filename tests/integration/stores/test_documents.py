"""Documents, pages and tables in a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, text

from docai.domain.access import Tenant
from docai.domain.attempts import Attempt, Outcome, Rung
from docai.domain.documents import DocumentStatus, Fault, Page, PageState
from docai.domain.ids import DocumentId, new_document_id, sha256_of
from docai.domain.jobs import JobState
from docai.errors import DocumentNotFound, JobNotFound, PageNotFound
from docai.protocols import UnitOfWork
from docai.stores.postgres.unit_of_work import PostgresRecords
from tests.integration.stores.samples import a_document, a_job, a_page, add_document, an_answer


def test_a_page_reads_back_exactly_as_it_was_saved(records: PostgresRecords, tenant: Tenant) -> None:
    document = add_document(records, tenant, n_pages=2)
    page = a_page(document.id)
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.save_page(page)
    with records.unit_of_work(tenant.id) as unit:
        assert unit.documents.page(document.id, 1) == page
        assert unit.documents.page_states(document.id) == [PageState.PARSED, PageState.QUEUED]
        assert [p.number for p in unit.documents.pages(document.id, after=1)] == [2]


def test_a_document_and_its_job_read_back_with_their_changes(records: PostgresRecords, tenant: Tenant) -> None:
    document = add_document(records, tenant)
    with records.unit_of_work(tenant.id) as unit:
        stored = unit.documents.get(document.id)
        assert stored == document
        job = unit.jobs.of_document(document.id)
        assert job is not None
        fault = Fault(code="page_failed", message="it broke")
        changed = stored.model_copy(update={"status": DocumentStatus.FAILED, "n_pages": 3, "fault": fault})
        unit.documents.save(changed)
        ended = job.model_copy(update={"state": JobState.FAILED, "pages_failed": 3, "fault": fault})
        unit.jobs.save(ended)
    with records.unit_of_work(tenant.id) as unit:
        assert unit.documents.get(document.id) == changed
        assert unit.jobs.get(job.id) == ended


def test_a_second_save_replaces_a_page_and_its_tables(records: PostgresRecords, tenant: Tenant, engine: Engine) -> None:
    document = add_document(records, tenant, n_pages=1)
    for words in ("old", "new"):
        with records.unit_of_work(tenant.id) as unit:
            unit.documents.save_page(a_page(document.id, text=words))
    with engine.connect() as connection:
        cells = connection.execute(text("SELECT text, role, verdict, row, col FROM table_cell ORDER BY row, col"))
        assert cells.all() == [
            ("head", "column_header", None, 0, 0),
            ("new", "data", "ocr_agree", 1, 0),
            ("new", "data", "ocr_agree", 1, 1),
        ]
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.save_page(Page(document_id=document.id, number=1, state=PageState.BLANK))
        assert unit.documents.page(document.id, 1).parse is None
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM page_table")).scalar_one() == 0


def test_nul_characters_become_replacement_characters_everywhere(records: PostgresRecords, tenant: Tenant) -> None:
    document = a_document(tenant, name="a\x00b.pdf")
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.add(document, a_job(document))
        unit.documents.save(document.model_copy(update={"title": "\x00", "name": "a\x00b.pdf"}))
        unit.documents.save_page(a_page(document.id, text="x\x00\\u0000"))
        unit.terms.replace(document.id, {1: {"te\x00rm": 1}})
    with records.unit_of_work(tenant.id) as unit:
        assert unit.documents.get(document.id).name == "a\ufffdb.pdf"
        page = unit.documents.page(document.id, 1)
        assert page.words is not None
        assert page.words.words[0].text == "x\ufffd\\u0000"
        assert unit.terms.frequencies(["te\x00rm"]) == {"te\x00rm": 1}


def test_eight_uploads_of_the_same_bytes_at_once_are_one_document(records: PostgresRecords, tenant: Tenant) -> None:
    start = Barrier(8)

    def add(_: int) -> tuple[Any, Any, bool]:
        document = a_document(tenant)
        start.wait()
        with records.unit_of_work(tenant.id) as unit:
            return unit.documents.add(document, a_job(document))

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(add, range(8)))
    assert sum(is_new for _, _, is_new in found) == 1
    assert len({document.id for document, _, _ in found}) == 1
    assert len({job.id for _, job, _ in found}) == 1


def test_an_error_takes_everything_back(records: PostgresRecords, tenant: Tenant) -> None:
    document = a_document(tenant)
    with pytest.raises(DocumentNotFound), records.unit_of_work(tenant.id) as unit:  # noqa: PT012 - the block is the test
        unit.documents.add(document, a_job(document))
        unit.documents.get(new_document_id())
    with records.unit_of_work(tenant.id) as unit:
        assert unit.documents.list(limit=10) == []


def test_documents_are_listed_newest_first_from_behind_a_document(records: PostgresRecords, tenant: Tenant) -> None:
    ids = [add_document(records, tenant, content).id for content in (b"1", b"2", b"3", b"4")]
    with records.unit_of_work(tenant.id) as unit:
        first = unit.documents.list(limit=3)
        rest = unit.documents.list(limit=3, after=first[-1].place)
    assert [document.id for document in (*first, *rest)] == ids[::-1]


def test_opening_a_ledger_again_keeps_what_was_read(records: PostgresRecords, tenant: Tenant) -> None:
    document = add_document(records, tenant, n_pages=2)
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.save_page(a_page(document.id))
        unit.documents.open_ledger(document.id, 3)
        assert unit.documents.page_states(document.id) == [PageState.PARSED, PageState.QUEUED, PageState.QUEUED]
        with pytest.raises(PageNotFound):
            unit.documents.page(document.id, 4)


def test_deleting_leaves_no_row_and_names_only_blobs_that_nobody_uses(
    records: PostgresRecords, tenant: Tenant, other_tenant: Tenant, engine: Engine
) -> None:
    mine, theirs = add_document(records, tenant, n_pages=1), add_document(records, other_tenant, n_pages=1)
    for owner, document, images in ((tenant, mine, (b"1", b"2")), (other_tenant, theirs, (b"2", b"3"))):
        with records.unit_of_work(owner.id) as unit:
            for number, image in enumerate(images, start=1):
                unit.documents.save_page(a_page(document.id, number, image=image))
            unit.terms.replace(document.id, {1: {"word": 2}})
            unit.answers.add(an_answer(document))
    with records.unit_of_work(tenant.id) as unit:
        assert unit.documents.delete(mine.id) == [sha256_of(b"1")]
    with engine.connect() as connection:
        for table in ("document", "job", "page", "page_revision", "table_cell", "page_length", "page_term", "answer"):
            owners = connection.execute(text(f"SELECT DISTINCT tenant_id FROM {table}")).scalars().all()
            assert owners == [other_tenant.id], table
    with records.unit_of_work(other_tenant.id) as unit:
        orphans = unit.documents.delete(theirs.id)
        assert set(orphans) == {sha256_of(b"%PDF-"), sha256_of(b"2"), sha256_of(b"3")}


FOREIGN: dict[str, Callable[[UnitOfWork, Any], object]] = {
    "get": lambda unit, document: unit.documents.get(document.id),
    "save": lambda unit, document: unit.documents.save(document),
    "delete": lambda unit, document: unit.documents.delete(document.id),
    "open_ledger": lambda unit, document: unit.documents.open_ledger(document.id, 3),
    "page": lambda unit, document: unit.documents.page(document.id, 1),
    "pages": lambda unit, document: unit.documents.pages(document.id),
    "page_states": lambda unit, document: unit.documents.page_states(document.id),
    "save_page": lambda unit, document: unit.documents.save_page(a_page(document.id)),
    "replace": lambda unit, document: unit.terms.replace(document.id, {1: {"word": 1}}),
    "add_job": lambda unit, document: unit.jobs.add(
        a_job(document).model_copy(update={"tenant_id": unit.documents._tenant_id})  # type: ignore[attr-defined]
    ),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_document_is_not_found(
    name: str, records: PostgresRecords, tenant: Tenant, other_tenant: Tenant
) -> None:
    document = add_document(records, tenant, n_pages=1)
    with pytest.raises(DocumentNotFound), records.unit_of_work(other_tenant.id) as unit:
        FOREIGN[name](unit, document)
    with records.unit_of_work(tenant.id) as unit:
        assert unit.documents.get(document.id) == document
        assert unit.documents.page_states(document.id) == [PageState.QUEUED]


def test_a_foreign_job_is_not_found(records: PostgresRecords, tenant: Tenant, other_tenant: Tenant) -> None:
    document = add_document(records, tenant)
    with records.unit_of_work(tenant.id) as unit:
        job = unit.jobs.of_document(document.id)
    assert job is not None
    with records.unit_of_work(other_tenant.id) as unit:
        assert unit.jobs.of_document(document.id) is None
        assert unit.documents.list(limit=10) == []
        with pytest.raises(JobNotFound):
            unit.jobs.get(job.id)
        with pytest.raises(JobNotFound):
            unit.jobs.save(job)
        with pytest.raises(ValueError, match="another tenant"):
            unit.jobs.add(job)
        with pytest.raises(ValueError, match="another tenant"):
            unit.documents.add(document, job)


def test_the_same_bytes_of_two_tenants_are_two_documents(
    records: PostgresRecords, tenant: Tenant, other_tenant: Tenant
) -> None:
    assert add_document(records, tenant).id != add_document(records, other_tenant).id


def test_an_unknown_page_of_an_unknown_document_is_an_unknown_document(
    records: PostgresRecords, tenant: Tenant
) -> None:
    with pytest.raises(DocumentNotFound), records.unit_of_work(tenant.id) as unit:
        unit.documents.page(new_document_id(), 1)


def test_deleting_waits_for_a_page_that_is_found_anew_and_not_the_other_way_round(
    records: PostgresRecords, tenant: Tenant
) -> None:
    document = add_document(records, tenant, n_pages=1)
    with records.unit_of_work(tenant.id) as unit:
        unit.terms.replace(document.id, {1: {"old": 1}})
    with ThreadPoolExecutor(1) as pool:
        with records.unit_of_work(tenant.id) as unit:
            unit.work.hold(document.id)  # as `finish` does
            deleting = pool.submit(delete_document, records, tenant, document.id)
            with pytest.raises(TimeoutError):
                deleting.result(0.3)
            unit.terms.replace(document.id, {1: {"new": 1}})
        deleting.result(10)
    with pytest.raises(DocumentNotFound), records.unit_of_work(tenant.id) as unit:
        unit.documents.get(document.id)


def delete_document(records: PostgresRecords, tenant: Tenant, document_id: DocumentId) -> None:
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.delete(document_id)


@pytest.mark.parametrize("state", [PageState.QUEUED, PageState.FAILED, PageState.DEGRADED])
def test_marked_pages_lose_what_their_state_has_no_use_for_and_no_other_page_does(
    state: PageState, records: PostgresRecords, tenant: Tenant, engine: Engine
) -> None:
    document = add_document(records, tenant, n_pages=3)
    pages = [a_page(document.id, number) for number in (1, 2, 3)]
    fault = None if state is PageState.QUEUED else Fault(code="c", message="m")
    with records.unit_of_work(tenant.id) as unit:
        for page in pages:
            unit.documents.save_page(page)
        unit.documents.mark_pages(document.id, [1, 2], state, fault)
        marked = unit.documents.pages(document.id)
    read = {"words": None, "second_words": None, "parse": None, "revision": None}
    dropped: dict[PageState, dict[str, None]] = {
        PageState.QUEUED: {**read, "image": None, "size": None},
        PageState.FAILED: read,
    }
    changes = {"state": state, "fault": fault, **dropped.get(state, {})}
    assert list(marked) == [*(page.model_copy(update=changes) for page in pages[:2]), pages[2]]
    with engine.connect() as connection:
        tables = connection.execute(text("SELECT DISTINCT page_number FROM page_table ORDER BY 1")).scalars().all()
    assert tables == ([1, 2, 3] if state is PageState.DEGRADED else [3])


def test_what_a_model_said_is_kept_as_long_as_a_page_names_it(records: PostgresRecords, tenant: Tenant) -> None:
    said, other = sha256_of(b"said"), sha256_of(b"other")
    document = add_document(records, tenant, n_pages=1)
    attempt = Attempt(rung=Rung.MODEL, outcome=Outcome.READ, reply_sha256=said)
    page = a_page(document.id)
    assert page.parse is not None
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.save_page(
            page.model_copy(update={"parse": page.parse.model_copy(update={"attempts": (attempt, attempt)})})
        )
        assert unit.documents.unreferenced([said, other]) == [other]
    with records.unit_of_work(tenant.id) as unit:
        assert said in unit.documents.delete(document.id)
        assert unit.documents.unreferenced([said, other]) == [said, other]
