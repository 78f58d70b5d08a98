"""The production shape with real processes: PostgreSQL, Valkey, the index's owner, and workers started by the tests."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx2
import pytest

from docai.assembly.migration import migrate_database
from docai.assembly.parts import INDEX_SOCKET, INDEXES
from docai.assembly.service import open_service
from docai.broker.valkey import EmbeddedValkey
from docai.settings import load_settings
from docai.stores.postgres.embedded import EmbeddedPostgres

PROGRAM = Path(sys.executable).with_name("docai")
DIMENSION = 32
LONG_S = 120.0
"""Starting takes 3 s on a machine of its own, and a minute on one that is busy."""


def until(condition: Callable[[], Any], timeout_s: float = LONG_S) -> Any:
    """What a condition gives once it is true."""
    deadline = time.monotonic() + timeout_s
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


class Running:
    """A process of docai, what it said, and its health."""

    def __init__(self, process: subprocess.Popen[str], said: Path, health_port: int) -> None:
        self.process = process
        self.health_port = health_port
        self._said = said

    @property
    def said(self) -> str:
        return self._said.read_text()

    @property
    def events(self) -> list[dict[str, Any]]:
        """What it logged."""
        return [json.loads(line) for line in self.said.splitlines() if line.startswith("{")]

    def ask(self, path: str) -> httpx2.Response:
        return httpx2.get(f"http://127.0.0.1:{self.health_port}{path}", timeout=20)

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.said
        try:
            return self.ask("/readyz").status_code == 200
        except httpx2.TransportError:
            return False

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=LONG_S)


class Plant:
    """The stores, and where processes find them."""

    def __init__(self, folder: Path, postgres: EmbeddedPostgres, valkey: EmbeddedValkey) -> None:
        self.folder = folder
        self.postgres = postgres
        self.valkey = valkey
        self._n = 0

    @property
    def environment(self) -> dict[str, str]:
        return {
            "DOCAI_HOME": str(self.folder / "home"),
            "DOCAI_DATABASE__URL": self.postgres.url,
            "DOCAI_BROKER__URL": self.valkey.url,
            "DOCAI_EMBEDDER__DIMENSION": str(DIMENSION),
            "DOCAI_WORKER__LEASE_S": "15",
            "DOCAI_WORKER__SWEEP_S": "0.5",
            "DOCAI_TELEMETRY__LOG_JSON": "true",
            "DOCAI_TELEMETRY__LOG_LEVEL": "info",
        }

    @contextmanager
    def process(self, *arguments: str, health_port: int = 0, **variables: str) -> Iterator[Running]:
        """A docai command that runs meanwhile."""
        self._n += 1
        said = self.folder / f"said-{self._n}"
        environment = {**os.environ, **self.environment, **variables}
        with (
            said.open("w") as log,
            subprocess.Popen(
                [PROGRAM, *arguments], env=environment, stdout=subprocess.DEVNULL, stderr=log, text=True
            ) as started,
        ):
            try:
                yield Running(started, said, health_port)
            finally:
                started.kill()

    @contextmanager
    def worker(self, **variables: str) -> Iterator[Running]:
        """A worker for everything, ready."""
        port = free_port()
        health = {"DOCAI_WORKER__HEALTH_PORT": str(port)}
        with self.process("worker", health_port=port, **{**health, **variables}) as running:
            until(running.is_ready)
            yield running

    @contextmanager
    def service(self, **variables: str) -> Iterator[Any]:
        """The API's side of it, in this process."""
        with patch.dict(os.environ, {**self.environment, **variables}), open_service(load_settings()) as opened:
            yield opened

    def rows(self, query: str) -> list[Mapping[str, Any]]:
        import psycopg
        from psycopg.rows import dict_row
        from sqlalchemy import make_url

        url = make_url(self.postgres.url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url, row_factory=dict_row) as connection:
            return list(connection.execute(query).fetchall())


@pytest.fixture(scope="module")
def plant() -> Iterator[Plant]:
    folder = Path(tempfile.mkdtemp(prefix="docai-test-"))
    folder.chmod(0o711)
    (folder / "home" / INDEX_SOCKET.parent).mkdir(parents=True, mode=0o700)
    with EmbeddedPostgres(folder / "postgres") as postgres, EmbeddedValkey(folder / "broker") as valkey:
        plant = Plant(folder, postgres, valkey)
        with patch.dict(os.environ, plant.environment):
            migrate_database(load_settings())
        owner = [
            *(sys.executable, "-m", "docai.stores.qdrant.owner"),
            *("--folder", str(folder / "home" / INDEXES), "--socket", str(folder / "home" / INDEX_SOCKET)),
        ]
        with subprocess.Popen(owner) as process:
            try:
                yield plant
            finally:
                process.terminate()
    shutil.rmtree(folder)
