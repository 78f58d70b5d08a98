"""Whether a tenant allows models at providers, in the records."""

from __future__ import annotations

from uuid import uuid4

from docai.domain.access import Tenant
from docai.domain.ids import TenantId
from docai.stores.postgres.access import new_key
from docai.stores.postgres.unit_of_work import PostgresRecords


def test_no_tenant_allows_models_at_providers_until_it_is_said_of_that_tenant(
    records: PostgresRecords, tenant: Tenant, other_tenant: Tenant
) -> None:
    key, kept = new_key(other_tenant)
    records.add_key(other_tenant, kept)
    assert {found.id: found.allows_cloud for found in records.tenants()} == {tenant.id: False, other_tenant.id: False}
    allowed = records.set_allows_cloud(other_tenant.id, is_allowed=True)
    assert allowed == other_tenant.model_copy(update={"allows_cloud": True})
    assert (records.tenant(other_tenant.id), records.tenant_of_key(key)) == (allowed, allowed)
    assert records.tenant(tenant.id) == tenant
    assert records.set_allows_cloud(other_tenant.id, is_allowed=False) == other_tenant
    assert records.tenant(other_tenant.id) == other_tenant


def test_of_an_unknown_tenant_nothing_is_kept(records: PostgresRecords) -> None:
    nobody = TenantId(uuid4())
    assert records.set_allows_cloud(nobody, is_allowed=True) is None
    assert records.tenant(nobody) is None
