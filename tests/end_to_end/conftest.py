"""One whole local system for the end-to-end tests, and its REST service."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from docai.api.app import create_app
from docai.api.dependencies import ApiLimits
from docai.assembly.local import open_local
from docai.assembly.parts import Assembled
from docai.pdf.draw import DrawnDocument, show_set
from docai.settings import Settings, WebhookSettings
from tests.end_to_end.limits import LIMITS


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assembled]:
    receivers_here = WebhookSettings(allowed_networks="127.0.0.0/8")
    settings = Settings(home=tmp_path_factory.mktemp("home"), limits=LIMITS, webhook=receivers_here)
    with open_local(settings) as opened:
        yield opened


@pytest.fixture(scope="session")
def key(local: Assembled) -> str:
    assert local.new_key is not None
    return local.new_key


@pytest.fixture(scope="session")
def client(local: Assembled, key: str) -> Iterator[TestClient]:
    limits = ApiLimits(max_bytes=LIMITS.max_bytes, max_wait_s=120, max_page_size=200)
    app = create_app(local.system, limits)
    with TestClient(app, headers={"Authorization": f"Bearer {key}"}, raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def send(client: TestClient) -> Callable[..., Any]:
    """Upload bytes and wait for them to be read; gives the response."""

    def sending(content: bytes, name: str = "some.pdf", **fields: str) -> Any:
        files = {"file": (name, content, "application/pdf")}
        return client.post("/v1/documents", files=files, data=fields, headers={"Prefer": "wait=100"})

    return sending


@pytest.fixture(scope="session")
def drawn(client: TestClient) -> dict[str, tuple[DrawnDocument, dict[str, Any]]]:
    """The demo's documents, read: name to what was drawn and the document on the wire."""
    found = {}
    for document in show_set():
        files = {"file": (document.name, document.pdf, "application/pdf")}
        response = client.post("/v1/documents", files=files, headers={"Prefer": "wait=100"})
        assert response.status_code == 200, response.text
        found[document.name] = document, response.json()["document"]
    return found
