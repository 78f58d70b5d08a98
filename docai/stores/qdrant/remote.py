"""The page indexes in another process, their owner's, over a Unix socket."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import cast
from uuid import UUID

from docai.domain.embeddings import Matrix, PageEmbedding, QueryEmbedding, StoredVectors
from docai.domain.ids import DocumentId, TenantId
from docai.domain.indexes import PagePlace
from docai.errors import InvalidRequest, StoreUnavailable
from docai.stores.qdrant.admission import Admission
from docai.stores.qdrant.calls import Frame, grid_fields, grid_from
from docai.stores.qdrant.points import ScoredPage
from docai.stores.qdrant.wire import NO_VECTORS, check_folder, raise_error, receive, send, socket_place

CONNECT_TIMEOUT_S = 5.0
"""How long the owner may take to accept a connection; it does nothing else in that thread."""

MAX_IDLE = 8
"""Connections kept for further calls; more calls at once make more connections, closed after them."""


class RemoteIndex:
    """An index that an `IndexOwner` answers for; thread-safe, and whole again after a fork.

    A call in flight when the owner dies raises StoreUnavailable, and may or may not have been done; all calls may be
    repeated. The next call connects anew.
    """

    def __init__(self, at: Path, *, dimension: int, encoder: str, timeout_s: float = 60.0) -> None:
        """Name the owner's socket, and the vectors' length and encoder.

        An owner that is not there at the moment is no error yet, so that processes may start in any order.

        Args:
            at: where the owner was told to put its socket.
            dimension: length of a vector.
            encoder: fingerprint of the encoder.
            timeout_s: how long a call may take; merging segments blocks for milliseconds per page changed.

        Raises:
            IndexMismatch: another version of docai built the index.
        """
        self._place = socket_place(at)
        self._admission = Admission(encoder=encoder, dimension=dimension)
        self._timeout_s = timeout_s
        self._idle: list[socket.socket] = []
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._closed = False
        with suppress(StoreUnavailable):
            self._put_back(self._connected())

    def upsert(self, tenant_id: TenantId, document_id: DocumentId, page_number: int, embedding: PageEmbedding) -> None:
        """Store or replace a page's vectors.

        Raises:
            InvalidEmbedding: vectors are not finite, not of unit length, or are more than the index can hold.
            IndexMismatch: another encoder made them.
            StoreUnavailable, StoreFull: it may not have been written.
        """
        vectors = self._admission.page(embedding)
        place = {"tenant": str(tenant_id), "document": str(document_id), "page": page_number}
        shape = {"runs": embedding.run_lengths, "grid": grid_fields(embedding.grid)}
        self._call({"call": "upsert", **place, **shape, "encoder": embedding.encoder}, vectors)

    def delete(self, tenant_id: TenantId, document_id: DocumentId, page_numbers: Sequence[int]) -> None:
        """Forget pages, by explicit ids; harmless where there are none.

        Raises:
            StoreUnavailable: it may not have been done.
        """
        place = {"tenant": str(tenant_id), "document": str(document_id), "pages": list(page_numbers)}
        self._call({"call": "delete", **place})

    def search(
        self,
        tenant_id: TenantId,
        query: QueryEmbedding,
        *,
        document_ids: Sequence[DocumentId],
        limit: int,
        candidates: Sequence[tuple[DocumentId, int]] = (),
    ) -> Sequence[ScoredPage]:
        """Best pages by MaxSim over all their vectors: document, page number, score, best first.

        Raises:
            InvalidEmbedding, IndexMismatch: the query's vectors are not the index's kind.
            StoreUnavailable: the owner does not answer.
        """
        vectors = self._admission.query(query)
        scope = {"tenant": str(tenant_id), "documents": [str(d) for d in document_ids], "limit": limit}
        named = [(str(document_id), number) for document_id, number in candidates]
        found = self._call({"call": "search", **scope, "candidates": named, "encoder": query.encoder}, vectors)
        pages = cast("list[tuple[str, int, float]]", found)
        return [(DocumentId(UUID(document)), page, score) for document, page, score in pages]

    def vectors(self, tenant_id: TenantId, document_id: DocumentId, page_number: int) -> StoredVectors | None:
        """A page's vectors, in the order in which they were stored; None where there are none.

        Raises:
            StoreUnavailable: the owner does not answer.
        """
        place = {"tenant": str(tenant_id), "document": str(document_id), "page": page_number}
        ((header, found),) = self._frames({"call": "vectors", **place})
        return None if header["ok"] is None else StoredVectors(found, grid_from(header["ok"]["grid"]))

    def page_numbers(self, tenant_id: TenantId, document_id: DocumentId) -> Sequence[int]:
        """Which pages of a document have vectors here, ascending.

        Raises:
            StoreUnavailable: the owner does not answer.
        """
        found = self._call({"call": "page_numbers", "tenant": str(tenant_id), "document": str(document_id)})
        return cast("list[int]", found)

    def places(self) -> Iterator[PagePlace]:
        """Every page that has vectors here, of all tenants, each once.

        Raises:
            StoreUnavailable: the owner does not answer.
        """
        for header, _ in self._frames({"call": "places"}):
            for tenant, document, number in header["ok"]:
                yield TenantId(UUID(tenant)), DocumentId(UUID(document)), number

    def count(self) -> int:
        """How many pages are stored, of all tenants.

        Raises:
            StoreUnavailable: the owner does not answer.
        """
        return cast("int", self._call({"call": "count"}))

    def close(self) -> None:
        """Hang up; the index stays open in its owner."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _call(self, header: Mapping[str, object], vectors: Matrix = NO_VECTORS) -> object:
        ((reply, _),) = self._frames(header, vectors)
        return reply["ok"]

    def _frames(self, header: Mapping[str, object], vectors: Matrix = NO_VECTORS) -> list[Frame]:
        """Send one call and read all of its answer, before anybody works with that: the owner waits for nobody."""
        connection = self._take() or self._connected()
        frames = _exchange(connection, header, vectors, self._admission.dimension, self._timeout_s)
        self._put_back(connection)
        raise_error(frames[-1][0])
        return frames

    def _connected(self) -> socket.socket:
        """A new connection to an owner, for this index."""
        connection = _connection(self._place)
        ours = {"dimension": self._admission.dimension, "encoder": self._admission.encoder}
        try:
            hello = _exchange(
                connection, {"call": "hello", **ours}, NO_VECTORS, self._admission.dimension, self._timeout_s
            )
            raise_error(hello[-1][0])
        except BaseException:
            connection.close()
            raise
        return connection

    def _take(self) -> socket.socket | None:
        """An idle connection whose owner still lives; None if there is none."""
        with self._lock:
            if self._closed:
                raise StoreUnavailable("The page index is closed.")
            if self._process != os.getpid():
                # After a fork the connections are the parent's: two processes' calls would be mixed up on them.
                self._idle, self._process = [], os.getpid()
            while self._idle:
                connection = self._idle.pop()
                if _is_quiet(connection):
                    return connection
                connection.close()
        return None

    def _put_back(self, connection: socket.socket) -> None:
        with self._lock:
            if not self._closed and len(self._idle) < MAX_IDLE:
                self._idle.append(connection)
                return
        connection.close()


class RemoteShelf:
    """The indexes of an `IndexOwner`. Thread-safe, and as good after a fork as before."""

    def __init__(self, at: Path, *, timeout_s: float = 60.0) -> None:
        """Name the owner's socket, and how long a call may take; nothing is connected yet."""
        self._at = at
        self._timeout_s = timeout_s

    def open(self, encoder: str, dimension: int) -> RemoteIndex:
        """The index of an encoder, made if it is not there; the caller closes it.

        An owner that does not run at the moment is no error yet: see `RemoteIndex`.

        Raises:
            IndexMismatch: another version of docai built it.
            HomeInUse: a process that is not the owner has it open.
        """
        return RemoteIndex(self._at, dimension=dimension, encoder=encoder, timeout_s=self._timeout_s)

    def drop(self, encoder: str) -> None:
        """Have the owner remove the index of an encoder with all its vectors; harmless where there is none.

        Raises:
            StoreUnavailable: the owner does not answer.
        """
        with _connection(socket_place(self._at)) as connection:
            frames = _exchange(connection, {"call": "drop", "encoder": encoder}, NO_VECTORS, 0, self._timeout_s)
        raise_error(frames[-1][0])

    def point_to(self, encoder: str) -> None:
        """Nothing: only the records tell which index is in use."""


def _connection(place: Path) -> socket.socket:
    """A new connection to the owner at a place."""
    check_folder(place)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(CONNECT_TIMEOUT_S)
    try:
        connection.connect(str(place))
    except OSError as error:
        connection.close()
        raise StoreUnavailable("The page index's owner is not running.", reason=str(error)) from error
    return connection


def _exchange(
    connection: socket.socket, header: Mapping[str, object], vectors: Matrix, dimension: int, timeout_s: float
) -> list[Frame]:
    """Send one call and read its answer, of one or more frames; the connection is closed if that fails."""
    frames: list[Frame] = []
    try:
        send(connection, header, vectors)
        while not frames or frames[-1][0].get("more"):
            frame = receive(connection, dimension=dimension, wait_s=timeout_s)
            if frame is None:
                raise ConnectionResetError("the owner hung up")
            frames.append(frame)
    except (OSError, InvalidRequest) as error:
        connection.close()
        raise StoreUnavailable("The page index's owner did not answer.", reason=str(error)) from error
    return frames


def _is_quiet(connection: socket.socket) -> bool:
    """Whether an idle connection is open and has nothing to say; a dead owner's says that it has ended."""
    connection.setblocking(False)
    try:
        connection.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
