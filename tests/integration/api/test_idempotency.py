"""A POST with an Idempotency-Key is answered once, whatever is sent again."""

from __future__ import annotations

import threading
import time
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from docai.domain.requests import ClaimState, KeptAnswer
from docai.stores.postgres.unit_of_work import PostgresRecords
from tests.integration.api.conftest import MAX_BYTES, Service

PDF = b"%PDF-1.7 not much of one, but taken in"


def upload(client: TestClient, key: str | None, content: bytes = PDF, **options: str):  # noqa: ANN201
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post("/v1/documents", files={"file": ("a.pdf", content)}, headers=headers, params=options)


def test_the_same_request_gets_the_same_answer_again(client: TestClient) -> None:
    first = upload(client, '"one"')
    assert first.status_code == 202
    assert "idempotent-replayed" not in first.headers
    again = upload(client, '"one"')  # the form's boundary is another one, the request is the same
    assert (again.status_code, again.content) == (202, first.content)
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["operation-location"] == first.headers["operation-location"]
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert first.json()["deduplicated"] is again.json()["deduplicated"] is False
    bare = upload(client, "one")
    assert bare.headers["idempotent-replayed"] == "true"


def test_without_a_key_nothing_is_replayed(client: TestClient) -> None:
    upload(client, None)
    again = upload(client, None)
    assert again.json()["deduplicated"] is True
    assert "idempotent-replayed" not in again.headers


@pytest.mark.parametrize(
    "key", ['""', "", '"open', 'a"b', "two words", "a,b", '"a";x=1', "x" * 256, '"é"', '"tab\tbed"']
)
def test_a_key_that_is_none_is_malformed(client: TestClient, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")}
    response = client.post("/v1/documents", content=PDF, headers=headers)  # type: ignore[arg-type]
    assert response.status_code == 400
    assert response.json()["code"] == "idempotency_key_malformed"
    assert client.get("/v1/documents").json()["data"] == []


def test_two_keys_are_none(client: TestClient) -> None:
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    assert client.post("/v1/documents", content=PDF, headers=headers).status_code == 400


def test_a_key_of_another_request_is_refused(client: TestClient) -> None:
    assert upload(client, "k").status_code == 202
    for other in (
        upload(client, "k", b"%PDF-1.7 other bytes"),
        upload(client, "k", priority="high"),
        client.post("/v1/documents", content=PDF, headers={"Idempotency-Key": "k"}),
        client.post("/v1/search", json={"query": "x"}, headers={"Idempotency-Key": "k"}),
    ):
        assert other.status_code == 422
        assert other.json()["code"] == "idempotency_key_reused"
    assert len(client.get("/v1/documents").json()["data"]) == 1


def test_a_key_belongs_to_its_tenant(client: TestClient, stranger: TestClient) -> None:
    mine = upload(client, "k")
    theirs = upload(stranger, "k", b"%PDF-1.7 theirs")
    assert theirs.status_code == 202
    assert "idempotent-replayed" not in theirs.headers
    assert theirs.json()["document"]["id"] != mine.json()["document"]["id"]


def test_an_answer_of_4xx_is_repeated_too(client: TestClient) -> None:
    first = upload(client, "k", b"no document at all")
    assert first.status_code == 415
    again = upload(client, "k", b"no document at all")
    assert again.headers["idempotent-replayed"] == "true"
    assert again.content == first.content
    assert again.headers["content-type"] == "application/problem+json"


def test_a_secret_is_shown_again_to_the_same_request_and_rests_sealed(
    client: TestClient, records: PostgresRecords, service: Service
) -> None:
    def make():  # noqa: ANN202
        wanted = {"url": "http://127.0.0.1:9/hook"}
        return client.post("/v1/webhooks", json=wanted, headers={"Idempotency-Key": "hook"})

    first, again = make(), make()
    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    assert len(client.get("/v1/webhooks").json()["data"]) == 1
    kept = records.keys.claim(service.tenant.id, "hook", uuid4(), busy_s=1).answer
    assert kept is not None
    assert first.json()["secret"].encode() not in kept.body


def test_a_fault_of_ours_is_not_repeated(client: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(service.parts.blobs, "put_stream", broken)
        assert upload(client, "k").status_code == 500
    healed = upload(client, "k")
    assert healed.status_code == 202
    assert "idempotent-replayed" not in healed.headers


def test_while_it_is_answered_another_one_is_told_to_wait(
    client: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, go_on = threading.Event(), threading.Event()
    submit = service.system.submit

    def slow(*args: object, **options: object) -> object:
        entered.set()
        assert go_on.wait(20)
        return submit(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(service.system, "submit", slow)
    answers = []
    thread = threading.Thread(target=lambda: answers.append(upload(client, "k")))
    thread.start()
    assert entered.wait(20)
    busy = upload(client, "k")
    assert busy.status_code == 409
    assert busy.json()["code"] == "request_in_progress"
    assert "retry-after" in busy.headers
    go_on.set()
    thread.join()
    assert answers[0].status_code == 202
    assert upload(client, "k").headers["idempotent-replayed"] == "true"


def test_an_answer_too_long_to_keep_is_sent_and_asked_anew(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docai.api.fingerprints.KEPT_BYTES", 50)
    first = upload(client, "k")
    assert first.status_code == 202
    again = upload(client, "k")
    assert again.json()["deduplicated"] is True
    assert "idempotent-replayed" not in again.headers


def test_a_body_over_the_limit_is_refused_again_as_before(client: TestClient) -> None:
    def parts():  # noqa: ANN202
        yield b"%PDF-"
        for _ in range(3):
            yield b"x" * MAX_BYTES

    for _ in range(2):
        response = client.post("/v1/documents", content=parts(), headers={"Idempotency-Key": "big"})
        assert response.status_code == 413
        assert "idempotent-replayed" not in response.headers


def test_an_answer_that_names_a_deleted_document_is_forgotten_with_it(client: TestClient) -> None:
    def upload(n: int) -> Response:
        files = {"file": (f"secret name {n}.pdf", b"%%PDF-1.7 number %d" % n)}
        return client.post("/v1/documents", files=files, headers={"Idempotency-Key": f"k{n}"})

    gone, kept = upload(1).json()["document"], upload(2).json()["document"]
    assert client.delete(f"/v1/documents/{gone['id']}").status_code == 202
    anew, again = upload(1), upload(2)
    assert "idempotent-replayed" not in anew.headers
    assert anew.json()["document"]["id"] != gone["id"]
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json()["document"] == kept


def test_whoever_died_is_replaced_and_cannot_come_back(records: PostgresRecords, service: Service) -> None:
    tenant, keys = service.tenant.id, records.keys
    dead, next_one = uuid4(), uuid4()
    assert keys.claim(tenant, "k", dead, busy_s=0.05).state is ClaimState.MINE
    assert keys.claim(tenant, "k", next_one, busy_s=30).state is ClaimState.BUSY
    time.sleep(0.1)
    assert keys.claim(tenant, "k", next_one, busy_s=30).state is ClaimState.MINE
    keys.renew(tenant, "k", dead, busy_s=0)
    keys.keep(tenant, "k", dead, KeptAnswer("late", 500, {}, b""))
    keys.release(tenant, "k", dead)
    assert keys.claim(tenant, "k", uuid4(), busy_s=30).state is ClaimState.BUSY
    answer = KeptAnswer("print", 202, {"location": "/x"}, b"\x00body")
    keys.keep(tenant, "k", next_one, answer)
    assert keys.claim(tenant, "k", uuid4(), busy_s=30).answer == answer


def test_a_request_that_lives_keeps_its_key(records: PostgresRecords, service: Service) -> None:
    tenant, keys = service.tenant.id, records.keys
    living = uuid4()
    keys.claim(tenant, "k", living, busy_s=0.05)
    keys.renew(tenant, "k", living, busy_s=30)
    time.sleep(0.1)
    assert keys.claim(tenant, "k", uuid4(), busy_s=30).state is ClaimState.BUSY


def test_old_keys_are_forgotten_unless_they_are_being_answered(records: PostgresRecords, service: Service) -> None:
    tenant, keys = service.tenant.id, records.keys
    done, busy = uuid4(), uuid4()
    keys.claim(tenant, "done", done, busy_s=30)
    keys.keep(tenant, "done", done, KeptAnswer("print", 202, {}, b""))
    keys.claim(tenant, "busy", busy, busy_s=30)
    assert keys.forget(60) == 0
    time.sleep(0.02)
    assert keys.forget(0.01) == 1
    assert keys.claim(tenant, "done", uuid4(), busy_s=30).state is ClaimState.MINE
    assert keys.claim(tenant, "busy", uuid4(), busy_s=30).state is ClaimState.BUSY


def test_a_slow_request_keeps_its_key_as_long_as_it_lives(
    client: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes five times as long as a request that says nothing is believed to live."""
    monkeypatch.setattr("docai.api.idempotency.Idempotency.__init__.__defaults__", (0.3,))
    service.app.middleware_stack = None  # type: ignore[attr-defined] - built anew with the next request
    entered, go_on = threading.Event(), threading.Event()
    submit = service.system.submit

    def slow(*args: object, **options: object) -> object:
        entered.set()
        assert go_on.wait(20)
        return submit(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(service.system, "submit", slow)
    answers = []
    thread = threading.Thread(target=lambda: answers.append(upload(client, "k")))
    thread.start()
    assert entered.wait(20)
    time.sleep(1.5)
    assert upload(client, "k").status_code == 409
    go_on.set()
    thread.join()
    assert answers[0].status_code == 202
