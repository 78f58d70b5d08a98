"""A server that is killed while it takes a document in: whoever sends it again with its key has exactly one."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from docai.domain.ids import sha256_of
from docai.stores.postgres.embedded import EmbeddedPostgres
from tests.integration.api.conftest import Service
from tests.integration.api.doomed_server import KILLED, POINTS

N_KILLS = 21
"""Three at each point; the fault suite has more."""


@pytest.fixture
def doomed(postgres: EmbeddedPostgres, service: Service, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    assert service.tenant
    script = Path(__file__).with_name("doomed_server.py")
    root = Path(__file__).parents[3]
    command = [sys.executable, str(script), str(postgres.url), str(tmp_path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root, env={"PYTHONPATH": str(root)}
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
        process.wait(20)


def killed_at(point: str, doomed: subprocess.Popen[str], key: str, content: bytes, idempotency_key: str) -> None:
    """Upload to a server that dies there."""
    assert doomed.stdin is not None
    assert doomed.stdout is not None
    doomed.stdin.write(f"{point}\n")
    doomed.stdin.flush()
    url = f"http://127.0.0.1:{int(doomed.stdout.readline())}/v1/documents"
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": idempotency_key}
    with pytest.raises(httpx.TransportError):
        httpx.post(url, files={"file": ("a.pdf", content)}, headers=headers, timeout=30)
    assert int(doomed.stdout.readline()) == KILLED


def test_a_killed_api_leaves_exactly_one_document_to_whoever_tries_again(
    doomed: subprocess.Popen[str], client: TestClient, service: Service, engine: Engine
) -> None:
    points = list(POINTS)
    for n in range(N_KILLS):
        point, content, idempotency_key = points[n % len(points)], b"%%PDF-1.7 number %d" % n, f"key-{n}"
        killed_at(point, doomed, service.key, content, idempotency_key)
        again = _until_answered(client, content, idempotency_key)
        assert again.status_code == 202, (point, again.text)
        replayed = "idempotent-replayed" in again.headers
        assert replayed is (point == "answer kept")
        once_more = _until_answered(client, content, idempotency_key)
        assert once_more.headers["idempotent-replayed"] == "true"
        assert once_more.json() == again.json()
        assert service.parts.blobs.has(sha256_of(content))
    with engine.connect() as connection:
        for table in ("document", "job", "work_item", "event WHERE kind = 'job.queued'"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == N_KILLS, table
    listed = client.get("/v1/documents", params={"limit": 200}).json()["data"]
    assert len({document["sha256"] for document in listed}) == len(listed) == N_KILLS


def _until_answered(client: TestClient, content: bytes, idempotency_key: str) -> httpx.Response:
    """As a client does: again while the one before seems to be answered."""
    deadline = time.monotonic() + 20
    while True:
        files = {"file": ("a.pdf", content)}
        response = client.post("/v1/documents", files=files, headers={"Idempotency-Key": idempotency_key})
        if response.status_code != 409 or time.monotonic() > deadline:
            return response
        time.sleep(0.1)
