"""Provider: what all wires to providers share; their clients do the rest."""

from __future__ import annotations

import httpx2

from docai.engines.vlm.wire import Trouble, away

TIMEOUT = httpx2.Timeout(None, connect=10.0)
"""To connect, seconds; how long an answer may take, `RemoteModel` decides."""


class Provider:
    """A provider tells no context, and is taken to be there: nothing is asked of it that costs or counts."""

    async def context_tokens(self) -> int | None:
        """Not told."""
        return None

    async def is_alive(self) -> bool:
        """Taken for granted."""
        return True


def lost(error: Exception, said: str) -> Trouble:
    """The connection broke, or what came was no answer; `said` came before."""
    return away(f"The provider was lost ({type(error).__name__}: {error}).", text=said)
