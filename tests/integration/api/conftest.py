"""The REST service on a real database and a real folder, without workers: what is taken in stays queued."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from docai.api.app import create_app
from docai.api.dependencies import ApiLimits
from docai.assembly.parts import make_parts, make_system
from docai.domain.access import Tenant
from docai.domain.ids import TenantId
from docai.pipeline.parts import Parts
from docai.pipeline.threads import ThreadDoorbell
from docai.settings import LimitSettings, Settings, WebhookSettings
from docai.stores.postgres.access import new_key
from docai.stores.postgres.unit_of_work import PostgresRecords
from docai.stores.qdrant.edge import EdgeShelf
from docai.system import System

MAX_BYTES = 2_000_000
MAX_BATCH_FILES = 50


@dataclass(frozen=True)
class Service:
    """The service's parts, and clients of it."""

    parts: Parts
    system: System
    app: object
    tenant: Tenant
    key: str


@pytest.fixture
def service(records: PostgresRecords, tmp_path: Path) -> Iterator[Service]:
    limits = LimitSettings(max_bytes=MAX_BYTES, max_batch_files=MAX_BATCH_FILES)
    settings = Settings(home=tmp_path, limits=limits, webhook=WebhookSettings(allowed_networks="127.0.0.0/8"))
    tenant, key = _tenant(records)
    with ExitStack() as stack:
        parts = make_parts(
            settings,
            stack,
            records=records,
            shelf=EdgeShelf(tmp_path / "indexes"),
            doorbell=ThreadDoorbell(),
        )
        system = make_system(settings, parts)
        app = create_app(
            system,
            ApiLimits(
                max_bytes=MAX_BYTES,
                max_wait_s=5,
                max_page_size=200,
                max_batch_files=MAX_BATCH_FILES,
                max_batch_bytes=20_000_000,
                max_streams=3,
            ),
        )
        yield Service(parts, system, app, tenant, key)


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    with client_of(service, service.key) as opened:
        yield opened


@pytest.fixture
def stranger(service: Service, records: PostgresRecords) -> Iterator[TestClient]:
    """A client of another tenant."""
    with client_of(service, _tenant(records)[1]) as opened:
        yield opened


def client_of(service: Service, key: str) -> TestClient:
    return TestClient(service.app, headers={"Authorization": f"Bearer {key}"}, raise_server_exceptions=False)  # type: ignore[arg-type]


def _tenant(records: PostgresRecords) -> tuple[Tenant, str]:
    tenant = Tenant(id=TenantId(uuid4()), name="a tenant")
    key, kept = new_key(tenant)
    records.add_key(tenant, kept)
    return tenant, key
