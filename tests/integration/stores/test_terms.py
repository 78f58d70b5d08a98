"""Term statistics and BM25 in a real PostgreSQL, against the formula worked out by hand."""

from __future__ import annotations

import math

import pytest
from sqlalchemy import Engine, text

from docai.domain.access import Tenant
from docai.stores.postgres.terms import K1, B
from docai.stores.postgres.unit_of_work import PostgresRecords
from tests.integration.stores.samples import add_document

PAGES = {1: {"tax": 2, "rate": 1}, 2: {"tax": 1, "cat": 4, "dog": 3}, 3: {}}


def bm25(occurrences: int, length: int, mean: float, weight: float) -> float:
    return weight * occurrences * (K1 + 1) / (occurrences + K1 * (1 - B + B * length / mean))


def test_bm25_gives_the_formulas_scores_best_first(records: PostgresRecords, tenant: Tenant) -> None:
    document = add_document(records, tenant)
    with records.unit_of_work(tenant.id) as unit:
        unit.terms.replace(document.id, PAGES)
        found = unit.terms.bm25({"tax": 1.5, "rate": 2.0, "unseen": 9.0}, document_ids=(), limit=10)
        assert unit.terms.n_pages() == 2
        assert unit.terms.frequencies(["tax", "cat", "unseen"]) == {"tax": 2, "cat": 1}
    mean = (3 + 8) / 2
    first = bm25(2, 3, mean, 1.5) + bm25(1, 3, mean, 2.0)
    assert [(d, n) for d, n, _ in found] == [(document.id, 1), (document.id, 2)]
    assert math.isclose(found[0][2], first)
    assert math.isclose(found[1][2], bm25(1, 8, mean, 1.5))


def test_bm25_within_documents_keeps_the_whole_corpus_statistics(records: PostgresRecords, tenant: Tenant) -> None:
    one, two = add_document(records, tenant, b"1"), add_document(records, tenant, b"2")
    with records.unit_of_work(tenant.id) as unit:
        unit.terms.replace(one.id, {1: {"tax": 1}})
        unit.terms.replace(two.id, {1: {"tax": 1, "cat": 9}})
        everywhere = unit.terms.bm25({"tax": 1.0}, document_ids=(), limit=10)
        within = unit.terms.bm25({"tax": 1.0}, document_ids=[two.id], limit=10)
        assert len(everywhere) == 2
        assert within == everywhere[1:]
        assert unit.terms.bm25({"tax": 1.0}, document_ids=(), limit=1) == everywhere[:1]
        assert unit.terms.bm25({}, document_ids=(), limit=1) == []


def test_replacing_a_pages_terms_forgets_the_old_and_leaves_other_pages(
    records: PostgresRecords, tenant: Tenant
) -> None:
    document = add_document(records, tenant)
    with records.unit_of_work(tenant.id) as unit:
        unit.terms.replace(document.id, {1: {"old": 1}, 2: {"kept": 1}})
    with records.unit_of_work(tenant.id) as unit:
        unit.terms.replace(document.id, {1: {"new": 1}})
        assert unit.terms.frequencies(["old", "new", "kept"]) == {"new": 1, "kept": 1}
        unit.terms.replace(document.id, {1: {}})
        assert unit.terms.n_pages() == 1


def test_a_tenants_statistics_are_its_own(records: PostgresRecords, tenant: Tenant, other_tenant: Tenant) -> None:
    document = add_document(records, tenant)
    with records.unit_of_work(tenant.id) as unit:
        unit.terms.replace(document.id, PAGES)
    with records.unit_of_work(other_tenant.id) as unit:
        assert unit.terms.n_pages() == 0
        assert unit.terms.frequencies(["tax"]) == {}
        assert unit.terms.bm25({"tax": 1.0}, document_ids=(), limit=10) == []
        assert unit.terms.bm25({"tax": 1.0}, document_ids=[document.id], limit=10) == []


def test_a_term_too_long_for_an_index_is_still_found(records: PostgresRecords, tenant: Tenant) -> None:
    document = add_document(records, tenant)
    endless = "\U0001f600" * 5000
    with records.unit_of_work(tenant.id) as unit:
        unit.terms.replace(document.id, {1: {endless: 1, endless + "x": 2}})
        assert unit.terms.frequencies([endless]) == {endless: 1}
        assert len(unit.terms.bm25({endless: 1.0}, document_ids=(), limit=1)) == 1


@pytest.mark.timeout(60)
def test_ranking_stays_fast_while_the_planner_knows_nothing_of_a_new_tenant(
    records: PostgresRecords, engine: Engine, tenant: Tenant, other_tenant: Tenant
) -> None:
    """A join here once took minutes: the planner took the new tenant for an empty one."""
    pages = {number: {f"t{term}": 1 for term in range(number % 7, 60)} for number in range(1, 1001)}
    known, fresh = add_document(records, other_tenant), add_document(records, tenant)
    with records.unit_of_work(other_tenant.id) as unit:
        unit.terms.replace(known.id, pages)
    with engine.begin() as connection:
        connection.execute(text("ANALYZE page_term, page_length"))
    with records.unit_of_work(tenant.id) as unit:
        unit.terms.replace(fresh.id, pages)
        connection_limit = text("SET LOCAL statement_timeout = '5s'")
        unit.terms._session.execute(connection_limit)  # type: ignore[attr-defined]
        assert len(unit.terms.bm25({f"t{n}": 1.0 for n in range(20)}, document_ids=(), limit=10)) == 10
