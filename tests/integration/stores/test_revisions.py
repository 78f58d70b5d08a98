"""The results that pages had, in a real PostgreSQL: none is overwritten, and all go with the document."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from docai.domain.access import Tenant
from docai.domain.attempts import Attempt, Outcome, Rung
from docai.domain.documents import Fault, Page, PageState
from docai.domain.ids import DocumentId, Sha256, sha256_of
from docai.domain.revisions import RevisionCause
from docai.errors import DocumentNotFound, RevisionNotFound
from docai.protocols import UnitOfWork
from docai.stores.postgres.unit_of_work import PostgresRecords
from tests.integration.stores.samples import a_page, add_document


def said(document_id: DocumentId, words: str, *, image: bytes = b"png", reply: Sha256 | None = None) -> Page:
    """A page that says so, read with a model that replied so."""
    page = a_page(document_id, text=words, image=image)
    assert page.parse is not None
    attempts = () if reply is None else (Attempt(rung=Rung.MODEL, outcome=Outcome.READ, reply_sha256=reply),)
    return page.model_copy(update={"parse": page.parse.model_copy(update={"attempts": attempts})})


def history(unit: UnitOfWork, document_id: DocumentId) -> list[tuple[int, RevisionCause, str]]:
    found = unit.revisions.of_page(document_id, 1)
    return [(each.number, each.cause, each.parse.blocks[0].text) for each in found]


def test_the_first_result_is_the_first_revision(records: PostgresRecords, tenant: Tenant) -> None:
    document = add_document(records, tenant, n_pages=1)
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.save_page(said(document.id, "42").model_copy(update={"state": PageState.QUEUED}))
        assert history(unit, document.id) == []
        assert unit.documents.page(document.id, 1).revision is None
        unit.documents.save_page(said(document.id, "42"))
        [first] = unit.revisions.of_page(document.id, 1)
    assert (first.cause, first.author, first.note, first.page_number) == (RevisionCause.READ, "test/1", None, 1)
    assert first.parse == said(document.id, "42").parse


def test_saving_the_same_result_again_makes_no_revision(records: PostgresRecords, tenant: Tenant) -> None:
    document = add_document(records, tenant, n_pages=1)
    for state in (PageState.PARSED, PageState.DEGRADED):
        with records.unit_of_work(tenant.id) as unit:
            unit.documents.save_page(said(document.id, "42").model_copy(update={"state": state}))
    with records.unit_of_work(tenant.id) as unit:
        assert history(unit, document.id) == [(1, RevisionCause.READ, "42")]
        assert unit.documents.page(document.id, 1).revision == 1


def test_a_page_read_again_keeps_what_it_said_before(records: PostgresRecords, tenant: Tenant) -> None:
    document = add_document(records, tenant, n_pages=1)
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.save_page(said(document.id, "old"))
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.mark_pages(document.id, [1], PageState.QUEUED)
    with records.unit_of_work(tenant.id) as unit:
        assert unit.documents.page(document.id, 1).revision is None
        assert history(unit, document.id) == [(1, RevisionCause.READ, "old")]
        unit.documents.save_page(said(document.id, "new"))
    with records.unit_of_work(tenant.id) as unit:
        assert history(unit, document.id) == [(2, RevisionCause.REREAD, "new"), (1, RevisionCause.READ, "old")]
        assert unit.revisions.get(document.id, 1, 1).parse == said(document.id, "old").parse
        assert unit.documents.page(document.id, 1).revision == 2
        with pytest.raises(RevisionNotFound):
            unit.revisions.get(document.id, 1, 3)


@pytest.mark.parametrize("state", [PageState.QUEUED, PageState.FAILED])
def test_a_page_read_again_to_the_same_end_is_its_old_revision(
    state: PageState, records: PostgresRecords, tenant: Tenant
) -> None:
    document = add_document(records, tenant, n_pages=1)
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.save_page(said(document.id, "42"))
        unit.documents.mark_pages(document.id, [1], state, Fault(code="c", message="m"))
        unit.documents.save_page(said(document.id, "42"))
        assert history(unit, document.id) == [(1, RevisionCause.READ, "42")]
        assert unit.documents.page(document.id, 1).revision == 1


def test_a_review_is_a_revision_with_its_author(records: PostgresRecords, tenant: Tenant) -> None:
    document = add_document(records, tenant, n_pages=1)
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.save_page(said(document.id, "SZE15"))
        review = unit.revisions.add_review(said(document.id, "SZL15"), author="Ada", note="on the print")
    assert (review.number, review.cause, review.author, review.note) == (2, RevisionCause.REVIEW, "Ada", "on the print")
    with records.unit_of_work(tenant.id) as unit:
        confirmed = unit.revisions.add_review(said(document.id, "SZL15"), author="Bob", note=None)
        assert confirmed.number == 3
        assert unit.documents.page(document.id, 1).parse == review.parse
        assert [each.author for each in unit.revisions.of_page(document.id, 1)] == ["Bob", "Ada", "test/1"]


def test_no_result_is_kept_twice(records: PostgresRecords, tenant: Tenant, engine: Engine) -> None:
    document = add_document(records, tenant, n_pages=1)
    for words in ("one", "two", "three"):
        with records.unit_of_work(tenant.id) as unit:
            unit.documents.save_page(said(document.id, words))
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT number, parse IS NOT NULL FROM page_revision ORDER BY number"))
        assert kept.all() == [(1, True), (2, True), (3, False)]


def test_what_old_revisions_name_is_kept_until_the_document_goes(records: PostgresRecords, tenant: Tenant) -> None:
    document = add_document(records, tenant, n_pages=1)
    old, new = sha256_of(b"old reply"), sha256_of(b"new reply")
    blobs = [old, new, sha256_of(b"old image"), sha256_of(b"new image")]
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.save_page(said(document.id, "a", image=b"old image", reply=old))
        unit.documents.mark_pages(document.id, [1], PageState.QUEUED)
        assert unit.documents.unreferenced(blobs) == [new, sha256_of(b"new image")]
        unit.documents.save_page(said(document.id, "b", image=b"new image", reply=new))
        assert unit.documents.unreferenced(blobs) == []
    with records.unit_of_work(tenant.id) as unit:
        assert set(blobs) <= set(unit.documents.delete(document.id))
        assert unit.documents.unreferenced(blobs) == blobs


def test_another_tenant_sees_no_revision_and_adds_none(
    records: PostgresRecords, tenant: Tenant, other_tenant: Tenant
) -> None:
    document = add_document(records, tenant, n_pages=1)
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.save_page(said(document.id, "42"))
    with records.unit_of_work(other_tenant.id) as unit:
        assert unit.revisions.of_page(document.id, 1) == []
        with pytest.raises(RevisionNotFound):
            unit.revisions.get(document.id, 1, 1)
    with pytest.raises(DocumentNotFound), records.unit_of_work(other_tenant.id) as unit:
        unit.revisions.add_review(said(document.id, "43"), author="Eve", note=None)
