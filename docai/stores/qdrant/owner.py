"""The one process that has the embedded indexes open, answering for them over a Unix socket.

    python -m docai.stores.qdrant.owner --folder F --socket S [--full-scan-pages N] [--candidates N]

The socket appears when calls are answered; an index is opened when it is first asked for. SIGTERM and SIGINT finish the
calls being worked on, flush and exit with 0; a folder that another process has is one line on stderr and exit code 1.
Nothing else is written.
"""

from __future__ import annotations

import argparse
import signal
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from filelock import FileLock, Timeout

from docai.domain.embeddings import Matrix
from docai.errors import DocaiError, HomeInUse, InvalidRequest, StoreError, StoreUnavailable
from docai.late_interaction import DEFAULT_POLICY, CandidatePolicy
from docai.protocols import IndexShelf, PageIndex
from docai.stores.qdrant.calls import Frame, call_of, frames_of
from docai.stores.qdrant.edge import EdgeShelf
from docai.stores.qdrant.wire import MAX_DIMENSION, NO_VECTORS, check_folder, error_header, receive, send, socket_place

MAX_CONNECTIONS = 256
"""Connections answered at once, each by a thread; the processes of one machine keep a few each."""

_LAST_CALLS_S = 20.0
"""How long calls being worked on may go on after `stop`; the longest is merging segments, some seconds."""


class _Kind(NamedTuple):
    """Which index a connection is for, and how long its vectors are."""

    encoder: str
    dimension: int


class IndexOwner:
    """Serves the indexes of a shelf to processes of the same user, from `with` on, and closes them in the end.

    A connection is for one index, which its first call names.
    """

    def __init__(self, shelf: IndexShelf, *, at: Path) -> None:
        """`at` is where clients are told the socket is."""
        self._shelf = shelf
        self._indexes: dict[_Kind, PageIndex] = {}
        self._shelf_lock = threading.Lock()
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
        """Take no more calls, wait for those being worked on, and close what was opened."""
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
        with self._shelf_lock:
            for index in self._indexes.values():
                index.close()
            self._indexes.clear()

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
        kind: _Kind | None = None
        try:
            with connection:
                while (frame := self._heard(connection, kind)) is not None:
                    kind = self._answer(connection, frame, kind)
        except OSError:
            pass  # the client is gone, which is its own affair
        finally:
            with self._lock:
                del self._connections[connection]

    def _heard(self, connection: socket.socket, kind: _Kind | None) -> Frame | None:
        """The next call; None where there is none, or no telling where it would begin."""
        try:
            return receive(connection, dimension=kind.dimension if kind else 0, wait_s=None)
        except InvalidRequest as error:
            send(connection, error_header(error))
            return None

    def _answer(self, connection: socket.socket, frame: Frame, kind: _Kind | None) -> _Kind | None:
        """Answer a call; gives which index the connection is for from now on."""
        if frame[0].get("call") == "hello":
            reply, kind = self._welcome(frame[0], kind)
            send(connection, reply)
            return kind
        for header, vectors in self._replies(*frame, kind):
            send(connection, header, vectors)
        return kind

    def _welcome(self, header: Mapping[str, Any], kind: _Kind | None) -> tuple[Mapping[str, object], _Kind | None]:
        try:
            wanted = _kind_of(header)
            self._opened(wanted)
        except Exception as error:  # noqa: BLE001 - see `_replies`
            return _fault(error), kind
        return {"ok": None}, wanted

    def _replies(self, header: Mapping[str, Any], vectors: Matrix, kind: _Kind | None) -> Iterator[Frame]:
        try:
            if header.get("call") == "drop":
                self._drop(str(header.get("encoder")))
                yield {"ok": None}, NO_VECTORS
            else:
                yield from frames_of(call_of(self._standing(kind), header, vectors)())
        except Exception as error:  # noqa: BLE001 - a fault in one call must not cost the others their index
            yield _fault(error), NO_VECTORS

    def _opened(self, kind: _Kind) -> PageIndex:
        with self._shelf_lock:
            if kind not in self._indexes:
                self._indexes[kind] = self._shelf.open(*kind)
            return self._indexes[kind]

    def _standing(self, kind: _Kind | None) -> PageIndex:
        """The connection's index, opened and not dropped since: a late call must not bring it back."""
        if kind is None:
            raise InvalidRequest("The first call must be `hello`, which names an index.")
        with self._shelf_lock:
            if kind not in self._indexes:
                raise StoreUnavailable("The index was dropped meanwhile; `docai index status` shows which there are.")
            return self._indexes[kind]

    def _drop(self, encoder: str) -> None:
        with self._shelf_lock:
            for kind in [kind for kind in self._indexes if kind.encoder == encoder]:
                self._indexes.pop(kind).close()
            self._shelf.drop(encoder)


def _kind_of(header: Mapping[str, Any]) -> _Kind:
    try:
        kind = _Kind(str(header["encoder"]), int(header["dimension"]))
    except (KeyError, ValueError, TypeError) as error:
        raise InvalidRequest("The index's owner does not understand the call.", reason=repr(error)) from error
    if not 1 <= kind.dimension <= MAX_DIMENSION:
        raise InvalidRequest(f"Vectors of {kind.dimension} numbers; from 1 to {MAX_DIMENSION} can be sent.")
    return kind


def _fault(error: Exception) -> Mapping[str, object]:
    known = error if isinstance(error, DocaiError) else StoreError("The page index failed.", reason=repr(error))
    return error_header(known)


def _started(thread: threading.Thread) -> bool:
    try:
        thread.start()
    except RuntimeError:  # the machine has no room for another thread
        return False
    return True


def main(arguments: Sequence[str] | None = None) -> None:
    """Own the indexes in a folder until told to stop."""
    parser = argparse.ArgumentParser(description="Own the page indexes in a folder and serve them over a Unix socket.")
    parser.add_argument("--folder", type=Path, required=True, help="where the indexes are, or are to be made")
    parser.add_argument("--socket", type=Path, required=True, help="where clients connect")
    parser.add_argument(
        "--full-scan-pages",
        type=int,
        default=DEFAULT_POLICY.full_scan_pages,
        help="up to so many pages in scope are all scored by all their vectors",
    )
    parser.add_argument(
        "--candidates", type=int, default=DEFAULT_POLICY.candidates, help="beyond that, so many are scored"
    )
    given = parser.parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    policy = CandidatePolicy(full_scan_pages=given.full_scan_pages, candidates=given.candidates)
    try:
        with _locked(given.folder), IndexOwner(EdgeShelf(given.folder, policy=policy), at=given.socket):
            stop.wait()
    except DocaiError as error:
        parser.exit(1, f"{error.code}: {error.message}\n")


def _locked(folder: Path) -> AbstractContextManager[object]:
    """The folder for this process alone: two owners would take each other's socket, and each open half of the indexes.

    Raises:
        HomeInUse: another owner has it.
        StoreUnavailable: it cannot be written to.
    """
    lock = FileLock(folder / "owner.lock", blocking=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return lock.acquire()
    except Timeout:
        raise HomeInUse(f"Another process owns the page indexes in {str(folder)!r}; stop it first.") from None
    except OSError as error:
        raise StoreUnavailable(f"The folder {str(folder)!r} cannot be written to: {error.strerror}.") from error


if __name__ == "__main__":
    main()
