"""Webhooks by REST: made, tried, told of a document's end, changed, repeated, deleted; another tenant sees nothing."""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from standardwebhooks import Webhook

from docai.assembly.parts import Assembled
from docai.domain.access import Tenant
from docai.domain.ids import TenantId
from docai.stores.postgres.access import new_key
from tests.integration.webhooks.receiver import Receiver, receiver


def eventually(truth: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not truth():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def make(client: TestClient, there: Receiver, **fields: Any) -> dict[str, Any]:
    response = client.post("/v1/webhooks", json={"url": there.url, **fields})
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    assert response.headers["location"] == f"/v1/webhooks/{made['id']}"
    assert response.headers["cache-control"] == "no-store"
    return made


def test_a_documents_end_is_told(client: TestClient, send: Callable[..., Any]) -> None:
    with receiver() as there:
        made = make(client, there, kinds=["job.finished"])
        document = send(b"%PDF-1.7 not one", name=f"{uuid4()}.pdf").json()["document"]
        eventually(lambda: bool(there.received))
        got = there.received[0]
        told = Webhook(made["secret"]).verify(got.body, dict(got.headers))
        assert (told["type"], told["data"]["document_id"]) == ("job.finished", document["id"])
        path = f"/v1/webhooks/{made['id']}"
        eventually(lambda: client.get(f"{path}/deliveries").json()["data"][0]["state"] == "delivered")
        (delivery,) = client.get(f"{path}/deliveries").json()["data"]
        assert (delivery["id"], delivery["kind"], delivery["attempts"], delivery["last_status"]) == (
            got.headers["webhook-id"],
            "job.finished",
            1,
            204,
        )
        again = client.post(f"{path}/deliveries/{delivery['id']}:redeliver")
        assert (again.status_code, again.json()["state"]) == (202, "pending")
        eventually(lambda: len(there.received) == 2)
        assert len(set(there.ids)) == 1
        assert client.delete(path).status_code == 204


def test_a_webhook_is_tried_changed_and_deleted(client: TestClient) -> None:
    with receiver() as there:
        made = make(client, there, kinds=["document.deleted"])
        path = f"/v1/webhooks/{made['id']}"
        shown = client.get(path).json()
        assert shown == {key: value for key, value in made.items() if key != "secret"}
        assert shown in client.get("/v1/webhooks").json()["data"]
        assert made["secret"] not in client.get("/v1/webhooks").text
        rotated = client.post(f"{path}:rotate-secret").json()
        assert rotated["secret"] != made["secret"]
        tried = client.post(f"{path}:test")
        assert (tried.status_code, tried.json()["kind"], tried.json()["webhook_id"]) == (202, "ping", made["id"])
        eventually(lambda: bool(there.received))
        for secret in (made["secret"], rotated["secret"]):
            assert Webhook(secret).verify(there.received[0].body, dict(there.received[0].headers))["type"] == "ping"
        assert client.delete(path).status_code == 204
        for response in (client.get(path), client.delete(path), client.post(f"{path}:test")):
            assert (response.status_code, response.json()["code"]) == (404, "webhook_not_found")


def test_a_receiver_that_is_gone_is_said_to_be_and_can_be_enabled(client: TestClient) -> None:
    with receiver(lambda number: (410, {})) as there:
        path = f"/v1/webhooks/{make(client, there)['id']}"
        client.post(f"{path}:test")
        eventually(lambda: not client.get(path).json()["is_enabled"])
        assert client.get(path).json()["disabled_reason"] == "gone"
        refused = client.post(f"{path}:test")
        assert (refused.status_code, refused.json()["code"]) == (409, "webhook_disabled")
        assert client.post(f"{path}:enable").json()["is_enabled"]
        client.delete(path)


def test_deliveries_are_read_to_their_end_by_cursor(client: TestClient) -> None:
    with receiver() as there:
        path = f"/v1/webhooks/{make(client, there)['id']}"
        tried = [client.post(f"{path}:test").json()["id"] for _ in range(5)]
        seen, cursor = [], ""
        while cursor is not None:
            part = client.get(f"{path}/deliveries?limit=2{cursor and '&cursor=' + cursor}").json()
            seen += [delivery["id"] for delivery in part["data"]]
            cursor = part["next_cursor"]
            assert part["has_more"] is (cursor is not None)
        assert seen == tried[::-1]
        for bad in ("LTE=", "OTk5OTk5OTk5OTk5OTk5OTk5OTk=", "YWJj"):
            refused = client.get(f"{path}/deliveries?cursor={bad}")
            assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")
        client.delete(path)


@pytest.mark.parametrize(
    "url", ["https://169.254.169.254/latest/", "http://example.com/", "https://user:pw@example.com/", "https://[::1]/"]
)
def test_a_url_that_leads_inside_is_refused(client: TestClient, url: str) -> None:
    refused = client.post("/v1/webhooks", json={"url": url})
    assert (refused.status_code, refused.json()["code"]) == (422, "webhook_url_refused")


@pytest.mark.parametrize("body", [{}, {"url": ""}, {"url": "https://a.example/", "kinds": ["page.finished"]}, {"x": 1}])
def test_a_malformed_wish_is_refused(client: TestClient, body: dict[str, Any]) -> None:
    refused = client.post("/v1/webhooks", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")


def test_another_tenant_sees_and_does_nothing(client: TestClient, local: Assembled) -> None:
    other = Tenant(id=TenantId(uuid4()), name="another")
    text, key = new_key(other)
    local.records.add_key(other, key)
    with receiver() as there:
        path = f"/v1/webhooks/{make(client, there)['id']}"
        tried = client.post(f"{path}:test").json()["id"]
        as_other = {"Authorization": f"Bearer {text}"}
        assert client.get("/v1/webhooks", headers=as_other).json() == {"data": []}
        for method, tail in [
            ("GET", ""),
            ("DELETE", ""),
            ("POST", ":test"),
            ("POST", ":enable"),
            ("POST", ":rotate-secret"),
            ("GET", "/deliveries"),
            ("POST", f"/deliveries/{tried}:redeliver"),
        ]:
            response = client.request(method, path + tail, headers=as_other)
            assert (response.status_code, response.json()["code"]) == (404, "webhook_not_found")
        assert client.get(path).status_code == 200
        client.delete(path)
