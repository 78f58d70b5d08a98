"""A tenant's webhooks over a real database, and what is needed to deliver to receivers on this machine."""

import base64
import os
import socket
from collections.abc import Callable
from ipaddress import ip_network

import pytest

from docai.domain.access import Tenant
from docai.domain.events import EventKind, NewEvent
from docai.sealing import Seal
from docai.stores.postgres.unit_of_work import PostgresRecords
from docai.webhooks.delivery import Sender
from docai.webhooks.dispatch import Dispatcher
from docai.webhooks.guard import Guard
from docai.webhooks.registry import Webhooks

Happen = Callable[..., None]


@pytest.fixture
def guard() -> Guard:
    return Guard([ip_network("127.0.0.0/8")])


@pytest.fixture
def secret_key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


@pytest.fixture
def seal(secret_key: str) -> Seal:
    return Seal(secret_key)


@pytest.fixture
def webhooks(records: PostgresRecords, guard: Guard, seal: Seal) -> Webhooks:
    return Webhooks(records, guard, seal)


@pytest.fixture
def dispatcher(records: PostgresRecords, guard: Guard, seal: Seal) -> Dispatcher:
    return Dispatcher(records.outbox, Sender(guard, timeout_s=2), seal)


@pytest.fixture
def happen(records: PostgresRecords) -> Happen:
    """Have events of a tenant happen."""

    def happening(tenant: Tenant, *kinds: EventKind, **data: int | str) -> None:
        with records.unit_of_work(tenant.id) as unit:
            for kind in kinds:
                unit.events.add(NewEvent(kind=kind, data=dict(data)))

    return happening


@pytest.fixture
def free_port() -> Callable[[], int]:
    """A port that nobody listens on."""

    def finding() -> int:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            return int(taken.getsockname()[1])

    return finding
