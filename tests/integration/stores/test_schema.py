"""The migrations make exactly the tables that the code maps, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, make_url, text
from sqlalchemy.pool import NullPool

from docai.domain.ids import DocumentId, TenantId
from docai.domain.parses import PageParse
from docai.domain.revisions import RevisionCause
from docai.stores.postgres.embedded import EmbeddedPostgres
from docai.stores.postgres.engine import make_engine
from docai.stores.postgres.schema import downgrade, upgrade
from docai.stores.postgres.unit_of_work import PostgresRecords
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
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == ["0006"]


def test_every_row_belongs_to_a_tenant() -> None:
    for table in WorkItemRow.metadata.tables.values():
        if table.name in {"worker", "page_index", "query_request"}:  # these serve all tenants
            continue
        owner = table.c["id" if table.name == "tenant" else "tenant_id"]
        assert not owner.nullable


def test_what_pages_said_before_is_their_first_revision(empty: Engine) -> None:
    upgrade(empty, "0005")
    ids = {"tenant": uuid4(), "document": uuid4()}
    parse = PageParse(page_number=1, engine="layout 1", blocks=()).model_dump_json()
    with empty.begin() as connection:
        connection.execute(text("INSERT INTO tenant (id, name) VALUES (:tenant, 'a')"), ids)
        connection.execute(
            text(
                "INSERT INTO document (tenant_id, id, name, sha256, media_type, n_bytes, status, security, created_at, "
                "updated_at) VALUES (:tenant, :document, 'a', 'b', 'application/pdf', 1, 'ready', '{}', now(), now())"
            ),
            ids,
        )
        for number, state in ((1, "parsed"), (2, "queued"), (3, "blank")):
            said = parse if state != "blank" else None
            connection.execute(
                text(
                    "INSERT INTO page (tenant_id, document_id, number, state, parse) "
                    "VALUES (:tenant, :document, :number, :state, :parse)"
                ),
                ids | {"number": number, "state": state, "parse": said},
            )
    upgrade(empty)
    with PostgresRecords(empty).unit_of_work(TenantId(ids["tenant"])) as unit:
        document_id = DocumentId(ids["document"])
        assert [page.revision for page in unit.documents.pages(document_id)] == [1, None, None]
        [revision] = unit.revisions.of_page(document_id, 1)
        assert (revision.cause, revision.author) == (RevisionCause.READ, "layout 1")
        assert unit.revisions.of_page(document_id, 2) == []
    downgrade(empty, "0005")
    with empty.connect() as connection:
        assert connection.execute(text("SELECT parse IS NOT NULL FROM page ORDER BY number")).scalars().all() == [
            True,
            True,
            False,
        ]
