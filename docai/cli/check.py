"""`docai check`: what is in force, what answers, and what is missing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import typer
from pydantic import BaseModel, JsonValue, SecretStr
from rich import box
from rich.console import Group
from rich.table import Table as RichTable
from rich.text import Text

from docai.cli.output import JsonFlag, print_json, results
from docai.cli.session import open_session, read_settings
from docai.errors import DocaiError
from docai.settings import PREFIX, Settings, unknown_variables

if TYPE_CHECKING:
    from docai.cli.schemas import SelfCheckOut


def check(as_json: JsonFlag = False) -> None:
    """Show the settings in force, try stores and engines, and tell which walls the sandbox has."""
    found = _self_check(read_settings())
    if as_json:
        print_json(found)
    else:
        results().print(Group(_settings(found), _checks(found), *_summary(found)))
    if not found.is_ok:
        raise typer.Exit(1)


def _self_check(settings: Settings) -> SelfCheckOut:
    from docai.api.schemas.health import CheckOut
    from docai.cli.schemas import SelfCheckOut
    from docai.pdf.confinement import Layer, available_layers
    from docai.pipeline.self_check import Check

    try:
        with open_session(settings) as session:
            checks = [*session.system.check(), *session.system.check_engines()]
    except DocaiError as error:
        checks = [Check("start", is_ok=False, detail=error.message)]
    standing = available_layers()
    in_force = _flat(settings)
    return SelfCheckOut(
        is_ok=all(entry.is_ok for entry in checks),
        home=str(settings.home_path),
        settings=in_force,
        set_variables=[name for name in in_force if name in os.environ],
        unknown_variables=unknown_variables(),
        sandbox_layers={layer.value: layer in standing for layer in Layer},
        checks=[CheckOut(name=entry.name, is_ok=entry.is_ok, detail=entry.detail) for entry in checks],
    )


def _flat(settings: Settings) -> dict[str, JsonValue]:
    """Every setting by its variable."""
    flat: dict[str, JsonValue] = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, BaseModel):
            for field in type(value).model_fields:
                flat[f"{PREFIX}{name}__{field}".upper()] = _plain(getattr(value, field))
        else:
            flat[f"{PREFIX}{name}".upper()] = _plain(value)
    return flat


def _plain(value: object) -> JsonValue:
    if isinstance(value, SecretStr):
        return "(hidden)"
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _settings(found: SelfCheckOut) -> RichTable:
    table = RichTable("Setting", "Value", "", box=box.SIMPLE_HEAD, pad_edge=False)
    for name, value in found.settings.items():
        is_set = name in found.set_variables
        table.add_row(name, "not set" if value is None else str(value), Text("set", "cyan") if is_set else "")
    return table


def _checks(found: SelfCheckOut) -> RichTable:
    table = RichTable("Check", "", "Detail", box=box.SIMPLE_HEAD, pad_edge=False)
    for entry in found.checks:
        table.add_row(entry.name, _verdict(entry.is_ok, Text("fails", "red")), entry.detail)
    for layer, stands in found.sandbox_layers.items():
        detail = "raised around each PDF" if stands else "not offered by this kernel; the other walls hold"
        table.add_row(f"sandbox: {layer.replace('_', ' ')}", _verdict(stands, Text("missing", "yellow")), detail)
    return table


def _verdict(is_ok: bool, otherwise: Text) -> Text:
    return Text("ok", "green") if is_ok else otherwise


def _summary(found: SelfCheckOut) -> list[Text]:
    lines = [
        Text(f"{name} is set, but no setting has this name; is it misspelt?", "yellow")
        for name in found.unknown_variables
    ]
    verdict = Text("All is well.", "green") if found.is_ok else Text("Something fails; see above.", "red")
    return [*lines, verdict]
