"""Connections to one server, each lent to one request at a time."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx2

CONNECT_S = 10.0
_KEPT_S = 4.0
"""Less than the 5 s after which uvicorn, under vLLM and others, closes an idle connection."""


class Connections:
    """As many clients of one connection each as there are requests at once; for one event loop.

    One client with a pool of n connections looks at all n for every request and every answer (httpcore2,
    `_assign_requests_to_connections`): with 50 at once that costs more than all the rest.
    """

    def __init__(self, headers: Mapping[str, str]) -> None:
        """Send these headers with every request; nothing is opened yet."""
        self._headers = dict(headers)
        self._idle: list[httpx2.AsyncClient] = []
        self._ssl: ssl.SSLContext | None = None

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[httpx2.AsyncClient]:
        """A client of one's own; the one used last, so that few connections stay open when there is little to do."""
        client = self._idle.pop() if self._idle else self._made()
        try:
            yield client
        finally:
            self._idle.append(client)

    async def close(self) -> None:
        """Close those that are not lent."""
        while self._idle:
            await self._idle.pop().aclose()

    def _made(self) -> httpx2.AsyncClient:
        if self._ssl is None:
            self._ssl = httpx2.create_ssl_context()
        return httpx2.AsyncClient(
            headers=self._headers,
            verify=self._ssl,
            timeout=httpx2.Timeout(None, connect=CONNECT_S),
            limits=httpx2.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=_KEPT_S),
        )
