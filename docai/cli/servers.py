"""The servers that `docai up` runs itself: a PostgreSQL and a Valkey, each unless a URL names another."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from docai.broker.valkey import EmbeddedValkey
from docai.errors import DocaiError
from docai.settings import Settings
from docai.stores.postgres.embedded import EmbeddedPostgres

_POSTGRES, _VALKEY = "PostgreSQL", "Valkey"
_LOOK_S = 2.0
"""How often the servers are asked whether they are there; workers come back to them by themselves."""


class _Server(Protocol):
    @property
    def url(self) -> str: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def is_running(self) -> bool: ...


class OwnServers:
    """Starts what is not named by a URL, starts it again should it end, and stops it in the end.

    The caller owns the home: see `HomeLock`.
    """

    def __init__(self, settings: Settings, note: Callable[[str], None]) -> None:
        """Look up what is to be run; `note` is told what happens to it."""
        home = settings.home_path
        self._note = note
        self._next_look = 0.0
        self._servers: dict[str, _Server] = {}
        self._urls: dict[str, str] = {}
        for name, url, server in (
            (_POSTGRES, settings.database.url, EmbeddedPostgres(home / "postgres")),
            (_VALKEY, settings.broker.url, EmbeddedValkey(home / "broker")),
        ):
            if url is None:
                self._servers[name] = server
            else:
                self._urls[name] = url.get_secret_value()

    @property
    def database_url(self) -> str:
        """Where the database is, our own or the one named."""
        return self._url(_POSTGRES)

    @property
    def broker_url(self) -> str:
        """Where the broker is, our own or the one named."""
        return self._url(_VALKEY)

    def keep(self) -> None:
        """Start what has ended again; cheap enough to be called all the time."""
        if time.monotonic() < self._next_look:
            return
        for name, server in self._servers.items():
            if not server.is_running():
                self._restart(name, server)
        self._next_look = time.monotonic() + _LOOK_S

    def __enter__(self) -> Self:
        try:
            for name, server in self._servers.items():
                begun = time.monotonic()
                server.start()
                self._note(f"{name} is ready after {time.monotonic() - begun:.1f} s")
        except BaseException:  # Ctrl-C too: what has been started has nobody else to stop it
            self._stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._stop()

    def _url(self, name: str) -> str:
        return self._servers[name].url if name in self._servers else self._urls[name]

    def _restart(self, name: str, server: _Server) -> None:
        url = server.url
        self._note(f"{name} does not answer; starting it again")
        try:
            server.start()
        except DocaiError as error:
            self._note(error.message)
            return
        self._note(f"{name} is back")
        if server.url != url:
            self._note(f"{name} had to change its address, which the others do not know; stop docai and start it anew")

    def _stop(self) -> None:
        for server in reversed(self._servers.values()):
            server.stop()
