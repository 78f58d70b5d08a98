"""Keys, jobs and answers, and what happens when the database goes away."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from docai.domain.access import Tenant
from docai.domain.ids import TenantId
from docai.domain.jobs import JobState
from docai.errors import StoreFull, StoreUnavailable
from docai.stores.postgres.access import new_key
from docai.stores.postgres.embedded import EmbeddedPostgres
from docai.stores.postgres.engine import make_engine
from docai.stores.postgres.schema import upgrade
from docai.stores.postgres.unit_of_work import PostgresRecords
from tests.integration.stores.samples import a_job, add_document, an_answer


def test_a_key_opens_its_own_tenant_and_nothing_else_does(
    records: PostgresRecords, tenant: Tenant, other_tenant: Tenant, engine: Engine
) -> None:
    key, kept = new_key(other_tenant)
    records.add_key(other_tenant, kept)
    assert records.tenant_of_key(key) == other_tenant
    assert records.first_tenant() == tenant
    for wrong in ("", "dk_", key[:-1], key + "x", key[:-1] + ("a" if key[-1] != "a" else "b"), "\x00", "dk_'_"):
        assert records.tenant_of_key(wrong) is None
    with engine.connect() as connection:
        stored = connection.execute(text("SELECT string_agg(k::text, '') FROM api_key k")).scalar_one()
    assert key.rsplit("_", 1)[-1] not in stored


def test_there_is_no_first_tenant_before_the_first_start(records: PostgresRecords) -> None:
    assert records.first_tenant() is None
    assert records.is_reachable()


def test_a_documents_job_is_its_newest(records: PostgresRecords, tenant: Tenant) -> None:
    document = add_document(records, tenant)
    with records.unit_of_work(tenant.id) as unit:
        done = unit.jobs.of_document(document.id)
        assert done is not None
        unit.jobs.save(done.model_copy(update={"state": JobState.SUCCEEDED}))
        again = a_job(document)
        unit.jobs.add(again)
        assert unit.jobs.of_document(document.id) == again


def test_an_answer_is_kept_whole(records: PostgresRecords, tenant: Tenant, engine: Engine) -> None:
    answer = an_answer(add_document(records, tenant))
    with records.unit_of_work(tenant.id) as unit:
        unit.answers.add(answer)
    with engine.connect() as connection:
        stored = connection.execute(text("SELECT answer FROM answer")).scalar_one()
    assert type(answer).model_validate_json(stored) == answer


def test_a_full_disk_is_told_apart_from_a_lost_database(records: PostgresRecords, tenant: Tenant) -> None:
    raising = text("DO $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$")
    with pytest.raises(StoreFull), records.unit_of_work(tenant.id) as unit:
        unit.jobs._session.execute(raising)  # type: ignore[attr-defined]


def test_an_unreachable_database_is_unavailable(short_folder: Path) -> None:
    records = PostgresRecords(make_engine(f"postgresql://nobody@/none?host={short_folder}", pool_size=1))
    assert not records.is_reachable()
    with pytest.raises(StoreUnavailable), records.unit_of_work(TenantId(uuid4())) as unit:
        unit.documents.list(limit=1)
    records.close()


def test_a_killed_server_starts_again_with_everything_committed(short_folder: Path) -> None:
    server = EmbeddedPostgres(short_folder / "postgres")
    server.start()
    records = PostgresRecords(make_engine(server.url, pool_size=2))
    upgrade(records._engine)
    tenant = Tenant(id=TenantId(uuid4()), name="a tenant")
    records.add_key(tenant, new_key(tenant)[1])
    document = add_document(records, tenant, n_pages=3)
    os.kill(int((short_folder / "postgres/data/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    time.sleep(0.1)
    with pytest.raises(StoreUnavailable), records.unit_of_work(tenant.id) as unit:
        unit.documents.get(document.id)
    server.start()
    with records.unit_of_work(tenant.id) as unit:
        assert unit.documents.get(document.id) == document
        assert len(unit.documents.page_states(document.id)) == 3
    records.close()
    server.stop()
    assert not server.is_running()
