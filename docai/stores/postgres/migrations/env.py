"""Alembic's entry: a connection handed in, or the one that the settings name; the tables as target."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from docai.errors import ConfigurationError
from docai.settings import load_settings
from docai.stores.postgres import index_tables, review_tables, work_tables
from docai.stores.postgres.engine import make_engine
from docai.stores.postgres.tables import Row

METADATA = Row.metadata
# Imported for this: their tables are among them.
assert work_tables.WorkItemRow.metadata is METADATA
assert index_tables.PageIndexRow.metadata is METADATA
assert review_tables.FlagRow.metadata is METADATA


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=METADATA, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()


def _run_from_settings() -> None:
    url = load_settings().database.url
    if url is None:
        raise ConfigurationError("Set DOCAI_DATABASE__URL to the database that alembic shall work on.")
    with make_engine(url.get_secret_value(), pool_size=1).begin() as connection:
        _run(connection)


_given = context.config.attributes.get("connection")
if _given is None:
    _run_from_settings()
else:
    _run(_given)
