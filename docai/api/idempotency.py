"""Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07): a POST that is sent again is answered once."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from uuid import UUID, uuid4

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from docai.api.errors import problem_response
from docai.api.fingerprints import AnswerHeld, BodySeen, RequestDigest
from docai.api.middleware import PROTECTED
from docai.domain.ids import TenantId
from docai.domain.requests import ClaimState, KeptAnswer, KeyClaim
from docai.errors import (
    DocaiError,
    IdempotencyKeyMalformed,
    IdempotencyKeyReused,
    RequestInProgress,
    StoreError,
    UploadIncomplete,
)
from docai.protocols import RequestKeys
from docai.telemetry import log

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
BUSY_S = 30.0
"""A request that says nothing for so long has died with its process: the next one with its key is answered anew."""
MAX_KEY_CHARACTERS = 255

_QUOTED = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"')
"""A string of RFC 8941, section 3.3.3."""
_BARE = re.compile(r"[\x21\x23-\x2b\x2d-\x7e]+")
"""What most clients send instead: printable, without quotation marks, commas and spaces."""


class Idempotency:
    """Answers a POST with a key once, and repeats that answer to whoever sends the same request with the same key.

    Answers that tell to try again are not kept, nor are those of more than `KEPT_BYTES`.
    """

    def __init__(self, app: ASGIApp, keys: RequestKeys, busy_s: float = BUSY_S) -> None:
        self._app = app
        self._keys = keys
        self._busy_s = busy_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        is_post = scope["type"] == "http" and scope["method"] == "POST" and scope["path"].startswith(PROTECTED)
        sent = Headers(scope=scope).getlist(HEADER) if is_post else []
        if not sent:
            await self._app(scope, receive, send)
            return
        try:
            request = _Request(self._keys, scope["state"]["tenant"].id, key_of(sent), self._busy_s)
            claim = await run_in_threadpool(request.claim)
            if claim.state is ClaimState.BUSY:
                raise RequestInProgress("A request with this Idempotency-Key is being answered; ask again.")
            if claim.answer is not None:
                await _replay(claim.answer, scope, receive, send)
                return
        except DocaiError as error:
            response = problem_response(error, scope["state"]["request_id"])
            # The body was not read, or not whole: the connection cannot serve another request.
            response.headers["Connection"] = "close"
            await response(scope, receive, send)
            return
        await self._answer(request, scope, receive, send)

    async def _answer(self, request: _Request, scope: Scope, receive: Receive, send: Send) -> None:
        body = BodySeen(receive, RequestDigest(scope))
        answer = AnswerHeld(send)
        renewing = asyncio.create_task(request.keep_alive())
        try:
            await self._app(scope, body.receive, answer.send)
            is_whole = await body.drained()
        except Exception:
            await request.release()
            raise
        finally:
            renewing.cancel()
        kept = answer.to_keep(body.fingerprint) if is_whole else None
        # Kept before it is sent: whoever has the answer finds the same one again.
        await (request.release() if kept is None else request.keep(kept))
        await answer.let_go()


class _Request:
    """One request and its claim on a key."""

    def __init__(self, keys: RequestKeys, tenant_id: TenantId, key: str, busy_s: float) -> None:
        self._keys = keys
        self._whose: tuple[TenantId, str, UUID] = (tenant_id, key, uuid4())
        self._busy_s = busy_s

    def claim(self) -> KeyClaim:
        """Ask for the key."""
        return self._keys.claim(*self._whose, busy_s=self._busy_s)

    async def keep_alive(self) -> None:
        """Say again and again that the request lives."""
        while True:
            await asyncio.sleep(self._busy_s / 3)
            with suppress(StoreError):
                await run_in_threadpool(lambda: self._keys.renew(*self._whose, busy_s=self._busy_s))

    async def keep(self, answer: KeptAnswer) -> None:
        """Keep the answer; where the database is away, the client still gets it, and a repetition is answered anew."""
        try:
            await run_in_threadpool(self._keys.keep, *self._whose, answer)
        except StoreError as error:
            log("answer not kept", level="warning", code=error.code)

    async def release(self) -> None:
        """Let the next request with the key be answered anew."""
        try:
            await run_in_threadpool(self._keys.release, *self._whose)
        except StoreError as error:
            log("key not released", level="warning", code=error.code)


def key_of(sent: list[str]) -> str:
    """The key that a request's headers give, quoted or bare.

    Raises:
        IdempotencyKeyMalformed: it is none, empty or too long, or there are several.
    """
    value = sent[0].strip()
    quoted = _QUOTED.fullmatch(value)
    key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else value
    is_string = quoted is not None or _BARE.fullmatch(value) is not None
    if len(sent) > 1 or not is_string or not 1 <= len(key) <= MAX_KEY_CHARACTERS:
        raise IdempotencyKeyMalformed(
            f'Send one Idempotency-Key of 1 to {MAX_KEY_CHARACTERS} printable characters, such as "8e03978e-40d5".'
        )
    return key


async def _replay(answer: KeptAnswer, scope: Scope, receive: Receive, send: Send) -> None:
    body = BodySeen(receive, RequestDigest(scope))
    if not await body.drained():
        raise UploadIncomplete("The body did not come whole; send the request again.")
    if body.fingerprint != answer.fingerprint:
        raise IdempotencyKeyReused("This Idempotency-Key was sent before with another request; send a new one.")
    response = Response(answer.body, answer.status, answer.headers)
    response.headers[REPLAYED] = "true"
    await response(scope, receive, send)
