"""Page indexes on record: one is in use, switching back and forth, and which pages each of them lacks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from docai.domain.access import Tenant
from docai.domain.documents import Document, DocumentStatus, Fault, PageState
from docai.domain.ids import new_document_id
from docai.domain.indexes import IndexEntry, IndexState, LoggedQuery, PagePlace
from docai.domain.work import Capability, NewItem, Stage
from docai.errors import Conflict, DocumentNotFound, IndexMissing, StoreUnavailable
from docai.pipeline.record import Recorder
from docai.stores.postgres.engine import make_engine
from docai.stores.postgres.unit_of_work import PostgresRecords
from tests.integration.stores.queued import add_work, claim
from tests.integration.stores.samples import a_document, a_job, a_page, add_document

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


def entry(encoder: str, state: IndexState = IndexState.BUILDING, *, day: int = 0, **more: Any) -> IndexEntry:
    made = BEGINNING + timedelta(days=day)
    return IndexEntry(encoder, 16, f"model of {encoder}", state, f"golden {encoder}".encode(), made, **more)


def states(records: PostgresRecords) -> dict[str, IndexState]:
    return {index.encoder: index.state for index in records.indexes.all()}


def read_document(
    records: PostgresRecords, tenant: Tenant, n_pages: int, status: DocumentStatus = DocumentStatus.READY
) -> Document:
    """A document whose pages were all read."""
    document = a_document(tenant, uuid4().bytes).model_copy(update={"status": status, "n_pages": n_pages})
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.add(document, a_job(document))
        for number in range(1, n_pages + 1):
            unit.documents.save_page(a_page(document.id, number))
    return document


def record(records: PostgresRecords, document: Document, numbers: list[int], encoder: str, n_vectors: int = 3) -> None:
    with records.unit_of_work(document.tenant_id) as unit:
        for number in numbers:
            unit.embeddings.record(document.id, number, encoder, n_vectors)


def places(document: Document, *numbers: int) -> list[PagePlace]:
    return [(document.tenant_id, document.id, number) for number in numbers]


# ---------------------------------------------------------------- which there are


def test_an_index_is_entered_once_and_given_back_as_it_was(records: PostgresRecords) -> None:
    assert records.indexes.active() is None
    assert records.indexes.all() == []
    made = records.indexes.register(entry("a", IndexState.ACTIVE))
    assert made.activated_at is not None
    assert (made.golden, made.dimension, made.model, made.created_at) == (b"golden a", 16, "model of a", BEGINNING)
    assert records.indexes.active() == made
    assert records.indexes.register(entry("a", IndexState.BUILDING, day=1)) == made
    assert records.indexes.all() == [made]


def test_the_one_in_use_comes_first_and_then_the_newest(records: PostgresRecords) -> None:
    for encoder, day in (("a", 1), ("b", 3), ("c", 2)):
        records.indexes.register(entry(encoder, day=day))
    records.indexes.activate("a")
    assert [index.encoder for index in records.indexes.all()] == ["a", "b", "c"]


def test_of_processes_that_start_at_once_with_other_encoders_one_wins(records: PostgresRecords) -> None:
    together = Barrier(4)

    def start(encoder: str) -> IndexEntry:
        together.wait()
        return records.indexes.register(entry(encoder, IndexState.ACTIVE))

    with ThreadPoolExecutor(4) as pool:
        entered = list(pool.map(start, ["a", "b", "a", "b"]))
    won = [index for index in records.indexes.all() if index.state is IndexState.ACTIVE]
    assert len(won) == 1
    assert {index.encoder: index.state for index in entered} == states(records)
    assert sorted(states(records).values()) == [IndexState.ACTIVE, IndexState.BUILDING]


def test_the_database_itself_holds_that_one_is_in_use(records: PostgresRecords, engine: Engine) -> None:
    records.indexes.register(entry("a", IndexState.ACTIVE))
    records.indexes.register(entry("b"))
    with pytest.raises(Exception, match="ix_page_index_active"), engine.begin() as connection:
        connection.execute(text("UPDATE page_index SET state = 'active'"))


def test_switching_keeps_the_one_before_to_go_back_to(records: PostgresRecords) -> None:
    records.indexes.register(entry("a", IndexState.ACTIVE))
    for encoder in ("b", "c"):
        records.indexes.register(entry(encoder))
    records.indexes.activate("b")
    assert states(records) == {"a": IndexState.PREVIOUS, "b": IndexState.ACTIVE, "c": IndexState.BUILDING}
    records.indexes.activate("a")  # going back
    assert states(records) == {"a": IndexState.ACTIVE, "b": IndexState.PREVIOUS, "c": IndexState.BUILDING}
    records.indexes.activate("c")
    assert states(records) == {"a": IndexState.PREVIOUS, "b": IndexState.BUILDING, "c": IndexState.ACTIVE}
    since = records.indexes.active()
    records.indexes.activate("c")
    assert records.indexes.active() == since


def test_switches_at_once_leave_one_in_use_and_one_before(records: PostgresRecords) -> None:
    records.indexes.register(entry("a", IndexState.ACTIVE))
    encoders = ["b", "c", "d", "e"]
    for encoder in encoders:
        records.indexes.register(entry(encoder))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(records.indexes.activate, encoders * 5))
    now = sorted(states(records).values())
    assert now == [IndexState.ACTIVE, *[IndexState.BUILDING] * 3, IndexState.PREVIOUS]


def test_what_is_in_use_is_neither_removed_nor_given_another_part(records: PostgresRecords) -> None:
    records.indexes.register(entry("a", IndexState.ACTIVE))
    records.indexes.register(entry("b"))
    with pytest.raises(Conflict, match="switch to another"):
        records.indexes.remove("a")
    with pytest.raises(Conflict, match="switch to another"):
        records.indexes.set_state("a", IndexState.PREVIOUS)
    with pytest.raises(ValueError, match="activate"):
        records.indexes.set_state("b", IndexState.ACTIVE)
    records.indexes.set_state("b", IndexState.PREVIOUS)
    assert states(records) == {"a": IndexState.ACTIVE, "b": IndexState.PREVIOUS}


def test_an_index_that_is_not_on_record_is_said_to_be_missing(records: PostgresRecords) -> None:
    with pytest.raises(IndexMissing, match="docai index build"):
        records.indexes.activate("none")
    with pytest.raises(IndexMissing):
        records.indexes.set_state("none", IndexState.PREVIOUS)
    records.indexes.remove("none")


def test_one_tends_the_indexes_at_a_time_for_longer_than_a_transaction_may_last(
    records: PostgresRecords, engine: Engine
) -> None:
    with records.indexes.tending() as is_mine, records.indexes.tending() as is_also_mine:
        assert (is_mine, is_also_mine) == (True, False)
        with engine.connect() as connection:
            held = "SELECT a.state FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory'"
            assert connection.execute(text(held)).scalars().all() == ["idle"]
    with pytest.raises(KeyError, match="True"), records.indexes.tending() as is_mine:
        raise KeyError(is_mine)
    with records.indexes.tending() as is_mine:
        assert is_mine


def test_records_that_are_away_say_so(short_folder: Any) -> None:
    away = PostgresRecords(make_engine(f"postgresql://nobody@/none?host={short_folder}", pool_size=1))
    with pytest.raises(StoreUnavailable):
        away.indexes.active()
    with pytest.raises(StoreUnavailable), away.indexes.tending():
        pass
    with pytest.raises(StoreUnavailable):
        away.query_requests.ask("a", "text")
    away.close()


# ---------------------------------------------------------------- which page stands in which


def test_what_is_recorded_of_a_document_is_by_encoder_and_the_last_counts(
    records: PostgresRecords, tenant: Tenant
) -> None:
    records.indexes.register(entry("a"))
    records.indexes.register(entry("b"))
    document = read_document(records, tenant, 3)
    record(records, document, [1, 2], "a", 3)
    record(records, document, [2], "a", 5)
    record(records, document, [3], "a", 0)
    record(records, document, [2], "b", 700)
    with records.unit_of_work(tenant.id) as unit:
        assert unit.embeddings.of_document(document.id, "a") == {1: 3, 2: 5, 3: 0}
        assert unit.embeddings.of_document(document.id, "b") == {2: 700}
        unit.embeddings.forget(document.id, [1, 2, 9], "a")
        assert unit.embeddings.of_document(document.id, "a") == {3: 0}
        assert unit.embeddings.of_document(document.id, "b") == {2: 700}


def test_nothing_is_recorded_of_documents_and_indexes_that_are_gone(records: PostgresRecords, tenant: Tenant) -> None:
    records.indexes.register(entry("a"))
    with pytest.raises(DocumentNotFound), records.unit_of_work(tenant.id) as unit:
        unit.embeddings.record(new_document_id(), 1, "a", 3)
    document = read_document(records, tenant, 1)
    record(records, document, [1], "removed")
    records.indexes.register(entry("removed"))
    assert records.indexes.n_embedded("removed") == 0


def test_another_tenant_neither_sees_nor_changes_what_is_recorded(
    records: PostgresRecords, tenant: Tenant, other_tenant: Tenant
) -> None:
    records.indexes.register(entry("a"))
    document = read_document(records, tenant, 1)
    record(records, document, [1], "a")
    with records.unit_of_work(other_tenant.id) as unit:
        assert unit.embeddings.of_document(document.id, "a") == {}
        unit.embeddings.forget(document.id, [1], "a")
    with pytest.raises(DocumentNotFound), records.unit_of_work(other_tenant.id) as unit:
        unit.embeddings.record(document.id, 1, "a", 9)
    with records.unit_of_work(tenant.id) as unit:
        assert unit.embeddings.of_document(document.id, "a") == {1: 3}


def test_pages_that_were_read_and_not_embedded_are_missing_a_part_at_a_time(
    records: PostgresRecords, tenant: Tenant, other_tenant: Tenant
) -> None:
    records.indexes.register(entry("a"))
    records.indexes.register(entry("b"))
    documents = [read_document(records, whose, 4) for whose in (tenant, other_tenant, tenant)]
    record(records, documents[0], [2], "a")
    record(records, documents[1], [1, 3], "a", 0)  # nothing to embed: not missing either
    record(records, documents[1], [4], "b")
    expected = sorted(places(documents[0], 1, 3, 4) + places(documents[1], 2, 4) + places(documents[2], 1, 2, 3, 4))
    assert records.indexes.n_missing("a") == 9
    found: list[PagePlace] = []
    while part := records.indexes.missing("a", limit=2, after=found[-1] if found else None):
        assert len(part) <= 2
        found += part
    assert found == expected
    assert records.indexes.n_embedded("a") == 1
    assert records.indexes.embedded_pages("a", limit=9) == places(documents[0], 2)
    assert records.indexes.n_missing("b") == 11
    assert records.indexes.n_missing("of nobody") == 12


@pytest.mark.parametrize("state", PageState)
def test_only_pages_that_were_read_are_missing(records: PostgresRecords, tenant: Tenant, state: PageState) -> None:
    records.indexes.register(entry("a"))
    document = read_document(records, tenant, 2)
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.save_page(a_page(document.id, 1).model_copy(update={"state": state}))
    is_missing = state in {PageState.PARSED, PageState.DEGRADED}
    assert records.indexes.missing("a", limit=9) == places(document, 1, 2)[0 if is_missing else 1 :]


@pytest.mark.parametrize("status", DocumentStatus)
def test_pages_of_documents_that_are_being_read_are_not_missing_yet(
    records: PostgresRecords, tenant: Tenant, status: DocumentStatus
) -> None:
    records.indexes.register(entry("a"))
    read_document(records, tenant, 1, status)
    assert records.indexes.n_missing("a") == int(status.is_final)


def test_recorded_pages_are_given_in_order_a_part_at_a_time(records: PostgresRecords, tenant: Tenant) -> None:
    records.indexes.register(entry("a"))
    documents = [read_document(records, tenant, 3) for _ in range(3)]
    for document in documents:
        record(records, document, [3, 1, 2], "a")
    found: list[PagePlace] = []
    while part := records.indexes.embedded_pages("a", limit=4, after=found[-1] if found else None):
        found += part
    assert found == sorted(place for document in documents for place in places(document, 1, 2, 3))


def test_pages_are_known_by_their_tenant_document_and_number(
    records: PostgresRecords, tenant: Tenant, other_tenant: Tenant
) -> None:
    document = add_document(records, tenant, n_pages=2)
    asked = [*places(document, 1, 2, 3), (other_tenant.id, document.id, 1), (tenant.id, new_document_id(), 1)]
    assert records.indexes.known(asked) == set(places(document, 1, 2))
    assert records.indexes.known([]) == set()


def test_what_is_recorded_goes_with_the_document(records: PostgresRecords, tenant: Tenant) -> None:
    records.indexes.register(entry("a"))
    document, kept = read_document(records, tenant, 3), read_document(records, tenant, 1)
    record(records, document, [1, 2, 3], "a")
    record(records, kept, [1], "a")
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.delete(document.id)
    assert records.indexes.embedded_pages("a", limit=9) == places(kept, 1)


def test_what_is_recorded_goes_with_the_index(records: PostgresRecords, tenant: Tenant) -> None:
    records.indexes.register(entry("a"))
    records.indexes.register(entry("b"))
    document = read_document(records, tenant, 2)
    record(records, document, [1, 2], "a")
    record(records, document, [1, 2], "b")
    records.indexes.remove("a")
    assert states(records) == {"b": IndexState.BUILDING}
    records.indexes.register(entry("a"))
    assert (records.indexes.n_embedded("a"), records.indexes.n_embedded("b")) == (0, 2)


def test_a_page_that_is_read_again_counts_as_embedded_under_no_encoder(
    records: PostgresRecords, tenant: Tenant
) -> None:
    for encoder in ("a", "b"):
        records.indexes.register(entry(encoder))
    document = read_document(records, tenant, 2)
    for encoder in ("a", "b"):
        record(records, document, [1, 2], encoder)
    with records.unit_of_work(tenant.id) as unit:
        unit.documents.mark_pages(document.id, [2], PageState.QUEUED)
    for encoder in ("a", "b"):
        assert records.indexes.embedded_pages(encoder, limit=9) == places(document, 1)
    assert records.indexes.n_missing("a") == 0  # it is not read


def test_the_end_of_a_page_records_its_vectors_and_with_a_fault_that_it_has_none(
    records: PostgresRecords, tenant: Tenant
) -> None:
    records.indexes.register(entry("a"))
    job = add_work(records, tenant, [NewItem(Stage.EMBED, number) for number in (1, 2)])
    with records.unit_of_work(tenant.id) as unit:
        for number in (1, 2):
            unit.documents.save_page(a_page(job.document_id, number))
            unit.embeddings.record(job.document_id, number, "a", 99)  # of an earlier time
    first, second = claim(records, Capability.EMBED)
    recorder = Recorder(records)
    recorder.embedded(first, {"net": 1}, encoder="a", n_vectors=3, seconds=0.1)
    fault = Fault(code="invalid_embedding", message="not finite")
    recorder.embedded(second, {}, encoder="a", n_vectors=0, seconds=0.1, fault=fault)
    with records.unit_of_work(tenant.id) as unit:
        assert unit.embeddings.of_document(job.document_id, "a") == {1: 3, 2: 0}
        assert unit.documents.page(job.document_id, 2).state is PageState.DEGRADED


# ---------------------------------------------------------------- what was searched for


def test_a_text_is_kept_once_for_each_tenant_newest_first(
    records: PostgresRecords, tenant: Tenant, other_tenant: Tenant
) -> None:
    long = "\x00word " * 900  # longer than an entry of an index, with what the database refuses
    for whose, asked in ((tenant, "one"), (other_tenant, "one"), (tenant, long), (tenant, "one")):
        records.indexes.log_query(whose.id, asked)
    assert records.indexes.logged_queries(9) == [
        LoggedQuery(tenant.id, "one"),
        LoggedQuery(tenant.id, long.replace("\x00", "\ufffd")),
        LoggedQuery(other_tenant.id, "one"),
    ]
    assert len(records.indexes.logged_queries(1)) == 1


def test_old_searches_are_forgotten(records: PostgresRecords, tenant: Tenant, engine: Engine) -> None:
    records.indexes.log_query(tenant.id, "old")
    with engine.begin() as connection:
        connection.execute(text("UPDATE logged_query SET asked_at = asked_at - interval '2 days'"))
    records.indexes.log_query(tenant.id, "new")
    assert records.indexes.forget_queries(86_400) == 1
    assert records.indexes.logged_queries(9) == [LoggedQuery(tenant.id, "new")]
    assert records.indexes.forget_queries(0) == 1
