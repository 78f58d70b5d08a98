"""Bring a database's tables to this release."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from docai.errors import ConfigurationError
from docai.stores.postgres.engine import translated_errors

OLDEST_SERVER = 15
_ADVISORY_LOCK = 0x646F636169
"""One migrates, the others wait: the letters of our name as a number."""


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Apply the migrations that are missing, in one transaction; concurrent starts wait for one another.

    Raises:
        StoreUnavailable: the database does not answer.
        ConfigurationError: the server is older than we support.
    """
    _migrate(engine, lambda config: command.upgrade(config, revision))


def downgrade(engine: Engine, revision: str) -> None:
    """Take migrations back to `revision`; `base` drops every table.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    _migrate(engine, lambda config: command.downgrade(config, revision))


def require_current(engine: Engine) -> None:
    """Make sure that the database's tables are those of this release.

    Raises:
        StoreUnavailable: the database does not answer.
        ConfigurationError: they are older, newer, or not there; says what to do.
    """
    wanted = ScriptDirectory.from_config(_config()).get_current_head()
    found = current_revision(engine)
    if found == wanted:
        return
    if found is not None and found > (wanted or ""):
        raise ConfigurationError(
            f"The database's tables are of a newer release ({found}; this one knows {wanted}); run that release."
        )
    raise ConfigurationError(
        f"The database's tables are {'missing' if found is None else 'of an older release'} "
        f"({found} instead of {wanted}); run `docai migrate`."
    )


def current_revision(engine: Engine) -> str | None:
    """The revision that the tables have; None where there are none.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    with translated_errors(), engine.begin() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    return config


def _migrate(engine: Engine, run: Callable[[Config], None]) -> None:
    with translated_errors(), engine.begin() as connection:
        version = connection.execute(text("SELECT current_setting('server_version_num')::int / 10000")).scalar_one()
        if version < OLDEST_SERVER:
            raise ConfigurationError(f"PostgreSQL {version} is too old; {OLDEST_SERVER} or newer is needed")
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        config = _config()
        config.attributes["connection"] = connection
        run(config)
