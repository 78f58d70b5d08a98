"""`docai admin cloud`: which tenants allow that their pages are shown to a model at a provider; none does by itself."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer
from pydantic import BaseModel
from rich import box
from rich.table import Table as RichTable

from docai.cli.output import JsonFlag, print_json, results, shown
from docai.cli.session import prepare, read_settings
from docai.domain.access import Tenant
from docai.domain.ids import TenantId
from docai.errors import InvalidRequest

cloud = typer.Typer(
    help="Which tenants allow that their pages go to a model at a provider; none does by itself.", no_args_is_help=True
)

_TENANT = Annotated[
    str | None,
    typer.Argument(help="A tenant's id, as `docai admin cloud show` lists it; may be left out for an only one."),
]


class ConsentOut(BaseModel):
    """What one tenant allows."""

    tenant_id: str
    name: str
    allows_cloud: bool

    @classmethod
    def of(cls, tenant: Tenant) -> ConsentOut:
        """The wire form."""
        return cls(tenant_id=str(tenant.id), name=tenant.name, allows_cloud=tenant.allows_cloud)


class ConsentsOut(BaseModel):
    """`docai admin cloud`."""

    tenants: list[ConsentOut]


@cloud.command()
def show(as_json: JsonFlag = False) -> None:
    """Show every tenant, and whether it allows models at providers."""
    settings = read_settings()
    prepare(settings)
    from docai.assembly.operations import open_operations

    with open_operations(settings) as operations:
        _print(list(operations.tenants()), as_json=as_json)


@cloud.command()
def allow(tenant: _TENANT = None, as_json: JsonFlag = False) -> None:
    """Allow that a tenant's pages are shown to the model of a provider, where one is configured."""
    _keep(tenant, is_allowed=True, as_json=as_json)


@cloud.command()
def forbid(tenant: _TENANT = None, as_json: JsonFlag = False) -> None:
    """Forbid it again; what was sent already cannot be taken back."""
    _keep(tenant, is_allowed=False, as_json=as_json)


def _keep(wanted: str | None, *, is_allowed: bool, as_json: bool) -> None:
    settings = read_settings()
    prepare(settings)
    from docai.assembly.operations import open_operations

    with open_operations(settings) as operations:
        tenant_id = _only(list(operations.tenants())) if wanted is None else _id(wanted)
        _print([operations.set_allows_cloud(tenant_id, is_allowed)], as_json=as_json)


def _only(tenants: list[Tenant]) -> TenantId:
    if len(tenants) != 1:
        raise InvalidRequest(f"There are {len(tenants)} tenants: name one; `docai admin cloud show` lists them.")
    return tenants[0].id


def _id(wanted: str) -> TenantId:
    try:
        return TenantId(UUID(wanted))
    except ValueError:
        raise InvalidRequest(f"{wanted!r} is no tenant's id; `docai admin cloud show` lists them.") from None


def _print(tenants: list[Tenant], *, as_json: bool) -> None:
    if as_json:
        print_json(ConsentsOut(tenants=[ConsentOut.of(tenant) for tenant in tenants]))
        return
    table = RichTable("Tenant", "Name", "Models at providers", box=box.SIMPLE_HEAD, pad_edge=False)
    for tenant in tenants:
        table.add_row(str(tenant.id), shown(tenant.name), "allowed" if tenant.allows_cloud else "forbidden")
    results().print(table)
