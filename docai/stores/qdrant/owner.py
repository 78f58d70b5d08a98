"""The one process that has an index open, answering for it over a Unix socket.

    python -m docai.stores.qdrant.owner --folder F --socket S --dimension D --encoder E

The socket appears when the index is open. SIGTERM and SIGINT finish the calls being worked on, flush and exit with 0;
an index that cannot be opened is one line on stderr and exit code 1. Nothing else is written.
"""

from __future__ import annotations

import argparse
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from docai.domain.embeddings import Matrix, PageEmbedding, QueryEmbedding
from docai.domain.ids import DocumentId, TenantId
from docai.errors import DocaiError, IndexMismatch, InvalidRequest, StoreError, StoreUnavailable
from docai.protocols import PageIndex
from docai.stores.qdrant.edge import EdgeIndex
from docai.stores.qdrant.wire import check_folder, error_header, receive, send, socket_place

MAX_CONNECTIONS = 256
"""Connections answered at once, each by a thread; the processes of one machine keep a few each."""

_LAST_CALLS_S = 20.0
"""How long calls being worked on may go on after `stop`; the longest is merging segments, some seconds."""


class IndexOwner:
    """Serves an index to processes of the same user, from `with` on; the index itself is the caller's to close."""

    def __init__(self, index: PageIndex, *, dimension: int, encoder: str, at: Path) -> None:
        """`dimension` and `encoder` are the index's; `at` is where clients are told the socket is."""
        self._index = index
        self._dimension = dimension
        self._encoder = encoder
        self._place = socket_place(at)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._lock = threading.Lock()
        self._stopping = False

    def __enter__(self) -> Self:
        """Begin to answer.

        Raises:
            StoreUnavailable: there can be no socket at that place.
        """
        try:
            self._listen()
        except OSError as error:
            raise StoreUnavailable(f"There can be no socket at {str(self._place)!r}: {error}") from error
        threading.Thread(target=self._accept, name="index-owner", daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Take no more calls, and wait for those being worked on."""
        with self._lock:
            self._stopping = True
            open_now = dict(self._connections)
        self._place.unlink(missing_ok=True)
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # closing alone would not wake the thread that accepts
        self._listener.close()
        for connection in open_now:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RD)  # a reply may still be on its way out
        deadline = time.monotonic() + _LAST_CALLS_S
        for thread in open_now.values():
            thread.join(max(0.0, deadline - time.monotonic()))

    def _listen(self) -> None:
        folder = self._place.parent
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        check_folder(self._place)
        # Bound under another name and renamed: what is at the place answers, and a killed owner's socket gives way.
        new = self._place.with_name(f"{self._place.name}.new")
        new.unlink(missing_ok=True)
        self._listener.bind(str(new))
        new.chmod(0o600)
        self._listener.listen(MAX_CONNECTIONS)
        new.rename(self._place)

    def _accept(self) -> None:
        while not self._stopping:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                time.sleep(0.05)  # out of file descriptors for the moment, or stopping
                continue
            thread = threading.Thread(target=self._converse, args=(connection,), name="index-call", daemon=True)
            with self._lock:
                if self._stopping or len(self._connections) >= MAX_CONNECTIONS or not _started(thread):
                    connection.close()
                else:
                    self._connections[connection] = thread

    def _converse(self, connection: socket.socket) -> None:
        """Answer one client until it hangs up or makes no sense."""
        try:
            with connection:
                while self._answer_next(connection):
                    pass
        except OSError:
            pass  # the client is gone, which is its own affair
        finally:
            with self._lock:
                del self._connections[connection]

    def _answer_next(self, connection: socket.socket) -> bool:
        """Read a call and answer it; False where there is no telling where the next one would begin."""
        try:
            frame = receive(connection, dimension=self._dimension, wait_s=None)
        except InvalidRequest as error:
            send(connection, error_header(error))
            return False
        if frame is None:
            return False
        send(connection, self._reply(*frame))
        return True

    def _reply(self, header: Mapping[str, Any], vectors: Matrix) -> Mapping[str, object]:
        try:
            return {"ok": self._understood(header, vectors)()}
        except DocaiError as error:
            return error_header(error)
        except Exception as error:  # noqa: BLE001 - a fault in one call must not cost the others their index
            return error_header(StoreError("The page index failed.", reason=repr(error)))

    def _understood(self, header: Mapping[str, Any], vectors: Matrix) -> Callable[[], object]:
        """What a call asks for, ready to be done."""
        try:
            if header["call"] == "hello":
                return partial(self._hello, dimension=int(header["dimension"]), encoder=str(header["encoder"]))
            return _CALLS[header["call"]](self._index, header, vectors)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise InvalidRequest("The index's owner does not understand the call.", reason=repr(error)) from error

    def _hello(self, *, dimension: int, encoder: str) -> None:
        if (dimension, encoder) != (self._dimension, self._encoder):
            ours, theirs = [self._encoder, self._dimension], [encoder, dimension]
            raise IndexMismatch("The index is another encoder's; rebuild it.", index=ours, given=theirs)


def _started(thread: threading.Thread) -> bool:
    try:
        thread.start()
    except RuntimeError:  # the machine has no room for another thread
        return False
    return True


def _upsert(index: PageIndex, header: Mapping[str, Any], vectors: Matrix) -> Callable[[], object]:
    # An index keeps the vectors only, so boxes and words are not sent.
    embedding = PageEmbedding(vectors, (), (), str(header["encoder"]))
    return partial(index.upsert, _tenant(header), _document(header), int(header["page"]), embedding)


def _delete(index: PageIndex, header: Mapping[str, Any], _: Matrix) -> Callable[[], object]:
    return partial(index.delete, _tenant(header), _document(header), [int(number) for number in header["pages"]])


def _search(index: PageIndex, header: Mapping[str, Any], vectors: Matrix) -> Callable[[], object]:
    documents = [DocumentId(UUID(name)) for name in header["documents"]]
    query = QueryEmbedding(vectors, (), str(header["encoder"]))
    return partial(index.search, _tenant(header), query, document_ids=documents, limit=int(header["limit"]))


def _page_numbers(index: PageIndex, header: Mapping[str, Any], _: Matrix) -> Callable[[], object]:
    return partial(index.page_numbers, _tenant(header), _document(header))


def _count(index: PageIndex, _header: Mapping[str, Any], _: Matrix) -> Callable[[], object]:
    return index.count


def _tenant(header: Mapping[str, Any]) -> TenantId:
    return TenantId(UUID(header["tenant"]))


def _document(header: Mapping[str, Any]) -> DocumentId:
    return DocumentId(UUID(header["document"]))


_CALLS = {
    "upsert": _upsert,
    "delete": _delete,
    "search": _search,
    "page_numbers": _page_numbers,
    "count": _count,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Own the index in a folder until told to stop."""
    parser = argparse.ArgumentParser(description="Own the page index in a folder and serve it over a Unix socket.")
    parser.add_argument("--folder", type=Path, required=True, help="where the index is, or is to be made")
    parser.add_argument("--socket", type=Path, required=True, help="where clients connect")
    parser.add_argument("--dimension", type=int, required=True, help="length of a vector")
    parser.add_argument("--encoder", required=True, help="fingerprint of the encoder")
    given = parser.parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        index = EdgeIndex(given.folder, dimension=given.dimension, encoder=given.encoder)
        try:
            with IndexOwner(index, dimension=given.dimension, encoder=given.encoder, at=given.socket):
                stop.wait()
        finally:
            index.close()
    except DocaiError as error:
        parser.exit(1, f"{error.code}: {error.message}\n")


if __name__ == "__main__":
    main()
