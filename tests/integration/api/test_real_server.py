"""What needs real connections: streams that are left, limited and ended, and bodies that nobody asked for."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest
import uvicorn

from docai.api import streams
from tests.integration.api.conftest import Service

PDF = b"%PDF-1.7 followed"


@pytest.fixture
def address(service: Service) -> Iterator[tuple[str, int]]:
    """The service behind a real server on a real socket."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(service.app, log_level="error", lifespan="off"))  # type: ignore[arg-type]
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield listener.getsockname()
    server.should_exit = True
    service.app.state.streams.end()  # type: ignore[attr-defined]
    thread.join(20)
    assert not thread.is_alive(), "a stream kept the server from stopping"
    listener.close()


@pytest.fixture
def http(address: tuple[str, int], service: Service) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {service.key}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{address[1]}", headers=headers, timeout=20) as client:
        yield client


def events_url(http: httpx.Client) -> str:
    job = http.post("/v1/documents", files={"file": ("a.pdf", PDF)}).json()["job"]
    return f"/v1/jobs/{job['id']}/events"


def test_streams_are_limited_and_free_again_when_their_clients_go(http: httpx.Client) -> None:
    url = events_url(http)
    opened = []
    for _ in range(3):
        context = http.stream("GET", url)
        response = context.__enter__()
        lines = response.iter_lines()
        assert next(lines) == "retry: 1000"
        opened.append((context, lines))
    refused = http.get(url)
    assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
    assert "retry-after" in refused.headers
    for context, _ in opened:
        context.__exit__(None, None, None)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with http.stream("GET", url) as response:
            if response.status_code == 200:
                break
        time.sleep(0.1)
    assert response.status_code == 200


def test_a_silent_stream_is_kept_alive_and_hinders_nobody(http: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT_S", 0.6)
    url = events_url(http)
    with http.stream("GET", url) as response:
        lines = response.iter_lines()
        assert response.headers["cache-control"] == "no-store"
        comments = []
        while len(comments) < 2:
            line = next(lines)
            if line.startswith(":"):
                comments.append(line)
            assert http.get("/livez").elapsed.total_seconds() < 5


def test_open_streams_end_when_the_server_does(http: httpx.Client, service: Service) -> None:
    with http.stream("GET", events_url(http)) as response:
        lines = response.iter_lines()
        next(lines)
        service.app.state.streams.end()  # type: ignore[attr-defined]
        for _ in lines:
            pass


@pytest.mark.parametrize("key", [None, "dk_00000000_" + "x" * 43])
def test_a_stranger_cannot_make_the_service_read_a_body(
    address: tuple[str, int], key: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """10 MB are offered; what the server takes off the socket is counted where it comes in."""
    from uvicorn.protocols.http.h11_impl import H11Protocol

    taken = []
    for protocol in _protocols(H11Protocol):
        receive = protocol.data_received

        def counting(self: object, data: bytes, receive: object = receive) -> None:
            taken.append(len(data))
            receive(self, data)  # type: ignore[operator]

        monkeypatch.setattr(protocol, "data_received", counting)
    authorisation = "" if key is None else f"Authorization: Bearer {key}\r\n"
    head = f"POST /v1/documents HTTP/1.1\r\nHost: docai\r\n{authorisation}Content-Length: 10000000\r\n\r\n"
    with socket.create_connection(address) as connection:
        connection.settimeout(10)
        connection.sendall(head.encode())
        with suppress(OSError):  # cut off, as it should be
            for _ in range(1000):
                connection.sendall(b"x" * 10_000)
        answer = b""
        with suppress(OSError):
            answer = connection.recv(100)
    assert answer == b"" or b"401" in answer
    assert sum(taken) <= 1_000_000


def _protocols(h11: type) -> list[type]:
    try:
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
    except ImportError:
        return [h11]
    return [h11, HttpToolsProtocol]


def test_a_process_whose_threads_all_wait_for_a_store_is_alive(
    http: httpx.Client, address: tuple[str, int], service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, back = threading.Semaphore(0), threading.Event()

    def hanging(*_: object, **__: object) -> list[object]:
        waiting.release()
        back.wait(20)
        return []

    monkeypatch.setattr(type(service.system), "documents", hanging)
    url, headers = f"http://127.0.0.1:{address[1]}/v1/documents", dict(http.headers)
    asking = [threading.Thread(target=httpx.get, args=[url], kwargs={"headers": headers}) for _ in range(40)]
    for thread in asking:
        thread.start()
    try:
        assert all(waiting.acquire(timeout=20) for _ in asking)  # as many as there are threads
        assert http.get("/livez", timeout=5).json() == {"status": "live"}
    finally:
        back.set()
        for thread in asking:
            thread.join()
