"""Health of a worker process over HTTP, answered beside its work however busy that is."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from docai.errors import ConfigurationError

_IDLE_CONNECTION_S = 5.0
"""A caller that sends nothing for so long is cut off."""
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered."""

    body: bytes
    media_type: str = _JSON
    is_ok: bool = True
    """Whether with 200; else with 503."""

    @classmethod
    def of(cls, fields: Mapping[str, object], *, is_ok: bool = True) -> Reply:
        """A JSON object."""
        return cls(json.dumps(fields).encode(), is_ok=is_ok)


class HealthServer:
    """Answers GET on a few paths, each request in a thread of its own."""

    def __init__(self, host: str, port: int, routes: Mapping[str, Callable[[], Reply]]) -> None:
        """Listen; nothing is answered before `with`.

        Args:
            host: address to listen on.
            port: 0 for any free one.
            routes: path to what gives the answer.

        Raises:
            ConfigurationError: somebody else listens there, or the address is not this machine's.
        """
        try:
            self._server = _Server((host, port), routes)
        except OSError as error:
            raise ConfigurationError(
                f"Cannot tell the worker's health on {host}, port {port}: {error.strerror}; choose others with "
                "DOCAI_WORKER__HEALTH_HOST and DOCAI_WORKER__HEALTH_PORT."
            ) from error
        self._thread = threading.Thread(target=self._server.serve_forever, name="docai-health", daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A question that hangs must not keep the process from ending.
    block_on_close = False

    def __init__(self, address: tuple[str, int], routes: Mapping[str, Callable[[], Reply]]) -> None:
        self.routes = routes
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    timeout = _IDLE_CONNECTION_S
    server: _Server

    def do_GET(self) -> None:
        answer = self.server.routes.get(self.path.partition("?")[0])
        if answer is None:
            self._send(HTTPStatus.NOT_FOUND, Reply.of({"paths": sorted(self.server.routes)}))
            return
        reply = answer()
        self._send(HTTPStatus.OK if reply.is_ok else HTTPStatus.SERVICE_UNAVAILABLE, reply)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing: probes come every few seconds."""

    def _send(self, status: HTTPStatus, reply: Reply) -> None:
        self.send_response(status)
        self.send_header("Content-Type", reply.media_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)
