"""The engine, and the driver's errors in our words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.errors import DiskFull
from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from docai.errors import ConfigurationError, StoreFull, StoreUnavailable
from docai.stores.postgres.columns import storable_json

CONNECT_TIMEOUT_S = 5
ABANDONED_S = 15
"""A process that was frozen or cut off within a transaction loses it, and its locks, after so long: half a lease, so
that whoever takes back its work need not wait. Ours are over in milliseconds."""
VANISHED_S = 9
"""A server whose machine or network is gone says nothing at all; the kernel, which would wait for 15 minutes and more,
is told to give up after about so many seconds twice over (libpq, Database Connection Control Functions)."""
POOL_TIMEOUT_S = 30.0
"""Longest wait for a free connection: transactions are short, so a longer one means that something hangs."""


def make_engine(url: str | URL, *, pool_size: int) -> Engine:
    """An engine for a PostgreSQL; opens no connection yet.

    Args:
        url: SQLAlchemy URL; the driver is psycopg 3 whether the URL names it or not.
        pool_size: Connections kept open, and the most that are used at once.

    Raises:
        ConfigurationError: the URL is not one of a PostgreSQL.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise ConfigurationError("DOCAI_DATABASE__URL is not a URL such as postgresql+psycopg://…") from error
    if parsed.get_backend_name() != "postgresql":
        raise ConfigurationError(
            f"DOCAI_DATABASE__URL names {parsed.get_backend_name()!r}; only postgresql can be used"
        )
    return create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_S,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "application_name": "docai",
            "keepalives_idle": VANISHED_S,
            "keepalives_interval": VANISHED_S // 3,
            "keepalives_count": 3,
            "tcp_user_timeout": VANISHED_S * 1000,
            "options": f"-c timezone=UTC -c idle_in_transaction_session_timeout={ABANDONED_S}s",
        },
        json_serializer=storable_json,
        json_deserializer=_unread,
    )


@contextmanager
def translated_errors() -> Iterator[None]:
    """What the driver raises about the database itself, as `StoreFull` or `StoreUnavailable`."""
    try:
        yield
    except PoolTimeout as error:
        raise StoreUnavailable("All database connections are busy; try again in a moment.") from error
    except (OperationalError, InterfaceError, InternalError) as error:
        if isinstance(error.orig, DiskFull):
            raise StoreFull("The database's disk is full; nothing was kept: make room and try again.") from error
        reason = str(error.orig).strip().partition("\n")[0]
        raise StoreUnavailable(f"The database does not answer: {reason}") from error


def _unread(value: bytes) -> bytes:
    """JSON as it came; `JsonOf` hands it to the domain model, which reads it faster than `json` would."""
    return value
