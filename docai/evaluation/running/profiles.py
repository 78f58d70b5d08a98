"""Profiles: settings of a run by name, laid over the environment's group by group.

A profile of one's own is a TOML file with a table for each group of settings:

    [vlm]
    engine = "served"
    model = "Qwen/Qwen3-VL-8B-Instruct"
    url = "http://vllm:8000/v1"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from docai.errors import ConfigurationError
from docai.settings import Settings

ENVIRONMENT = "environment"
"""The environment's settings as they are."""
LAYOUT = "layout"
"""Without a vision-language model: pages are read by the layout engine, questions answered by the extractive reader."""

_BUILT_IN: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    ENVIRONMENT: {},
    LAYOUT: {"vlm": {"engine": "none"}},
}
BUILT_IN = tuple(_BUILT_IN)


@dataclass(frozen=True, slots=True)
class Profile:
    """Settings by the name that a run is known by."""

    name: str
    """Of a built-in profile, or of the file without its suffix."""
    settings: Settings

    def limited_to(self, visual_tokens: int | None) -> Profile:
        """The same with at most so many visual tokens to a page; None: as it is.

        Raises:
            ConfigurationError: the profile has no vision-language model.
        """
        if visual_tokens is None:
            return self
        if self.settings.vlm.engine == "none":
            raise ConfigurationError(f"The profile {self.name!r} has no vision-language model to limit the tokens of.")
        return Profile(self.name, _laid_over(self.settings, {"vlm": {"page_tokens": visual_tokens}}, self.name))


def profile_of(wanted: str, environment: Settings) -> Profile:
    """The profile of this name, or in this TOML file.

    Raises:
        ConfigurationError: there is none, the file is no TOML, or it has a setting that there is not, or a value that
            its setting does not allow; the message names it, and repeats no value.
    """
    if wanted in _BUILT_IN:
        return Profile(wanted, _laid_over(environment, _BUILT_IN[wanted], wanted))
    path = Path(wanted)
    if path.suffix != ".toml":
        raise ConfigurationError(
            f"There is no profile {wanted!r}: it is {', '.join(BUILT_IN)}, or the path of a .toml file."
        )
    return Profile(path.stem, _laid_over(environment, _file(path), wanted))


def _file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(f"There is no profile {str(path)!r}.") from None
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} is no TOML: {error}.") from None


def _laid_over(settings: Settings, groups: Mapping[str, Any], where: str) -> Settings:
    changed: dict[str, BaseModel] = {}
    for name, given in groups.items():
        group = getattr(settings, name, None) if name in type(settings).model_fields else None
        if not isinstance(group, BaseModel):
            raise ConfigurationError(f"{where}: there is no group of settings {name!r}.", group=name)
        if not isinstance(given, Mapping):
            raise ConfigurationError(f"{where}: {name!r} is a group of settings, so it is written as [{name}].")
        changed[name] = _group(group, given, f"{where}: {name}")
    return settings.model_copy(update=changed)


def _group(group: BaseModel, given: Mapping[str, Any], where: str) -> BaseModel:
    """The group anew and checked, with what is given in the place of what it had."""
    kept = {name: getattr(group, name) for name in type(group).model_fields}
    try:
        return type(group).model_validate({**kept, **given})
    except ValidationError as error:
        faults = "; ".join(
            f"{where}.{'.'.join(map(str, e['loc']))}: {_said(e['type'], e['msg'])}" for e in error.errors()
        )
        raise ConfigurationError(faults) from None


def _said(kind: str, message: str) -> str:
    return "there is no such setting" if kind == "extra_forbidden" else message
