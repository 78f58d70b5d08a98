"""Many documents at once: each is taken in or refused for itself."""

from __future__ import annotations

import os
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from docai.errors import StoreUnavailable
from tests.integration.api.conftest import MAX_BATCH_FILES, MAX_BYTES, Service


def pdf(n: int) -> bytes:
    return b"%%PDF-1.7 number %d" % n


def send(client: TestClient, contents: list[bytes], **options: str):  # noqa: ANN201
    files = [("files", (f"{n}.pdf", content)) for n, content in enumerate(contents)]
    return client.post("/v1/documents:batch", files=files, params=options)


def test_one_broken_file_keeps_none_of_the_others_out(client: TestClient) -> None:
    contents = [pdf(n) for n in range(40)]
    contents[17] = b"broken"
    contents[23] = b""
    contents[29] = b"%PDF-" + b"x" * MAX_BYTES
    contents[31] = pdf(0)
    response = send(client, contents, name="spring", priority="low")
    assert response.status_code == 202
    batch = response.json()
    assert response.headers["location"] == f"/v1/batches/{batch['id']}"
    assert (batch["name"], batch["n_entries"], batch["n_refused"], batch["is_final"]) == ("spring", 40, 3, False)
    # The 31st is the first one again: both stand before the same job.
    assert batch["n_by_state"] == {"queued": 37}
    assert [entry["position"] for entry in batch["data"]] == list(range(40))
    assert [entry["name"] for entry in batch["data"]] == [f"{n}.pdf" for n in range(40)]
    refused = client.get(response.headers["location"], params={"refused": True}).json()["data"]
    told = {entry["position"]: entry["fault"]["code"] for entry in refused}
    assert told == {17: "unsupported_format", 23: "empty_file", 29: "document_too_large"}
    assert all(entry["document_id"] is None for entry in refused)
    twin = batch["data"][31]
    assert twin["deduplicated"]
    assert twin["job_id"] == batch["data"][0]["job_id"]
    job = client.get(f"/v1/jobs/{batch['data'][0]['job_id']}").json()
    assert (job["batch_id"], job["priority"]) == (batch["id"], "low")
    documents = client.get("/v1/documents", params={"limit": 200}).json()["data"]
    assert len(documents) == 36


def test_its_files_are_read_page_by_page(client: TestClient) -> None:
    url = send(client, [pdf(n) for n in range(7)]).headers["location"]
    seen, cursor = [], None
    while True:
        params = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        part = client.get(url, params=params).json()
        seen += [entry["position"] for entry in part["data"]]
        cursor = part["next_cursor"]
        assert part["has_more"] is (cursor is not None)
        if cursor is None:
            break
    assert seen == list(range(7))
    assert client.get(url, params={"cursor": "bm9uZQ=="}).status_code == 422


def test_cancelling_leaves_alone_what_was_here_before(client: TestClient) -> None:
    before = client.post("/v1/documents", files={"file": ("a.pdf", pdf(0))}).json()["job"]
    batch = send(client, [pdf(n) for n in range(4)]).json()
    for _ in range(2):
        cancelled = client.post(f"/v1/batches/{batch['id']}:cancel")
        assert cancelled.status_code == 200
        assert cancelled.json()["n_by_state"] == {"cancelled": 3, "queued": 1}
    assert client.get(f"/v1/jobs/{before['id']}").json()["state"] == "queued"


def test_a_batch_is_its_tenants_alone(client: TestClient, stranger: TestClient) -> None:
    batch = send(client, [pdf(0)]).json()
    for response in (
        stranger.get(f"/v1/batches/{batch['id']}"),
        stranger.post(f"/v1/batches/{batch['id']}:cancel"),
        client.get(f"/v1/batches/{uuid4()}"),
    ):
        assert response.status_code == 404
        assert response.json()["code"] == "batch_not_found"


def test_more_files_than_a_batch_may_have_are_refused(client: TestClient) -> None:
    response = send(client, [pdf(n) for n in range(MAX_BATCH_FILES + 1)])
    assert response.status_code == 413
    assert response.json()["code"] == "too_many_files"
    again = send(client, [pdf(n) for n in range(MAX_BATCH_FILES)])
    assert again.status_code == 202
    assert all(entry["deduplicated"] for entry in again.json()["data"])


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"", "multipart/form-data; boundary=X", "upload_incomplete"),
        (b"--X--\r\n", "multipart/form-data; boundary=X", "invalid_request"),
        (b"nonsense", "multipart/form-data; boundary=X", "invalid_request"),
        (b"--X\r\n", "multipart/form-data", "invalid_request"),
        (b"{}", "application/json", "invalid_request"),
        (
            b'--X\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n%PDF-1',
            "multipart/form-data; boundary=X",
            "upload_incomplete",
        ),
        (
            b'--X\r\nContent-Disposition: form-data; name="password"\r\n\r\n' + b"x" * 5000 + b"\r\n--X--\r\n",
            "multipart/form-data; boundary=X",
            "invalid_request",
        ),
    ],
)
def test_what_is_no_form_of_files_is_refused(client: TestClient, body: bytes, kind: str, code: str) -> None:
    response = client.post("/v1/documents:batch", content=body, headers={"Content-Type": kind})
    assert response.json()["code"] == code
    assert response.status_code in {400, 422}


def test_files_of_any_size_come_through_whole(client: TestClient, service: Service) -> None:
    sizes = [5, 1000, 65_535, 65_536, 1_048_575, 1_048_577, 1_500_000]
    contents = [b"%PDF-" + os.urandom(size) for size in sizes]
    batch = send(client, contents).json()
    for content, entry in zip(contents, batch["data"], strict=True):
        document = client.get(f"/v1/documents/{entry['document_id']}").json()
        assert document["n_bytes"] == len(content)
        assert service.parts.blobs.get(document["sha256"]) == content


def test_a_store_that_fails_is_not_told_as_the_files_fault(
    client: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = service.parts.blobs.put_stream

    def failing(*args: object) -> object:
        raise StoreUnavailable("gone")

    with monkeypatch.context() as patched:
        patched.setattr(service.parts.blobs, "put_stream", failing)
        response = send(client, [pdf(1), pdf(2)])
    assert response.status_code == 503
    assert put == service.parts.blobs.put_stream
    assert send(client, [pdf(1), pdf(2)]).json()["n_by_state"] == {"queued": 2}
