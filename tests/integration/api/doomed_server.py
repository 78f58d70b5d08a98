"""Servers that die at a chosen point of an upload. Run as a process of its own: see `test_killed_api.py`.

Usage: doomed_server.py DATABASE_URL HOME. For each line read, the name of a point, a server is forked that dies there;
its port is written, and once it is dead, its exit code.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import uvicorn
from pydantic import SecretStr

from docai.api import idempotency
from docai.api.app import create_app
from docai.api.dependencies import ApiLimits
from docai.assembly.parts import make_parts, make_system
from docai.pipeline.threads import ThreadDoorbell
from docai.settings import DatabaseSettings, Settings
from docai.stores.blobs.filesystem import FilesystemBlobs
from docai.stores.postgres.engine import make_engine
from docai.stores.postgres.events import PostgresEvents
from docai.stores.postgres.request_keys import PostgresRequestKeys
from docai.stores.postgres.unit_of_work import PostgresRecords
from docai.stores.qdrant.edge import EdgeShelf
from docai.system import System

KILLED = 9
BUSY_S = 0.5
POINTS: dict[str, tuple[type, str, bool]] = {
    "key claimed": (PostgresRequestKeys, "claim", True),
    "file half kept": (FilesystemBlobs, "_keep", False),
    "file kept": (FilesystemBlobs, "put_stream", True),
    "before the commit": (PostgresEvents, "add", True),
    "after the commit": (System, "submit", True),
    "answer not kept": (PostgresRequestKeys, "keep", False),
    "answer kept": (PostgresRequestKeys, "keep", True),
}
"""Name to whose method it is, and whether the server dies behind it or before it."""


def doomed(method: Callable[..., object], *, is_behind: bool) -> Callable[..., object]:
    """The method, and the end."""

    def dying(*args: object, **options: object) -> object:
        if is_behind:
            method(*args, **options)
        os._exit(KILLED)

    return dying


def serve(point: str, listener: socket.socket, database_url: str, home: Path) -> None:
    """Serve until the point is reached."""
    idempotency.Idempotency.__init__.__defaults__ = (BUSY_S,)
    owner, name, is_behind = POINTS[point]
    setattr(owner, name, doomed(getattr(owner, name), is_behind=is_behind))
    settings = Settings(home=home, database=DatabaseSettings(url=SecretStr(database_url)))
    with ExitStack() as stack:
        parts = make_parts(
            settings,
            stack,
            records=PostgresRecords(make_engine(database_url, pool_size=4)),
            shelf=EdgeShelf(home / f"indexes-{os.getpid()}"),
            doorbell=ThreadDoorbell(),
        )
        app = create_app(make_system(settings, parts), ApiLimits(max_bytes=10**6, max_wait_s=1, max_page_size=10))
        uvicorn.Server(uvicorn.Config(app, log_level="error")).run([listener])


def say(number: int) -> None:
    """Write a number for the test to read."""
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def main() -> None:
    """Fork a server for each line."""
    database_url, home = sys.argv[1], Path(sys.argv[2])
    for line in sys.stdin:
        listener = socket.create_server(("127.0.0.1", 0))
        child = os.fork()
        if child == 0:
            serve(line.strip(), listener, database_url, home)
            os._exit(1)
        say(listener.getsockname()[1])
        listener.close()
        say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


if __name__ == "__main__":
    main()
