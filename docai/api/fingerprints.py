"""A request's fingerprint and its answer, taken while they pass."""

from __future__ import annotations

import hashlib
from contextlib import suppress

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from docai.domain.requests import KeptAnswer, ids_in
from docai.errors import DocaiError

KEPT_BYTES = 1 << 20
"""Answers longer than this are not kept."""
_BOUNDARY = b"\x00boundary\x00"
"""Stands for a form's boundary: clients draw it anew whenever they build the same form again."""


class RequestDigest:
    """A hash of method, path, query, content type and body, taken while the body passes."""

    def __init__(self, scope: Scope) -> None:
        kind, options = parse_options_header(Headers(scope=scope).get("content-type", ""))
        said = (scope["method"].encode(), scope["path"].encode(), scope["query_string"], kind.lower())
        self._hash = hashlib.sha256(b"\n".join(said) + b"\n\n")
        boundary = options.get(b"boundary", b"") if kind.lower() == b"multipart/form-data" else b""
        self._boundary = b"--" + boundary if boundary else b""
        self._tail = b""

    def add(self, piece: bytes) -> None:
        """The body's next piece."""
        if not self._boundary:
            self._hash.update(piece)
            return
        *before, rest = (self._tail + piece).split(self._boundary)
        for part in before:
            self._hash.update(part + _BOUNDARY)
        # A boundary may be cut by the pieces' border: what could be its beginning waits for the next one.
        end = max(0, len(rest) - len(self._boundary) + 1)
        self._hash.update(rest[:end])
        self._tail = rest[end:]

    def hexdigest(self) -> str:
        """The hash, once the body has passed."""
        whole = self._hash.copy()
        whole.update(self._tail)
        return whole.hexdigest()


class BodySeen:
    """A request's body on its way to the application, seen as it passes."""

    def __init__(self, receive: Receive, digest: RequestDigest) -> None:
        self._receive = receive
        self._digest = digest
        self._is_whole = False
        self._is_gone = False

    async def receive(self) -> Message:
        """The next message."""
        try:
            message = await self._receive()
        except DocaiError:  # it is longer than the limit
            self._is_gone = True
            raise
        if message["type"] == "http.disconnect":
            self._is_gone = True
        elif not self._is_whole:
            self._digest.add(message.get("body", b""))
            self._is_whole = not message.get("more_body", False)
        return message

    async def drained(self) -> bool:
        """Whether the body came whole, with what the application left unread."""
        with suppress(DocaiError):
            while not (self._is_whole or self._is_gone):
                await self.receive()
        return self._is_whole and not self._is_gone

    @property
    def fingerprint(self) -> str:
        """Of the whole request."""
        return self._digest.hexdigest()


class AnswerHeld:
    """An answer on its way to the client, held back so that it can be kept first; one that is long passes at once."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._held: list[Message] = []
        self._n_bytes = 0
        self._is_passing = False

    async def send(self, message: Message) -> None:
        """The next message of the application."""
        if self._is_passing:
            await self._send(message)
            return
        self._held.append(message)
        self._n_bytes += len(message.get("body", b""))
        if self._n_bytes > KEPT_BYTES:
            await self.let_go()

    async def let_go(self) -> None:
        """Send what was held."""
        self._is_passing = True
        for message in self._held:
            await self._send(message)
        self._held.clear()

    def to_keep(self, fingerprint: str) -> KeptAnswer | None:
        """The answer; None if it must not be kept: too long, cut, a fault of ours, or one that tells to try again."""
        if self._is_passing or not self._held or self._held[0]["type"] != "http.response.start":
            return None
        if self._held[-1].get("more_body", False):
            return None
        status = int(self._held[0]["status"])
        headers = {name.lower(): value for name, value in Headers(raw=self._held[0]["headers"]).items()}
        if status >= 500 or (status >= 400 and "retry-after" in headers):
            return None
        body = b"".join(message.get("body", b"") for message in self._held[1:])
        return KeptAnswer(fingerprint, status, headers, body, ids_in(body))
