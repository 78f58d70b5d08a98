"""Connections to one server: as many as there are requests at once, kept open for the next ones."""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp

CONNECT_S = 10.0
_KEPT_S = 4.0
"""Less than the 5 s after which uvicorn, under vLLM and others, closes an idle connection."""


class Connections:
    """A client of one event loop.

    Over aiohttp, which takes 0.4 ms of processor time for a page's request where httpx2 takes 1.8 (one core): with 50
    pages under way at a fast server, that decides how many are read.
    """

    def __init__(self, headers: Mapping[str, str]) -> None:
        """Send these headers with every request; nothing is opened yet."""
        self._headers = dict(headers)
        self._client: aiohttp.ClientSession | None = None

    @property
    def client(self) -> aiohttp.ClientSession:
        """Made in the loop that uses it; follows no redirect unless told to, and has no limit of its own."""
        if self._client is None:
            self._client = aiohttp.ClientSession(
                headers=self._headers,
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEPT_S),
                timeout=aiohttp.ClientTimeout(total=None, connect=CONNECT_S),
            )
        return self._client

    async def close(self) -> None:
        """Close them all."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()
