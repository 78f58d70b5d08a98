"""The production shape for fault runs: PostgreSQL, Valkey, the index's owner and the nursery as real processes."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Self
from unittest.mock import patch
from uuid import uuid4

import psycopg
import redis

from docai.assembly.migration import migrate_database
from docai.assembly.parts import INDEX_SOCKET, INDEXES
from docai.assembly.service import open_service
from docai.broker.valkey import EmbeddedValkey
from docai.domain.access import Tenant
from docai.domain.ids import DocumentId, TenantId
from docai.engines.embedder.ngram import NgramEmbedder
from docai.errors import StoreError
from docai.settings import Settings, load_settings
from docai.stores.postgres.access import new_key
from docai.stores.postgres.embedded import EmbeddedPostgres
from docai.stores.qdrant.remote import RemoteIndex
from docai.system import System
from tests.faults.checker import Books
from tests.faults.crew import Crew, NurseryProcess, eventually
from tests.faults.ledger import Accepted, Ledger
from tests.faults.switches import switched

DIMENSION = 32
LEASE_S = 3.0
SWEEP_S = 0.5
QUICK = {
    "DOCAI_WORKER__LEASE_S": str(LEASE_S),
    "DOCAI_WORKER__SWEEP_S": str(SWEEP_S),
    "DOCAI_WORKER__STAGE_BUDGET_S": "5",
    "DOCAI_WORKER__IDLE_S": "5",
}


@dataclass
class Run:
    """One run on a clean site."""

    system: System
    tenants: Sequence[Tenant]
    crew: Crew
    books: Books
    random: random.Random

    @property
    def ledger(self) -> Ledger:
        return self.books.ledger

    def submit(self, content: bytes, *, patience_s: float = 60.0) -> Accepted:
        """Have a document taken in, asking again while a store is away, as a client would."""
        tenant = self.random.choice(self.tenants)
        deadline = time.monotonic() + patience_s
        while True:
            try:
                taken = self.system.submit(tenant.id, BytesIO(content), "paper.pdf")
            except StoreError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                break
        entry = Accepted(tenant.id, taken.document.id, taken.job.id, content)
        self.ledger.accept(entry)
        return entry

    def finish(self, timeout_s: float) -> float:
        """Wait until every accepted document has ended; gives the seconds it took."""
        took = eventually(lambda: self._n_unfinished() == 0, timeout_s, 0.2)
        assert took is not None, self.where_it_stands()
        return took

    def _n_unfinished(self) -> int:
        try:
            return self.books.n_unfinished()
        except psycopg.OperationalError:
            return -1  # the database is being restarted

    def where_it_stands(self) -> str:
        """For a run that does not end."""
        query = "SELECT stage, state, count(*), min(run_at) AS first FROM work_item GROUP BY stage, state"
        return f"{self.books.n_unfinished()} documents never ended: {self.books.rows(query)}"


class Site:
    """The stores and the nursery, for all runs of a session."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="docai-faults-"))
        self.home = self.folder / "home"
        self.home.mkdir()
        self.log = self.folder / "workers.log"
        self.postgres = EmbeddedPostgres(self.folder / "pg")
        self.valkey = EmbeddedValkey(self.folder / "valkey")
        self.nursery = NurseryProcess(self.log)
        self._encoder = NgramEmbedder(dimension=DIMENSION).fingerprint
        self._owner = self._start_owner()

    def __enter__(self) -> Self:
        self.nursery.__enter__()
        self.postgres.start()
        self.valkey.start()
        with patch.dict(os.environ, self.environment()):
            migrate_database(load_settings())
        assert eventually((self.home / INDEX_SOCKET).exists, 60)
        self.nursery.wait_ready()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.nursery.__exit__(kind, error, tb)
        self._owner.send_signal(signal.SIGTERM)
        self._owner.wait(30)
        self.valkey.stop()
        self.postgres.stop()
        shutil.rmtree(self.folder)

    def environment(self, **changes: str) -> dict[str, str]:
        """The settings of every process, short-tempered so that recovery can be watched."""
        return {
            **QUICK,
            "DOCAI_HOME": str(self.home),
            "DOCAI_DATABASE__URL": self.postgres.url,
            "DOCAI_BROKER__URL": self.valkey.url,
            "DOCAI_EMBEDDER__DIMENSION": str(DIMENSION),
            "DOCAI_TELEMETRY__LOG_JSON": "true",
            **changes,
        }

    @property
    def database(self) -> str:
        """As psycopg takes it."""
        return self.postgres.url.replace("postgresql+psycopg://", "postgresql://", 1)

    @contextmanager
    def run(self, seed: int, *, switches: Sequence[str] = (), **changes: str) -> Iterator[Run]:
        """A run of its own on clean stores; `switches` are thrown in this process, which plays the service."""
        environment = self.environment(**changes)
        index = RemoteIndex(self.home / INDEX_SOCKET, dimension=DIMENSION, encoder=self._encoder)
        books = Books(Ledger(), self.database, index, self.home / "blobs")
        with redis.Redis.from_url(self.valkey.url) as broker:
            broker.flushall()
        try:
            with switched(switches), open_service(_settings(environment)) as service:
                tenants = [Tenant(id=TenantId(uuid4()), name=name) for name in ("one", "other")]
                for tenant in tenants:
                    service.records.add_key(tenant, new_key(tenant)[1])
                with Crew(self.nursery, environment) as crew:
                    yield Run(service.system, tenants, crew, books, random.Random(seed))
        finally:
            self._clear(books)

    def restart_postgres(self) -> None:
        """As after a power cut: every connection breaks, and the log is replayed."""
        data = self.folder / "pg" / "data"
        from docai.stores.postgres.embedded import _account

        self.postgres._run(_account(), "pg_ctl", "restart", "-w", "-m", "immediate", "-D", str(data))

    def _start_owner(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "docai.stores.qdrant.owner"),
                *("--folder", str(self.home / INDEXES), "--socket", str(self.home / INDEX_SOCKET)),
            ]
        )

    def _clear(self, books: Books) -> None:
        with psycopg.connect(self.database, autocommit=True) as connection:
            connection.execute("TRUNCATE tenant, page_term, worker CASCADE")
        for entry in books.ledger.entries.values():
            numbers = range(1, len(entry.sheets) + 1)
            books.index.delete(TenantId(entry.tenant_id), DocumentId(entry.document_id), numbers)
        books.index.close()
        shutil.rmtree(self.home / "blobs", ignore_errors=True)


def _settings(environment: dict[str, str]) -> Settings:
    with patch.dict(os.environ, environment):
        return load_settings()
