"""Request id, authentication and body limit, all before a byte of the body is read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from docai.api.errors import problem_response
from docai.domain.access import Tenant
from docai.errors import DocaiError, DocumentTooLarge, InvalidRequest, NotAuthenticated
from docai.telemetry import log, log_context
from docai.tracing import TRACING

PROTECTED = "/v1/"
FORM_BYTES = 64 * 1024
"""Room for a form's own lines and small fields around the file."""
KNOWN_S = 2.0
"""A key that was known is taken for known so long; one that was not is asked about each time."""
MOST_SEEN = 10_000
UNPACED_BYTES = 256 * 1024
"""A body up to this size is received as fast as it comes."""
SHORT_ROUND_S = 0.002
"""A round of the event loop that takes no longer harms nobody."""
PAUSE_ROUNDS = 20
"""A body waits so many rounds for its next piece: at least that many go by for others."""
LONGEST_PAUSE_S = 1.0


class RequestId:
    """Gives every request an id, in its state, its response and its log line."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        caller = Headers(scope=scope).get("traceparent")
        with (
            log_context(request_id=request_id),
            TRACING.span(scope["method"], {"docai.request_id": request_id}, parent=caller),
        ):
            await self._serve(scope, receive, send, request_id)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        started = time.perf_counter()
        status: int | None = None

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception as error:
            # The trace stays in our log: it may hold what is nobody else's business.
            log("request failed", level="error", exc_info=error)
            if status is not None:
                raise  # half an answer is out already: the server must cut the connection
            ours = DocaiError("A fault of ours. The request id finds it in the log.")
            await problem_response(ours, request_id)(scope, receive, send_with_id)
        finally:
            spent = round(time.perf_counter() - started, 4)
            path = scope["path"]
            # By the route's pattern, not the path: spans are grouped by their names.
            route = getattr(scope.get("route"), "path", "")
            TRACING.rename(f"{scope['method']} {route}".rstrip(), {"http.response.status_code": status or 0})
            log("request served", method=scope["method"], path=path, status=status, seconds=spent)


class Gate:
    """Refuses unknown keys and oversized bodies before the body is parsed.

    FastAPI parses a form before it runs dependencies, so a check there would let strangers fill the disk.
    """

    def __init__(
        self,
        app: ASGIApp,
        tenant_of_key: Callable[[str], Tenant | None],
        max_bytes: int,
        larger: Mapping[str, int] | None = None,
    ) -> None:
        """Let through requests of known keys, with bodies of `max_bytes` at most, at some paths of others."""
        self._app = app
        self._tenant_of_key = tenant_of_key
        self._max_bytes = max_bytes
        self._larger = larger or {}
        self._seen: dict[bytes, tuple[Tenant | None, float]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not scope["path"].startswith(PROTECTED):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit = self._larger.get(scope["path"], self._max_bytes)
        try:
            scope["state"]["tenant"] = await self._tenant(headers)
            self._check_length(headers, limit)
        except DocaiError as error:
            response = problem_response(error, scope["state"]["request_id"])
            # The body was not read: the connection cannot serve another request.
            response.headers["Connection"] = "close"
            await response(scope, receive, send)
            return
        await self._app(scope, _counted(receive, limit), send)

    async def _tenant(self, headers: Headers) -> Tenant:
        kind, _, key = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not key:
            raise NotAuthenticated("Send the API key as `Authorization: Bearer <key>`.")
        return await self._known(key.strip())

    async def _known(self, key: str) -> Tenant:
        """Whose key it is; asked anew after `KNOWN_S`, since asking costs as much as many a request."""
        digest = sha256(key.encode("utf-8", "replace")).digest()
        tenant, until = self._seen.get(digest, (None, 0.0))
        if tenant is not None and time.monotonic() < until:
            return tenant
        tenant = await run_in_threadpool(self._tenant_of_key, key)
        if tenant is None:
            self._seen.pop(digest, None)
            raise NotAuthenticated("The API key is not known.")
        if len(self._seen) >= MOST_SEEN:
            self._seen.clear()
        self._seen[digest] = (tenant, time.monotonic() + KNOWN_S)
        return tenant

    def _check_length(self, headers: Headers, limit: int) -> None:
        announced = headers.get("content-length", "0")
        if not announced.isdecimal():
            raise InvalidRequest("Content-Length is not a number.")
        if int(announced) > limit + FORM_BYTES:
            raise _too_large(limit)


def _counted(receive: Receive, limit: int) -> Receive:
    received = 0

    async def counting() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit + FORM_BYTES:
            raise _too_large(limit)
        if received > UNPACED_BYTES:
            await _give_way()
        return message

    return counting


async def _give_way() -> None:
    """Let others go first: the longer a round of the event loop takes, the longer this body waits for its next piece.

    Many uploads would otherwise fill every round, and each answer to a reader takes several rounds.
    """
    began = time.perf_counter()
    await asyncio.sleep(0)
    round_s = time.perf_counter() - began
    if round_s > SHORT_ROUND_S:
        await asyncio.sleep(min(LONGEST_PAUSE_S, round_s * PAUSE_ROUNDS))


def _too_large(limit: int) -> DocumentTooLarge:
    return DocumentTooLarge(f"The body is larger than the limit of {limit} bytes.", limit=limit)
