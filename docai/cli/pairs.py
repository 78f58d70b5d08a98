"""Options of the form KEY=VALUE."""

from __future__ import annotations

from collections.abc import Sequence

import typer


def pairs(given: Sequence[str] | None, option: str) -> dict[str, str]:
    """The values by key; the last where a key is given twice.

    Raises:
        typer.BadParameter: one of them has no `=`, or nothing before it.
    """
    found: dict[str, str] = {}
    for text in given or ():
        key, is_pair, value = text.partition("=")
        if not (key and is_pair):
            raise typer.BadParameter(f"{text!r} is not KEY=VALUE.", param_hint=option)
        found[key] = value
    return found
