"""The encoder of the index in use for processes without its model: an embed worker embeds the queries."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence

from docai.domain.embeddings import PageEmbedding, PageSight, QueryEmbedding
from docai.domain.indexes import IndexEntry, QueryReply
from docai.domain.words import PageWords
from docai.errors import EngineUnavailable, IndexMissing, InvalidQuestion
from docai.protocols import IndexRecords, QueryRequests

KEEP_S = 2.0
"""How long it is taken for granted which index is in use: so soon a switch by another process is followed."""
_FIRST_WAIT_S = 0.005
_LONGEST_WAIT_S = 0.025
"""Between two looks for an answer, which takes some hundredths of a second where a worker is idle."""
_GROWTH = 1.5


class QueuedEmbedder:
    """A `PageEmbedder` that has queries embedded elsewhere. Thread-safe."""

    def __init__(
        self,
        indexes: IndexRecords,
        requests: QueryRequests,
        *,
        timeout_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Ask nothing yet.

        Args:
            indexes: which index is in use.
            requests: where queries go.
            timeout_s: longest wait for an answer, seconds.
            clock: gives seconds.
        """
        self._indexes = indexes
        self._requests = requests
        self._timeout_s = timeout_s
        self._clock = clock
        self._lock = threading.Lock()
        self._looked_at: float | None = None
        self._active: IndexEntry | None = None

    @property
    def fingerprint(self) -> str:
        """Of the encoder of the index in use.

        Raises:
            IndexMissing: there is none yet.
            StoreUnavailable: the database does not answer.
        """
        return self._in_use().encoder

    @property
    def dimension(self) -> int:
        """D, the length of a vector of the index in use.

        Raises:
            IndexMissing: there is none yet.
            StoreUnavailable: the database does not answer.
        """
        return self._in_use().dimension

    @property
    def sees_images(self) -> bool:
        """Encoders that other processes have look at images."""
        return True

    def embed_pages(self, pages: Sequence[PageSight]) -> list[PageEmbedding | None]:
        """Not here.

        Raises:
            EngineUnavailable: always.
        """
        raise EngineUnavailable("This process has no model to embed pages with; workers with the capability embed do.")

    def embed_query(self, text: str, weights: Mapping[str, float]) -> QueryEmbedding | None:
        """One vector per query token, by an embed worker; `weights` are of no use to it.

        Raises:
            IndexMissing: there is no index yet.
            InvalidQuestion: the query has more tokens than the encoder takes.
            EngineUnavailable: no embed worker answers, or it could not embed the query.
            StoreUnavailable: the database does not answer.
        """
        index = self._in_use()
        reply = self._answered(index, text)
        if reply.fault_code is not None:
            message = reply.fault_message or ""
            if reply.fault_code == InvalidQuestion.code:
                raise InvalidQuestion(message)
            raise EngineUnavailable(f"An embed worker could not embed the query: {message}", reason=reply.fault_code)
        return QueryEmbedding(reply.vectors, reply.tokens, index.encoder) if len(reply.vectors) else None

    def embed_words(self, words: PageWords) -> PageEmbedding | None:
        """None: vectors are of images."""
        return None

    def _answered(self, index: IndexEntry, text: str) -> QueryReply:
        until = self._clock() + self._timeout_s
        request_id = self._requests.ask(index.encoder, text)
        wait_s = _FIRST_WAIT_S
        while (left_s := until - self._clock()) > 0:
            time.sleep(min(wait_s, left_s))
            wait_s = min(wait_s * _GROWTH, _LONGEST_WAIT_S)
            if (reply := self._requests.collect(request_id)) is not None:
                return reply
        self._requests.withdraw(request_id)
        raise EngineUnavailable(
            f"No embed worker embedded the query within {self._timeout_s:g} s. Make sure that one with the model of "
            f"the index in use, {index.model!r}, runs and is not overloaded (`docai admin workers`, `docai index "
            "status`), or search with the mode `text`.",
            index=index.encoder,
        )

    def _in_use(self) -> IndexEntry:
        with self._lock:
            if self._looked_at is None or self._active is None or self._clock() - self._looked_at >= KEEP_S:
                self._active = self._indexes.active()
                self._looked_at = self._clock()
            active = self._active
        if active is None:
            raise IndexMissing("No page was embedded yet, so there is nothing to search; add a document first.")
        return active
