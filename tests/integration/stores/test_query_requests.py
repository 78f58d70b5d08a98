"""Queries that one process asks and another one, which has the encoder, embeds: answers, faults, deaths, timeouts."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from sqlalchemy import Engine, text

from docai.domain.embeddings import QueryEmbedding
from docai.domain.indexes import IndexEntry, IndexState, QueryReply
from docai.engines.embedder.ngram import NgramEmbedder
from docai.engines.embedder.queued import QueuedEmbedder
from docai.errors import EngineUnavailable, IndexMissing, InvalidQuestion, StoreUnavailable
from docai.pipeline import answer_queries
from docai.pipeline.answer_queries import QueryAnswerer
from docai.stores.postgres.embedded import EmbeddedPostgres
from docai.stores.postgres.engine import make_engine
from docai.stores.postgres.schema import upgrade
from docai.stores.postgres.unit_of_work import PostgresRecords

ENCODER = NgramEmbedder(dimension=64)
OTHER = NgramEmbedder(dimension=32)
NONE = np.zeros((0, 0), dtype=np.float32)


class Moody(NgramEmbedder):
    """An encoder that does not take every query."""

    def embed_query(self, text: str, weights: Mapping[str, float]) -> QueryEmbedding | None:
        if text == "too long":
            raise InvalidQuestion("The query has more tokens than the encoder takes.")
        if text == "out of memory":
            raise EngineUnavailable("The device has no memory left.")
        if text == "a fault of ours":
            raise ZeroDivisionError
        return super().embed_query(text, weights)


def register(records: PostgresRecords, encoder: NgramEmbedder, state: IndexState = IndexState.ACTIVE) -> None:
    now = datetime.now(UTC)
    records.indexes.register(IndexEntry(encoder.fingerprint, encoder.dimension, "a model", state, b"", now))


def asker(records: PostgresRecords, *, timeout_s: float = 10.0) -> QueuedEmbedder:
    return QueuedEmbedder(records.indexes, records.query_requests, timeout_s=timeout_s)


def waiting(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM query_request")).scalar_one())


# ---------------------------------------------------------------- the rows


def test_a_query_is_taken_once_answered_once_and_collected_once(records: PostgresRecords, engine: Engine) -> None:
    requests = records.query_requests
    request_id = requests.ask("a", "net\x00sales")
    assert requests.collect(request_id) is None
    assert requests.take("b", limit=8, lease_s=60) == []
    (taken,) = requests.take("a", limit=8, lease_s=60)
    assert (taken.id, taken.encoder, taken.text) == (request_id, "a", "net\ufffdsales")
    assert requests.take("a", limit=8, lease_s=60) == []
    vectors = np.random.default_rng(0).standard_normal((3, 5)).astype(np.float32)
    requests.reply(request_id, QueryReply(vectors, ("net", "\x00", "sales")))
    requests.reply(request_id, QueryReply(NONE, fault_code="late", fault_message="by another worker"))
    assert requests.take("a", limit=8, lease_s=60) == []
    reply = requests.collect(request_id)
    assert reply is not None
    assert reply.vectors.dtype == np.float32
    assert np.array_equal(reply.vectors, vectors)
    assert (reply.tokens, reply.fault_code, reply.fault_message) == (("net", "\ufffd", "sales"), None, None)
    assert requests.collect(request_id) is None
    assert waiting(engine) == 0


def test_the_oldest_queries_are_taken_first_and_no_more_than_asked(records: PostgresRecords) -> None:
    requests = records.query_requests
    asked = [requests.ask("a", str(n)) for n in range(5)]
    assert [request.id for request in requests.take("a", limit=3, lease_s=60)] == asked[:3]
    assert [request.id for request in requests.take("a", limit=3, lease_s=60)] == asked[3:]


def test_workers_that_come_at_once_share_the_queries(records: PostgresRecords) -> None:
    asked = {records.query_requests.ask("a", str(n)) for n in range(40)}
    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(lambda _: records.query_requests.take("a", limit=3, lease_s=60), range(20)))
    taken = [request.id for part in parts for request in part]
    assert len(taken) == len(asked)
    assert set(taken) == asked


def test_a_query_whose_worker_died_is_taken_again_after_its_lease(records: PostgresRecords) -> None:
    request_id = records.query_requests.ask("a", "text")
    assert len(records.query_requests.take("a", limit=1, lease_s=0.2)) == 1
    assert records.query_requests.take("a", limit=1, lease_s=0.2) == []
    time.sleep(0.25)
    assert [request.id for request in records.query_requests.take("a", limit=1, lease_s=0.2)] == [request_id]


def test_a_fault_and_a_query_without_anything_to_look_for_are_answers(records: PostgresRecords) -> None:
    requests = records.query_requests
    for reply in (QueryReply(NONE, (), "invalid_question", "too long"), QueryReply(NONE)):
        request_id = requests.ask("a", "text")
        requests.reply(request_id, reply)
        found = requests.collect(request_id)
        assert found is not None
        assert found.vectors.size == 0
        assert (found.tokens, found.fault_code, found.fault_message) == ((), reply.fault_code, reply.fault_message)


def test_queries_that_nobody_waits_for_are_forgotten(records: PostgresRecords, engine: Engine) -> None:
    requests = records.query_requests
    withdrawn, old, answered, young = [requests.ask("a", str(n)) for n in range(4)]
    requests.withdraw(withdrawn)
    requests.reply(withdrawn, QueryReply(NONE))  # harmless
    requests.reply(answered, QueryReply(NONE))
    with engine.begin() as connection:
        aged = "UPDATE query_request SET created_at = created_at - interval '1 hour' WHERE id = ANY(:ids)"
        connection.execute(text(aged), {"ids": [old, answered]})
    assert requests.forget(600) == 2
    assert [request.id for request in requests.take("a", limit=9, lease_s=1)] == [young]


def test_queries_are_kept_out_of_the_log_of_the_database(engine: Engine) -> None:
    with engine.connect() as connection:
        kind = connection.execute(text("SELECT relpersistence FROM pg_class WHERE relname = 'query_request'"))
        assert kind.scalar_one() == "u"


# ---------------------------------------------------------------- two processes


def test_a_query_is_embedded_by_a_process_that_has_the_encoder(records: PostgresRecords, engine: Engine) -> None:
    register(records, ENCODER)
    with QueryAnswerer(records.query_requests, ENCODER), QueryAnswerer(records.query_requests, OTHER):
        found = asker(records).embed_query("net sales of Sweden", {"net": 3.0})
        nothing = asker(records).embed_query("the of and", {})
    expected = ENCODER.embed_query("net sales of Sweden", {})
    assert found is not None
    assert expected is not None
    assert np.array_equal(found.vectors, expected.vectors)
    assert (found.tokens, found.encoder) == (expected.tokens, ENCODER.fingerprint)
    assert nothing is None
    assert waiting(engine) == 0


def test_many_ask_at_once_and_each_gets_its_own_answer(records: PostgresRecords) -> None:
    register(records, ENCODER)
    texts = [f"word{n} sales" for n in range(24)]
    embedder = asker(records)
    with (
        QueryAnswerer(records.query_requests, ENCODER),
        QueryAnswerer(records.query_requests, ENCODER),
        ThreadPoolExecutor(6) as pool,
    ):
        found = list(pool.map(lambda asked: embedder.embed_query(asked, {}), texts))
    for asked, query in zip(texts, found, strict=True):
        expected = ENCODER.embed_query(asked, {})
        assert query is not None
        assert expected is not None
        assert np.array_equal(query.vectors, expected.vectors)


def test_what_a_query_causes_reaches_whoever_asked_and_ends_nothing(records: PostgresRecords) -> None:
    moody = Moody(dimension=64)
    register(records, moody)
    embedder = asker(records)
    with QueryAnswerer(records.query_requests, moody):
        with pytest.raises(InvalidQuestion, match="more tokens"):
            embedder.embed_query("too long", {})
        with pytest.raises(EngineUnavailable, match="no memory left"):
            embedder.embed_query("out of memory", {})
        with pytest.raises(EngineUnavailable, match="worker's log"):
            embedder.embed_query("a fault of ours", {})
        assert embedder.embed_query("net sales", {}) is not None


def test_without_a_worker_a_query_is_given_up_and_withdrawn(records: PostgresRecords, engine: Engine) -> None:
    register(records, ENCODER)
    begun = time.monotonic()
    with (
        QueryAnswerer(records.query_requests, OTHER),
        pytest.raises(EngineUnavailable, match=r"within 0\.3 s.*'a model'.*docai admin workers"),
    ):
        asker(records, timeout_s=0.3).embed_query("net sales", {})
    assert 0.3 <= time.monotonic() - begun < 3
    assert waiting(engine) == 0


def test_a_query_that_a_worker_took_along_when_it_died_is_answered_by_the_next_one(
    records: PostgresRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_queries, "_LEASE_S", 0.3)
    register(records, ENCODER)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(asker(records).embed_query, "net sales", {})
        taken = ()
        while not taken:
            taken = tuple(records.query_requests.take(ENCODER.fingerprint, limit=8, lease_s=0.3))
        assert not asked.done()
        with QueryAnswerer(records.query_requests, ENCODER):
            assert asked.result(10) is not None


def test_leaving_ends_the_thread_and_leaves_the_rest_to_others(records: PostgresRecords) -> None:
    entered, go_on = threading.Event(), threading.Event()

    class Slow(NgramEmbedder):
        def embed_query(self, text: str, weights: Mapping[str, float]) -> QueryEmbedding | None:
            entered.set()
            assert go_on.wait(10)
            return super().embed_query(text, weights)

    slow = Slow(dimension=64)
    first, second = [records.query_requests.ask(slow.fingerprint, str(n)) for n in range(2)]
    with QueryAnswerer(records.query_requests, slow) as answerer:
        assert entered.wait(10)
        answerer._ending.set()
        go_on.set()
    assert not answerer._thread.is_alive()
    assert records.query_requests.collect(first) is not None
    assert records.query_requests.collect(second) is None


def test_a_switch_is_followed_after_a_while(records: PostgresRecords) -> None:
    now = [0.0]
    embedder = QueuedEmbedder(records.indexes, records.query_requests, timeout_s=1, clock=lambda: now[0])
    with pytest.raises(IndexMissing, match="add a document"):
        _ = embedder.fingerprint
    register(records, ENCODER)
    assert (embedder.fingerprint, embedder.dimension) == (ENCODER.fingerprint, 64)
    register(records, OTHER, IndexState.BUILDING)
    records.indexes.activate(OTHER.fingerprint)
    now[0] = 1.9
    assert embedder.fingerprint == ENCODER.fingerprint
    now[0] = 2.0
    assert (embedder.fingerprint, embedder.dimension) == (OTHER.fingerprint, 32)


def test_pages_are_not_embedded_by_a_process_without_a_model(records: PostgresRecords) -> None:
    with pytest.raises(EngineUnavailable, match="no model"):
        asker(records).embed_pages([])
    assert asker(records).sees_images


def test_a_database_that_goes_away_and_comes_back_ends_no_answering(
    short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_queries, "_AWAY_WAIT_S", 0.1)
    server = EmbeddedPostgres(short_folder / "postgres")
    server.start()
    records = PostgresRecords(make_engine(server.url, pool_size=4))
    upgrade(records._engine)
    register(records, ENCODER)
    embedder = asker(records)
    with QueryAnswerer(records.query_requests, ENCODER):
        assert embedder.embed_query("net sales", {}) is not None
        lost = records.query_requests.ask("of nobody", str(uuid4()))
        os.kill(int((short_folder / "postgres/data/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        time.sleep(0.3)
        with pytest.raises(StoreUnavailable):
            embedder.embed_query("net sales", {})
        server.start()
        assert embedder.embed_query("net sales", {}) is not None
    # An unlogged table is emptied by a crash.
    assert records.query_requests.take("of nobody", limit=1, lease_s=1) == []
    assert records.query_requests.collect(lost) is None
    records.close()
    server.stop()
