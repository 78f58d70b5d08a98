"""Shared fixtures: a real PostgreSQL with tables made by the migrations, clean for every test."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from docai.domain.access import Tenant
from docai.domain.ids import TenantId
from docai.stores.postgres.access import new_key
from docai.stores.postgres.embedded import EmbeddedPostgres
from docai.stores.postgres.engine import make_engine
from docai.stores.postgres.schema import upgrade
from docai.stores.postgres.unit_of_work import PostgresRecords


def pytest_configure() -> None:
    """Tests see the defaults, whatever the developer's shell has set."""
    kept = ("DOCAI_REWRITE_MAP", "DOCAI_TEST_")  # what the tests themselves read
    for name in [name for name in os.environ if name.startswith("DOCAI_") and not name.startswith(kept)]:
        del os.environ[name]


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder outside pytest's own, which other accounts may not pass through, as PostgreSQL must under root."""
    folder = Path(tempfile.mkdtemp(prefix="docai-test-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A running server of our own."""
    folder = Path(tempfile.mkdtemp(prefix="docai-test-"))
    with EmbeddedPostgres(folder / "postgres") as server:
        yield server
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def engine(postgres: EmbeddedPostgres) -> Iterator[Engine]:
    """An engine on a database made by the migrations."""
    engine = make_engine(postgres.url, pool_size=10)
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def records(engine: Engine) -> Iterator[PostgresRecords]:
    """An empty record store."""
    yield PostgresRecords(engine)
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE tenant, page_term, worker, page_index, query_request CASCADE"))


@pytest.fixture
def tenant(records: PostgresRecords) -> Tenant:
    """A tenant with a key."""
    return _new_tenant(records)


@pytest.fixture
def other_tenant(records: PostgresRecords) -> Tenant:
    """Another one, who must see nothing of the first."""
    return _new_tenant(records)


def _new_tenant(records: PostgresRecords) -> Tenant:
    tenant = Tenant(id=TenantId(uuid4()), name="a tenant")
    records.add_key(tenant, new_key(tenant)[1])
    return tenant
