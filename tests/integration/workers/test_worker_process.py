"""A worker as an operator meets it: what it says of its health while it is busy, and how it leaves when asked."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from typer.testing import CliRunner

from docai.cli.main import app as cli
from docai.domain.ids import JobId
from docai.domain.jobs import JobState
from docai.domain.work import Capability
from docai.pdf.draw import plain
from tests.integration.workers.conftest import LONG_S, Plant, Running, until

PAGES = 10
ROUNDS = 3
COUNTED = {
    'docai_pages_total{state="parsed"}': PAGES,
    'docai_stage_seconds_count{part="commit",stage="read"}': PAGES,
    'docai_stage_seconds_count{part="item",stage="embed"}': PAGES,
    'docai_stage_seconds_count{part="claim",stage="open"}': 1,
}
"""What reading one document adds to a worker's counters."""


def submitted(opened: Any, n_pages: int, size: float) -> JobId:
    """A document of its own: the same bytes would be the same document."""
    taken = opened.system.submit(opened.tenant.id, BytesIO(plain(n_pages, size).pdf), "plain.pdf")
    assert taken.is_new
    return JobId(taken.job.id)


def told_counts(worker: Running) -> dict[str, float]:
    """The metrics that `COUNTED` names, as a worker tells them."""
    lines = [line.rsplit(" ", 1) for line in worker.ask("/metrics").text.splitlines()]
    return {name: float(value) for name, value in lines if name in COUNTED}


def items(plant: Plant) -> list[Any]:
    return [dict(row) for row in plant.rows("SELECT state, crashes, errors, lease_owner FROM work_item")]


@pytest.fixture(scope="module")
def left(plant: Plant) -> tuple[list[JobId], list[int]]:
    """Workers, one after another, asked to leave while they read; the jobs and their exit statuses."""
    jobs, codes = [], []
    with plant.service() as opened:
        for round_ in range(ROUNDS):
            with plant.worker() as worker:
                job = submitted(opened, PAGES, 9 + round_ / 10)
                jobs.append(job)
                until(lambda job=job: opened.system.job(opened.tenant.id, job).pages_done > 0)
                begun = time.monotonic()
                codes.append(worker.end())
                assert time.monotonic() - begun < 60
                assert worker.said.count("worker ready") == 1
    return jobs, codes


def test_a_worker_that_is_asked_to_leave_ends_in_good_order(plant: Plant, left: tuple[list[JobId], list[int]]) -> None:
    _, codes = left
    assert codes == [0] * ROUNDS
    found = items(plant)
    assert {row["state"] for row in found} <= {"done", "pending"}
    assert any(row["state"] == "pending" for row in found), "all was read before the workers were asked to leave"
    assert {(row["crashes"], row["errors"], row["lease_owner"]) for row in found} == {(0, 0, None)}
    assert plant.rows("SELECT FROM worker") == []


@pytest.fixture(scope="module")
def worker(plant: Plant, left: tuple[list[JobId], list[int]]) -> Iterator[Running]:
    """The one that comes after those that left."""
    with plant.worker() as running:
        yield running


def test_the_next_one_reads_the_rest_and_nothing_twice(
    plant: Plant, left: tuple[list[JobId], list[int]], worker: Running
) -> None:
    jobs, _ = left
    with plant.service() as opened:
        for job in jobs:
            done = opened.system.wait(opened.tenant.id, job, LONG_S)
            assert (done.state, done.pages_done) == (JobState.SUCCEEDED, PAGES), worker.said
    assert {(row["state"], row["crashes"]) for row in items(plant)} == {("done", 0)}
    twice = "SELECT document_id FROM usage GROUP BY document_id, stage, page_number HAVING count(*) > 1"
    assert plant.rows(twice) == []


def test_a_busy_worker_tells_its_health(plant: Plant, worker: Running) -> None:
    with plant.service() as opened:
        before = told_counts(worker)
        job = submitted(opened, PAGES, 8.1)
        live = until(lambda: _busy(worker))
        assert live["status"] == "live"
        assert live["seconds_since_progress"] < 60
        ready = worker.ask("/readyz").json()
        assert ready["status"] in {"ready", "degraded"}
        checks = {check["name"]: check for check in ready["checks"]}
        assert {"worker", "records", "blobs", "index", "broker", "isolation"} == set(checks)
        assert all(checks[name]["is_ok"] for name in ("worker", "records", "blobs", "index", "broker"))
        assert ready["capabilities"] == ["raster", "ocr", "parse", "vlm", "embed"]
        assert worker.ask("/nothing").status_code == 404
        assert opened.system.wait(opened.tenant.id, job, LONG_S).state is JobState.SUCCEEDED
        told, after = worker.ask("/metrics").text, told_counts(worker)
        assert {name: after[name] - before.get(name, 0) for name in COUNTED} == COUNTED
        assert 'docai_workers{state="ready"} 1.0' in told
        assert 'docai_workers_ready{capability="raster"} 1.0' in told
        assert 'docai_invariant_violations{rule="finished_document_with_work"} 0.0' in told
        assert str(opened.tenant.id) not in told
        (ended,) = [event for event in worker.events if event["event"] == "job ended" and event["job"] == str(job)]
        assert {"document", "page", "stage", "lease"} <= set(ended)


def _busy(worker: Running) -> dict[str, Any] | None:
    found = dict(worker.ask("/livez").json())
    return found if found["n_leased"] else None


def test_operators_see_it_over_the_database(plant: Plant, worker: Running) -> None:
    for command in ("workers", "queues"):
        done = CliRunner().invoke(cli, ["admin", command, "--json"], env=plant.environment)
        assert done.exit_code == 0, done.stderr
        found = json.loads(done.stdout)[command]
        if command == "workers":
            assert [(each["state"], each["name"].split(":")[1]) for each in found] == [
                ("ready", str(worker.process.pid))
            ]
        else:
            assert [(each["capability"], each["n_leased"]) for each in found] == [
                (capability.value, 0) for capability in Capability
            ]


def test_a_health_port_that_is_taken_is_told(plant: Plant, worker: Running) -> None:
    taken = {"DOCAI_WORKER__HEALTH_PORT": str(worker.health_port)}
    with plant.process("worker", **taken) as second:
        assert second.process.wait(timeout=LONG_S) == 1
        assert "DOCAI_WORKER__HEALTH_PORT" in second.said


def test_a_worker_asked_twice_ends_at_once(plant: Plant, worker: Running) -> None:
    with plant.service() as opened:
        submitted(opened, PAGES, 7.1)
        until(lambda: _busy(worker))
        worker.process.send_signal(signal.SIGSTOP)  # so that both signals wait for it, whatever it does
        worker.process.send_signal(signal.SIGTERM)
        worker.process.send_signal(signal.SIGINT)
        worker.process.send_signal(signal.SIGCONT)
        begun = time.monotonic()
        assert worker.process.wait(timeout=LONG_S) in {128 + signal.SIGTERM, 128 + signal.SIGINT}
        assert time.monotonic() - begun < 10


def test_a_worker_whose_broker_is_away_is_degraded_and_still_leaves_when_asked(plant: Plant) -> None:
    with plant.worker() as worker:
        plant.valkey.stop()
        try:
            found = until(lambda: _broker_away(worker))
            assert found["status"] == "degraded"
            assert worker.ask("/readyz").status_code == 200
            assert worker.end() == 0
        finally:
            plant.valkey.start()


def _broker_away(worker: Running) -> dict[str, Any] | None:
    found = dict(worker.ask("/readyz").json())
    return None if {c["name"]: c["is_ok"] for c in found["checks"]}["broker"] else found
