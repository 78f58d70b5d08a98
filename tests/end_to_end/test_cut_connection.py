"""A connection that ends before its upload does leaves nothing, and the next upload works."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from fastapi.testclient import TestClient

from docai.pdf import draw


@pytest.fixture
def address(client: TestClient) -> Iterator[tuple[str, int]]:
    """The same application behind a real server on a real socket."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(client.app, log_level="error", lifespan="off"))  # type: ignore[arg-type]
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield listener.getsockname()
    server.should_exit = True
    thread.join()
    listener.close()


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # the parser's file, left to the collector
@pytest.mark.parametrize("is_form", [True, False])
def test_an_upload_cut_off_half_way_leaves_nothing(
    address: tuple[str, int], client: TestClient, key: str, send: Callable[..., Any], *, is_form: bool
) -> None:
    before = client.get("/v1/documents", params={"limit": 200}).json()["data"]
    pdf = draw.plain(3, 7.5).pdf
    kind = "multipart/form-data; boundary=X" if is_form else "application/pdf"
    part = b'--X\r\nContent-Disposition: form-data; name="file"; filename="half.pdf"\r\n\r\n' if is_form else b""
    head = (
        f"POST /v1/documents HTTP/1.1\r\nHost: docai\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(part) + len(pdf) + 7}\r\n\r\n"
    )
    with socket.create_connection(address) as connection:
        connection.sendall(head.encode() + part + pdf[: len(pdf) // 2])
        time.sleep(0.3)
    time.sleep(0.3)
    assert client.get("/v1/documents", params={"limit": 200}).json()["data"] == before
    whole = send(pdf, "whole.pdf").json()["document"]
    assert whole["status"] == "ready"
    assert client.delete(f"/v1/documents/{whole['id']}").status_code == 202
