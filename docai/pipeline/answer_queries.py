"""A thread of an embed worker that embeds queries for processes without the model."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

import numpy as np

from docai.domain.indexes import QueryReply, QueryRequest
from docai.errors import DocaiError, EngineError, StoreError
from docai.protocols import PageEmbedder, QueryRequests
from docai.telemetry import log

_AT_ONCE = 8
"""Queries taken together."""
_LEASE_S = 5.0
"""A query that was taken and not answered within this is taken again, by others too: whoever asked still waits then."""
_BUSY_WAIT_S = 0.02
_IDLE_WAIT_S = 0.1
"""Between two looks while queries come, and longest when none do."""
_GROWTH = 1.25
_AWAY_WAIT_S = 1.0
"""Before another look after the database did not answer."""


class QueryAnswerer:
    """Answers until it is left. Nothing that a query causes, and no database that is away, ends it before."""

    def __init__(self, requests: QueryRequests, embedder: PageEmbedder) -> None:
        """Answer nothing yet; `embedder` has a model and is thread-safe."""
        self._requests = requests
        self._embedder = embedder
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._answer_all, name="docai-queries", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Stop after the query at hand; others take the rest."""
        self._ending.set()
        self._thread.join()

    def _answer_all(self) -> None:
        wait_s = _IDLE_WAIT_S
        while not self._ending.wait(wait_s):
            try:
                n_answered = self._answer_some()
                wait_s = _BUSY_WAIT_S if n_answered else min(wait_s * _GROWTH, _IDLE_WAIT_S)
            except StoreError as error:
                log("queries not answered for now", level="warning", code=error.code)
                wait_s = _AWAY_WAIT_S
            except Exception as error:  # noqa: BLE001 - a fault of ours must not end the thread for good
                log("queries not answered", level="error", exc_info=error)
                wait_s = _AWAY_WAIT_S

    def _answer_some(self) -> int:
        taken = self._requests.take(self._embedder.fingerprint, limit=_AT_ONCE, lease_s=_LEASE_S)
        for request in taken:
            if self._ending.is_set():
                break
            self._requests.reply(request.id, self._reply_to(request))
        return len(taken)

    def _reply_to(self, request: QueryRequest) -> QueryReply:
        try:
            found = self._embedder.embed_query(request.text, {})
        except DocaiError as error:
            return _refusal(error.code, error.message)
        except Exception as error:  # noqa: BLE001 - whoever asked is told, and the next query is answered
            log("query not embedded", level="error", exc_info=error)
            return _refusal(EngineError.code, "The encoder failed because of a fault of ours; its worker's log has it.")
        if found is None:
            return QueryReply(np.zeros((0, self._embedder.dimension), dtype=np.float32))
        return QueryReply(found.vectors, found.tokens)


def _refusal(code: str, message: str) -> QueryReply:
    return QueryReply(np.zeros((0, 0), dtype=np.float32), fault_code=code, fault_message=message)
