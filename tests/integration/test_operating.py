"""The service as an operator sees it: what is degraded and why, its metrics, and `docai admin` while it runs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from typer.testing import CliRunner

from docai.api.app import create_app
from docai.api.dependencies import ApiLimits
from docai.assembly.local import open_local
from docai.assembly.parts import Assembled
from docai.broker.celery_app import make_app
from docai.broker.doorbell import CeleryDoorbell
from docai.cli.main import app as cli
from docai.domain.documents import Fault, PageState
from docai.domain.ids import WorkerId
from docai.domain.work import Capability, NewItem, Stage
from docai.pdf.draw import plain
from docai.pipeline.record import Recorder
from docai.settings import DatabaseSettings, Settings
from docai.stores.postgres.embedded import EmbeddedPostgres

LIMITS = ApiLimits(max_bytes=10**8, max_wait_s=100, max_page_size=100)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("operated") / "home"


@pytest.fixture(scope="module")
def local(home: Path) -> Iterator[Assembled]:
    with open_local(Settings(home=home)) as opened:
        yield opened


@pytest.fixture
def client(local: Assembled) -> Iterator[TestClient]:
    with TestClient(create_app(local.system, LIMITS)) as opened:
        yield opened


def checks(answer: Any) -> dict[str, dict[str, Any]]:
    return {check["name"]: check for check in answer.json()["checks"]}


def eventually(look: Callable[[], Any], timeout_s: float = 60) -> Any:
    deadline = time.monotonic() + timeout_s
    while not (found := look()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found


def admin(home: Path, *arguments: str) -> tuple[int, Any]:
    """A command's exit code and what it printed."""
    done = CliRunner().invoke(cli, ["admin", *arguments, "--json"], env={"DOCAI_HOME": str(home)})
    return done.exit_code, json.loads(done.stdout)


def test_a_healthy_service_tells_its_parts_and_its_queue(client: TestClient) -> None:
    answer = eventually(lambda: found if checks(found := client.get("/readyz"))["workers"]["is_ok"] else None)
    assert answer.status_code == 200
    found = checks(answer)
    assert list(found) == ["records", "blobs", "index", "broker", "isolation", "workers", "queue"]
    assert all(check["is_ok"] for name, check in found.items() if name != "isolation"), found
    assert answer.json()["status"] == ("ready" if found["isolation"]["is_ok"] else "degraded")
    assert answer.json()["oldest_pending_s"] == {"raster": 0.0, "ocr": 0.0, "parse": 0.0, "vlm": 0.0, "embed": 0.0}
    told = client.get("/metrics").text
    assert "docai_database_up 1.0" in told
    assert 'docai_queue_depth{capability="ocr",state="pending"} 0.0' in told
    assert 'docai_invariant_violations{rule="remaining_miscounted"} 0.0' in told


def test_dead_work_is_seen_and_put_back_while_the_service_runs(local: Assembled, home: Path) -> None:
    system, tenant_id = local.system, local.tenant.id
    taken = system.submit(tenant_id, BytesIO(plain(3).pdf), "dead.pdf")
    system.wait(tenant_id, taken.job.id, 100)
    assert admin(home, "dead") == (0, {"items": []})
    _bury(local, taken.job.id, page=2)
    code, found = admin(home, "dead")
    (item,) = found["items"]
    assert (code, item["page_number"], item["stage"], item["fault"]["code"]) == (0, 2, "read", "worker_crashed")
    code, found = admin(home, "requeue", str(item["id"] + 1))
    assert (code, [entry["outcome"] for entry in found["items"]]) == (1, ["gone"])
    code, found = admin(home, "requeue", "--all")
    (entry,) = found["items"]
    assert (code, entry["outcome"], entry["document_id"]) == (0, "queued", str(taken.document.id))
    job = system.job_of(tenant_id, taken.document.id)
    assert job is not None
    assert str(job.id) == entry["job_id"]
    assert system.wait(tenant_id, job.id, 100).state.value == "succeeded"
    assert [page.state for page in system.pages(tenant_id, taken.document.id)] == [PageState.PARSED] * 3
    assert admin(home, "dead") == (0, {"items": []})


def _bury(local: Assembled, job_id: Any, *, page: int) -> None:
    """Have a page given up, as if it had taken its worker down again and again."""
    with local.records.unit_of_work(local.tenant.id) as unit:
        job = unit.jobs.get(job_id)
        epoch = unit.work.new_epoch(job.document_id)
        again = job.model_copy(update={"epoch": epoch})
        unit.work.add(again, [NewItem(Stage.READ, page)])
        leases = local.records.queue
    owner = WorkerId(uuid4())
    (lease,) = eventually(lambda: leases.claim(Capability.RASTER, owner, lease_s=60))
    Recorder(local.records).buried(lease, Fault(code="worker_crashed", message="It took down the worker."))


def test_admin_needs_names_or_all(home: Path) -> None:
    for arguments in (("requeue",), ("requeue", "1", "--all")):
        done = CliRunner().invoke(cli, ["admin", *arguments], env={"DOCAI_HOME": str(home)})
        assert done.exit_code == 1


def test_queues_and_workers_are_shown(local: Assembled, home: Path) -> None:
    code, found = admin(home, "queues")
    assert (code, [queue["capability"] for queue in found["queues"]]) == (0, ["raster", "ocr", "parse", "vlm", "embed"])
    code, found = admin(home, "workers")
    assert code == 0
    assert [worker["state"] for worker in found["workers"]] == ["ready"]
    for command in ("queues", "workers", "dead"):
        shown = CliRunner().invoke(cli, ["admin", command], env={"DOCAI_HOME": str(home), "COLUMNS": "200"})
        assert shown.exit_code == 0
        assert {"queues": "raster", "workers": "ready", "dead": "Crashes"}[command] in shown.stdout


def test_admin_starts_a_database_that_does_not_run(tmp_path: Path) -> None:
    assert admin(tmp_path / "home", "dead") == (0, {"items": []})
    assert not (tmp_path / "home/postgres/data/postmaster.pid").exists()


@contextmanager
def suspended(postgres: EmbeddedPostgres, folder: Path) -> Iterator[None]:
    """The server hangs meanwhile: it takes connections and says nothing."""
    leader = psutil.Process(int((folder / "data/postmaster.pid").read_text().split()[0]))
    processes = [leader, *leader.children(recursive=True)]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in reversed(processes):
            process.resume()


def test_a_database_that_is_away_or_hangs_is_told_in_time(short_folder: Path, tmp_path: Path) -> None:
    folder = short_folder / "postgres"
    with EmbeddedPostgres(folder) as postgres:
        settings = Settings(home=tmp_path / "home", database=DatabaseSettings(url=SecretStr(postgres.url)))
        with open_local(settings) as opened, TestClient(create_app(opened.system, LIMITS)) as client:
            assert client.get("/readyz").status_code == 200
            with suspended(postgres, folder):
                time.sleep(1.1)  # what was found a moment ago is told for a second
                begun = time.monotonic()
                answer = client.get("/readyz")
                assert time.monotonic() - begun < 12
                _is_away(answer)
                assert client.get("/livez").status_code == 200
            postgres.stop()
            time.sleep(1.1)
            _is_away(client.get("/readyz"))
            time.sleep(5)
            begun = time.monotonic()
            told = client.get("/metrics")
            assert time.monotonic() - begun < 5
            assert told.status_code == 200
            assert "docai_database_up 0.0" in told.text
            assert "docai_queue_depth" not in told.text
            assert "docai_pages_total" in told.text
            postgres.start()
            eventually(lambda: client.get("/readyz").status_code == 200)
            eventually(lambda: "docai_database_up 1.0" in client.get("/metrics").text)


def _is_away(answer: Any) -> None:
    assert answer.status_code == 503
    assert answer.json()["status"] == "not_ready"
    found = checks(answer)
    assert not found["records"]["is_ok"]
    assert not found["workers"]["is_ok"]
    assert found["blobs"]["is_ok"]
    assert "socket" not in json.dumps(answer.json())


def test_a_database_that_takes_no_writes_is_not_ready(local: Assembled, client: TestClient, home: Path) -> None:
    import psycopg
    from sqlalchemy import make_url

    url = make_url(EmbeddedPostgres(home / "postgres").url).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        connection.execute("SELECT pg_reload_conf()")
        try:
            answer = eventually(lambda: found if (found := client.get("/readyz")).status_code == 503 else None)
            assert "takes no writes" in checks(answer)["records"]["detail"]
        finally:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute("ALTER SYSTEM RESET default_transaction_read_only")
            connection.execute("SELECT pg_reload_conf()")
    eventually(lambda: client.get("/readyz").status_code == 200)


def test_a_broker_that_is_away_degrades_and_names_no_password() -> None:
    with CeleryDoorbell(make_app("redis://:secret@127.0.0.1:1/0")) as doorbell:
        reason = doorbell.reason_unheard()
    assert reason
    assert "secret" not in reason
