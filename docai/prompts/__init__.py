"""Versioned prompts: one file each, named `<name>.v<version>.md`; name, version and hash are kept with every result."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from docai.domain.attempts import PromptRef
from docai.domain.ids import sha256_of


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is told."""

    text: str
    ref: PromptRef


@cache
def load(name: str) -> Prompt:
    """The newest version of a prompt.

    Raises:
        KeyError: there is none of this name.
    """
    found: dict[int, str] = {}
    for file in files(__package__).iterdir():
        stem, _, ending = file.name.rpartition(".v")
        if stem == name and ending.endswith(".md"):
            found[int(ending.removesuffix(".md"))] = file.read_text(encoding="utf-8")
    if not found:
        raise KeyError(name)
    version = max(found)
    text = found[version].rstrip()
    return Prompt(text, PromptRef(name=name, version=version, sha256=sha256_of(text.encode("utf-8"))))
