"""`docai admin cloud`, over a real database."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from docai.cli.main import app
from docai.domain.access import Tenant
from docai.errors import InvalidRequest
from docai.stores.postgres.access import new_key
from docai.stores.postgres.unit_of_work import PostgresRecords

Cloud = Callable[..., Any]


@pytest.fixture
def cloud(engine: Engine, records: PostgresRecords, tmp_path: Any) -> Cloud:
    environment = {
        "DOCAI_HOME": str(tmp_path),
        "DOCAI_DATABASE__URL": engine.url.render_as_string(hide_password=False),
        "COLUMNS": "200",
    }

    def run(*arguments: str, is_json: bool = True) -> Any:
        done = CliRunner().invoke(app, ["admin", "cloud", *arguments, *(["--json"] * is_json)], env=environment)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return json.loads(done.stdout)["tenants"] if is_json else done.stdout

    return run


def test_an_only_tenant_need_not_be_named(cloud: Cloud, tenant: Tenant) -> None:
    row = {"tenant_id": str(tenant.id), "name": tenant.name, "allows_cloud": False}
    assert cloud("show") == [row]
    assert cloud("allow") == [{**row, "allows_cloud": True}]
    assert cloud("show") == [{**row, "allows_cloud": True}]
    assert "allowed" in cloud("show", is_json=False)
    assert cloud("forbid") == [row]
    assert "forbidden" in cloud("show", is_json=False)


def test_of_several_tenants_one_must_be_named_and_no_other_is_touched(
    cloud: Cloud, records: PostgresRecords, tenant: Tenant, other_tenant: Tenant
) -> None:
    records.add_key(other_tenant, new_key(other_tenant)[1])
    with pytest.raises(InvalidRequest, match="2 tenants"):
        cloud("allow")
    cloud("allow", str(other_tenant.id))
    assert {found.id: found.allows_cloud for found in records.tenants()} == {tenant.id: False, other_tenant.id: True}


@pytest.mark.parametrize("wanted", ["nobody", "214d26ed-4e75-463f-9483-375b01de4361"])
def test_a_tenant_that_there_is_not_is_refused(cloud: Cloud, tenant: Tenant, wanted: str) -> None:
    with pytest.raises(InvalidRequest, match="admin cloud show"):
        cloud("allow", wanted)
