"""HomeLock: one process at a time works on a DOCAI_HOME."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from docai.errors import ConfigurationError, HomeInUse


class HomeLock:
    """A lock on the folder that the operating system gives back however the process ends.

    The embedded vector index and the embedded database allow one owner; a second one would damage them or hang.
    """

    def __init__(self, home: Path) -> None:
        """Name the folder; nothing is locked before `acquire`."""
        self._home = home
        self._owner = home / "owner.pid"
        self._lock = FileLock(home / "lock", blocking=False, thread_local=False)

    def acquire(self) -> None:
        """Make the folder if needed and lock it.

        Raises:
            HomeInUse: another process, or another lock of this one, holds it.
            ConfigurationError: the folder cannot be made or written.
        """
        try:
            self._home.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock.acquire()
            self._owner.write_text(f"{os.getpid()}\n", encoding="ascii")
        except Timeout:
            raise self._in_use() from None
        except OSError as error:
            self._lock.release()
            raise ConfigurationError(
                f"Cannot work in {str(self._home)!r}: {error.strerror}; set DOCAI_HOME to a folder you may write."
            ) from error

    def release(self) -> None:
        """Give the folder back; harmless when it is not held."""
        if self._lock.is_locked:
            self._owner.unlink(missing_ok=True)
            self._lock.release()

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.release()

    def _in_use(self) -> HomeInUse:
        try:
            owner = self._owner.read_text(encoding="ascii").strip()
        except OSError:
            owner = "unknown"
        return HomeInUse(
            f"{str(self._home)!r} is in use by process {owner}; stop that process, ask it over its REST address, "
            "or set DOCAI_HOME to another folder.",
            home=str(self._home),
            pid=owner,
        )
