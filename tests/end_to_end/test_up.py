"""`docai up` as a user runs it: real processes that are killed under it, and what becomes of the documents."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from docai.pdf.draw import plain
from docai.pdf.draw_scan import scan

PROGRAM = Path(sys.executable).with_name("docai")
CHILDREN = ("worker-raster", "worker-pages", "api", "index")
QUICK = {"DOCAI_WORKER__LEASE_S": "3", "DOCAI_WORKER__SWEEP_S": "0.5"}
"""A lost worker is noticed within seconds instead of half a minute."""


class Running:
    """A `docai up`, where it is, and what it said."""

    def __init__(self, process: subprocess.Popen[str], said: Path) -> None:
        assert process.stdout is not None
        self.process = process
        self._said = said
        line = process.stdout.readline()
        assert line, self.said
        self.where: dict[str, Any] = json.loads(line)
        key = Path(self.where["api_key_file"]).read_text().strip()
        self.client = httpx2.Client(base_url=self.where["url"], headers={"Authorization": f"Bearer {key}"}, timeout=60)

    @property
    def said(self) -> str:
        return self._said.read_text()

    def pid(self, name: str) -> int:
        """The child's latest process."""
        return int(re.findall(rf"^{name} is ready \(process (\d+)\)$", self.said, re.MULTILINE)[-1])

    def pids(self) -> list[int]:
        return [process.pid for process in psutil.Process(self.process.pid).children(recursive=True)]

    def kill(self, *names: str) -> None:
        """Kill children and wait until others have taken their places."""
        pids = {name: self.pid(name) for name in names}
        for pid in pids.values():
            os.kill(pid, signal.SIGKILL)
        _until(lambda: all(self.pid(name) != pid for name, pid in pids.items()))

    def upload(self, content: bytes, name: str) -> str:
        """Send a PDF; gives its job's id."""
        accepted = self.client.post("/v1/documents", files={"file": (name, content, "application/pdf")})
        assert accepted.status_code == 202, accepted.text
        return str(accepted.json()["job"]["id"])

    def job(self, job_id: str) -> dict[str, Any]:
        return dict(self.client.get(f"/v1/jobs/{job_id}").json())

    def read(self, job_id: str) -> list[dict[str, Any]]:
        """Wait until the document is read; gives its pages."""
        _until(lambda: self.job(job_id)["state"] not in {"queued", "running"})
        job = self.job(job_id)
        assert job["state"] == "succeeded", (job, self.said)
        pages = self.client.get(f"/v1/documents/{job['document_id']}/pages", params={"limit": 200})
        return list(pages.json()["data"])


def _until(condition: Callable[[], Any], timeout_s: float = 150) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _are_gone(pids: list[int]) -> bool:
    return not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE for pid in pids)


@contextmanager
def _up(home: Path, **variables: str) -> Iterator[Running]:
    said = home.with_name(f"{home.name}.stderr")
    command = [PROGRAM, "up", "--port", "0", "--json"]
    environment = {**os.environ, "DOCAI_HOME": str(home), **QUICK, **variables}
    with (
        said.open("w") as errors,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        try:
            running = Running(process, said)
            with running.client:
                yield running
        finally:
            process.terminate()
            process.wait(timeout=60)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("up") / "home"


@pytest.fixture(scope="module")
def running(home: Path) -> Iterator[Running]:
    with _up(home) as opened:
        yield opened


def test_a_document_is_read_though_every_process_is_killed_meanwhile(running: Running) -> None:
    drawn, scanned = plain(12), scan()
    jobs = [running.upload(drawn.pdf, "drawn.pdf"), running.upload(scanned.pdf, "scanned.pdf")]
    _until(lambda: running.job(jobs[0])["progress"]["pages_done"] > 0)
    running.kill(*CHILDREN)
    pages, scanned_pages = (running.read(job) for job in jobs)
    assert [page["number"] for page in pages] == list(range(1, 13))
    assert {page["state"] for page in pages + scanned_pages} == {"parsed"}
    for name in CHILDREN:
        assert f"{name} ended with signal SIGKILL; it is started again" in running.said
    document = running.job(jobs[0])["document_id"]
    markdown = running.client.get(f"/v1/documents/{document}/content", headers={"Accept": "text/markdown"})
    assert markdown.status_code == 200, markdown.text
    found = running.client.post("/v1/search", json={"query": "page 7"})
    assert found.status_code == 200, found.text


def test_the_servers_come_back_too(running: Running, home: Path) -> None:
    os.kill(int((home / "broker/valkey.pid").read_text()), signal.SIGKILL)
    os.kill(int((home / "postgres/data/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    _until(lambda: "Valkey is back" in running.said and "PostgreSQL is back" in running.said)
    _until(lambda: running.client.get("/readyz").status_code == 200)
    assert len(running.read(running.upload(plain(2).pdf, "later.pdf"))) == 2


def test_a_second_one_is_told_who_has_the_home(running: Running, home: Path) -> None:
    problem = _refused(home)
    assert problem["code"] == "home_in_use"
    assert str(running.process.pid) in problem["detail"]


def test_no_secret_is_in_a_command_line(running: Running) -> None:
    lines = [" ".join(psutil.Process(pid).cmdline()) for pid in running.pids()]
    assert any("docai.cli.main" in line for line in lines)
    assert not any("redis://" in line or "postgresql" in line for line in lines)


def test_nothing_of_it_outlives_a_kill_and_the_next_one_goes_on(running: Running, home: Path) -> None:
    job = running.upload(plain(6).pdf, "unfinished.pdf")
    left = [pid for pid in running.pids() if not _is_server(pid)]
    assert len(left) >= len(CHILDREN)
    running.process.kill()
    _until(lambda: _are_gone(left), timeout_s=5)
    with _up(home) as again:
        assert len(again.read(job)) == 6
        again.upload(plain(7).pdf, "begun.pdf")
        pids = again.pids()
        again.process.terminate()
        assert again.process.wait(timeout=60) == 0
        _until(lambda: _are_gone(pids), timeout_s=5)
    assert not (home / "postgres/data/postmaster.pid").exists()
    assert not (home / "broker/valkey.pid").exists()


def test_a_child_that_does_not_come_up_ends_it_with_the_childs_words(running: Running, home: Path) -> None:
    assert running.process.poll() is not None, "the home is free"
    problem = _refused(home, DOCAI_EMBEDDER__DIMENSION="64")
    assert problem["code"] == "misconfigured"
    assert "worker-pages does not come up" in problem["detail"]
    assert "docai index build" in problem["detail"]
    assert not (home / "postgres/data/postmaster.pid").exists()


def test_a_malformed_key_is_said_before_anything_starts(tmp_path: Path) -> None:
    problem = _refused(tmp_path / "home", DOCAI_SECRET_KEY="no key")
    assert "DOCAI_SECRET_KEY" in problem["detail"]
    assert not (tmp_path / "home" / "postgres").exists()


def test_a_broker_that_does_not_answer_is_said_and_uploads_are_taken_in(tmp_path: Path) -> None:
    with _up(tmp_path / "home", DOCAI_BROKER__URL="redis://:secret@127.0.0.1:1/0") as running:
        assert "The broker does not answer" in running.said
        assert "DOCAI_BROKER__URL" in running.said
        assert "secret@" not in running.said
        assert running.job(running.upload(plain(1).pdf, "waits.pdf"))["state"] == "queued"


def _refused(home: Path, **variables: str) -> dict[str, Any]:
    """Start in vain; gives the problem."""
    done = subprocess.run(
        [PROGRAM, "up", "--port", "0", "--json"],
        env={**os.environ, "DOCAI_HOME": str(home), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    return dict(json.loads(done.stdout))


def _is_server(pid: int) -> bool:
    """PostgreSQL and Valkey outlive a killed supervisor, for the next one to take over or to stop."""
    try:
        return psutil.Process(pid).name().startswith(("postgres", "valkey"))
    except psutil.NoSuchProcess:
        return False
