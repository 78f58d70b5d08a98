"""The migrations make exactly the tables that the code maps, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, make_url, text
from sqlalchemy.pool import NullPool

from docai.stores.postgres.embedded import EmbeddedPostgres
from docai.stores.postgres.engine import make_engine
from docai.stores.postgres.schema import downgrade, upgrade
from docai.stores.postgres.work_tables import WorkItemRow


@pytest.fixture
def empty(postgres: EmbeddedPostgres, engine: Engine) -> Iterator[Engine]:
    """A database without tables."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE empty"))
    made = make_engine(make_url(postgres.url).set(database="empty"), pool_size=5)
    yield made
    made.dispose()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("DROP DATABASE empty"))


def test_the_tables_are_those_that_the_code_maps(engine: Engine) -> None:
    # With SQLAlchemy's own JSON: it reads what PostgreSQL says of identity columns as such.
    with create_engine(engine.url, poolclass=NullPool).connect() as connection:
        assert (
            compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), WorkItemRow.metadata)
            == []
        )


def test_the_migrations_go_up_and_down_and_up(empty: Engine) -> None:
    upgrade(empty)
    tables = set(inspect(empty).get_table_names())
    assert tables == {*WorkItemRow.metadata.tables, "alembic_version"}
    downgrade(empty, "base")
    assert inspect(empty).get_table_names() == ["alembic_version"]
    upgrade(empty)
    assert set(inspect(empty).get_table_names()) == tables


def test_four_starts_at_once_migrate_once(empty: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: upgrade(empty), range(4)))
    with empty.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == ["0005"]


def test_every_row_belongs_to_a_tenant() -> None:
    for table in WorkItemRow.metadata.tables.values():
        if table.name in {"worker", "page_index", "query_request"}:  # these serve all tenants
            continue
        owner = table.c["id" if table.name == "tenant" else "tenant_id"]
        assert not owner.nullable
