"""Jobs over REST: listed, cancelled, retried, followed; and refused where there are too many."""

from __future__ import annotations

import json
import threading
import time
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from docai.api.app import create_app
from docai.api.dependencies import ApiLimits
from docai.domain.documents import DocumentFacts, Page, PageState
from docai.domain.ids import WorkerId
from docai.domain.work import Capability
from docai.jobs.admission import Admission
from docai.pipeline.record import Recorder
from docai.stores.postgres.unit_of_work import PostgresRecords
from tests.integration.api.conftest import Service


def pdf(n: int) -> bytes:
    return b"%%PDF-1.7 number %d" % n


def upload(client: TestClient, n: int = 0, **options: str):  # noqa: ANN201
    return client.post("/v1/documents", files={"file": (f"{n}.pdf", pdf(n))}, params=options)


def read_pages(records: PostgresRecords, n_pages: int, n_read: int, pause_s: float = 0.0) -> None:
    """Open the document that waits, and read so many of its pages."""
    recorder, worker = Recorder(records), WorkerId(uuid4())
    (lease,) = records.queue.claim(Capability.RASTER, worker, lease_s=30)
    recorder.opened(lease, DocumentFacts(n_pages=n_pages), seconds=0.1)
    leases = records.queue.claim(Capability.RASTER, worker, lease_s=30)
    for lease in leases[:n_read]:
        time.sleep(pause_s)
        page = Page(document_id=lease.item.document_id, number=lease.item.page_number, state=PageState.PARSED)
        recorder.page(lease, page, seconds=0.1)


def events_of(text: str) -> list[dict[str, object]]:
    """The frames of a stream of server-sent events."""
    frames = [dict(line.split(": ", 1) for line in frame.splitlines()) for frame in text.split("\n\n") if frame]
    return [frame for frame in frames if "data" in frame]


def test_an_upload_may_say_how_urgent_it_is(client: TestClient) -> None:
    assert upload(client, 1, priority="high").json()["job"]["priority"] == "high"
    assert upload(client, 2).json()["job"]["priority"] == "normal"
    assert upload(client, 3, priority="now").status_code == 422


def test_jobs_are_listed_by_state(client: TestClient, stranger: TestClient) -> None:
    made = [upload(client, n).json()["job"]["id"] for n in range(5)]
    client.post(f"/v1/jobs/{made[2]}:cancel")
    first = client.get("/v1/jobs", params={"limit": 3}).json()
    rest = client.get("/v1/jobs", params={"limit": 3, "cursor": first["next_cursor"]}).json()
    assert [job["id"] for job in first["data"] + rest["data"]] == made[::-1]
    assert rest["next_cursor"] is None
    cancelled = client.get("/v1/jobs", params={"state": ["cancelled", "failed"]}).json()["data"]
    assert [job["id"] for job in cancelled] == [made[2]]
    assert stranger.get("/v1/jobs").json()["data"] == []
    assert client.get("/v1/jobs", params={"state": "lost"}).status_code == 422
    assert client.get("/v1/jobs", params={"cursor": "bm9uZQ=="}).status_code == 422


def test_a_job_is_cancelled_once_and_then_retried(client: TestClient, records: PostgresRecords) -> None:
    job = upload(client).json()["job"]
    read_pages(records, 4, 1)
    running = client.get(f"/v1/jobs/{job['id']}").json()
    assert (running["state"], running["progress"]["pages_done"]) == ("running", 1)
    assert running["stages"] == [{"stage": "read", "n_waiting": 0, "n_running": 3}]
    assert running["seconds_left"] > 0
    assert client.post(f"/v1/jobs/{job['id']}:retry").json()["code"] == "job_unfinished"
    for _ in range(2):
        cancelled = client.post(f"/v1/jobs/{job['id']}:cancel")
        assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert cancelled.json()["fault"]["code"] == "job_cancelled"
    page = client.get(f"/v1/documents/{job['document_id']}/pages/1").json()
    assert page["state"] == "parsed"
    again = client.post(f"/v1/jobs/{job['id']}:retry", json={"priority": "high"})
    assert again.status_code == 202
    assert again.headers["location"] == f"/v1/jobs/{again.json()['id']}"
    assert again.json()["priority"] == "high"
    assert again.json()["id"] != job["id"]
    read_pages(records, 4, 3)
    done = client.get(again.headers["location"]).json()
    assert (done["state"], done["seconds_left"], done["stages"]) == ("succeeded", None, [])
    assert client.post(f"/v1/jobs/{job['id']}:retry").json()["code"] == "nothing_to_retry"
    ended = client.post(f"{again.headers['location']}:cancel")
    assert (ended.status_code, ended.json()["code"]) == (409, "job_ended")


def test_a_page_is_read_while_its_job_runs(client: TestClient, records: PostgresRecords) -> None:
    job = upload(client).json()["job"]
    read_pages(records, 3, 2)
    states = [client.get(f"/v1/documents/{job['document_id']}/pages/{number}").json()["state"] for number in (1, 2, 3)]
    assert states == ["parsed", "parsed", "queued"]


def test_a_stream_tells_everything_and_ends_with_the_job(client: TestClient, records: PostgresRecords) -> None:
    job = upload(client).json()["job"]
    reading = threading.Thread(target=read_pages, args=(records, 3, 3, 0.3))
    reading.start()
    response = client.get(f"/v1/jobs/{job['id']}/events")
    reading.join()
    assert response.headers["content-type"].startswith("text/event-stream")
    told = events_of(response.text)
    kinds = [event["event"] for event in told]
    assert kinds == ["job.queued", "job.started", "page.finished", "page.finished", "page.finished", "job.finished"]
    ids = [int(str(event["id"])) for event in told]
    assert ids == sorted(ids)
    last = json.loads(str(told[-1]["data"]))
    assert last["job_id"] == job["id"]
    assert last["data"] == {"state": "succeeded", "pages_total": 3, "pages_done": 3, "pages_failed": 0}
    # A client that comes back sees the rest, and is told not to come back when there is none.
    url = f"/v1/jobs/{job['id']}/events"
    for rest in (
        client.get(url, headers={"Last-Event-ID": str(ids[3])}),
        client.get(url, params={"after": ids[3]}),
        client.get(url, params={"after": 0}, headers={"Last-Event-ID": str(ids[3])}),
    ):
        assert [int(str(event["id"])) for event in events_of(rest.text)] == ids[4:]
    assert client.get(url, headers={"Last-Event-ID": str(ids[-1])}).status_code == 204


def test_another_process_goes_on_where_the_first_one_stopped(
    client: TestClient, service: Service, records: PostgresRecords
) -> None:
    job = upload(client).json()["job"]
    read_pages(records, 1, 1)
    first = events_of(client.get(f"/v1/jobs/{job['id']}/events").text)
    app = create_app(service.system, ApiLimits(max_bytes=1000, max_wait_s=1, max_page_size=10))
    with TestClient(app, headers=client.headers) as other:
        rest = other.get(f"/v1/jobs/{job['id']}/events", headers={"Last-Event-ID": str(first[0]["id"])})
    assert events_of(rest.text) == first[1:]


@pytest.mark.parametrize("last", ["x", "-1", "1.5", str(2**63), "9" * 5000, "٣"])
def test_an_event_id_that_is_none_is_refused(client: TestClient, last: str) -> None:
    job = upload(client).json()["job"]
    url = f"/v1/jobs/{job['id']}/events"
    headers = {"Last-Event-ID": last.encode()}
    assert client.get(url, headers=headers).status_code == 422  # type: ignore[arg-type]


def test_a_stream_of_a_strangers_or_deleted_job_is_none(client: TestClient, stranger: TestClient) -> None:
    job = upload(client).json()["job"]
    url = f"/v1/jobs/{job['id']}/events"
    assert stranger.get(url).status_code == 404
    deleting = threading.Timer(0.7, lambda: client.delete(f"/v1/documents/{job['document_id']}"))
    deleting.start()
    assert events_of(client.get(url).text)[0]["event"] == "job.queued"
    deleting.join()
    assert client.get(url).status_code == 404


def test_a_tenant_with_too_many_unfinished_jobs_waits(
    client: TestClient, stranger: TestClient, service: Service
) -> None:
    service.system.admission = Admission(service.parts.records, max_of_tenant=2, max_of_all=3)
    made = [upload(client, n) for n in range(2)]
    refused = upload(client, 2)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_jobs")
    assert "retry-after" in refused.headers
    keyed = client.post("/v1/documents", content=pdf(2), headers={"Idempotency-Key": "k"})
    assert keyed.status_code == 429
    assert client.post("/v1/documents:batch", files=[("files", ("a.pdf", pdf(9)))]).status_code == 429
    assert upload(stranger, 3).status_code == 202
    overloaded = upload(stranger, 4)
    assert (overloaded.status_code, overloaded.json()["code"]) == (503, "overloaded")
    assert "retry-after" in overloaded.headers
    for response in made:
        client.post(f"/v1/jobs/{response.json()['job']['id']}:cancel")
    deadline = time.monotonic() + 10
    while upload(client, 2).status_code != 202:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    keyed = client.post("/v1/documents", content=pdf(2), headers={"Idempotency-Key": "k"})
    assert keyed.status_code == 202


def test_a_batch_takes_in_what_it_may_and_says_so_of_the_rest(client: TestClient, service: Service) -> None:
    service.system.admission = Admission(service.parts.records, max_of_tenant=5, max_of_all=100)
    files = [("files", (f"{n}.pdf", pdf(n))) for n in range(6)]
    batch = client.post("/v1/documents:batch", files=files).json()
    assert batch["n_by_state"] == {"queued": 4}
    assert [entry["fault"]["code"] for entry in batch["data"][4:]] == ["too_many_jobs"] * 2


def test_counting_is_not_done_for_every_request(records: PostgresRecords, service: Service) -> None:
    counted = []

    class Counting:
        def unit_of_work(self, tenant_id: object) -> object:
            counted.append(tenant_id)
            return records.unit_of_work(tenant_id)  # type: ignore[arg-type]

        def n_unfinished_jobs(self, at_most: int) -> int:
            counted.append(None)
            return records.n_unfinished_jobs(at_most)

    admission = Admission(Counting(), max_of_tenant=1000, max_of_all=1000)  # type: ignore[arg-type]
    for _ in range(200):
        admission.admit(service.tenant.id)
    assert len(counted) <= 6


def test_waiting_for_a_job_ends_with_the_time(client: TestClient) -> None:
    began = time.monotonic()
    files = {"file": ("a.pdf", pdf(1))}
    response = client.post("/v1/documents", files=files, headers={"Prefer": "wait=1"})
    assert response.status_code == 202
    assert response.headers["preference-applied"] == "wait=1"
    assert 1 <= time.monotonic() - began < 4
