"""In what two manifests of a page differ, entry by entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from docai.domain.manifests import Manifest

Entry = float | int | str | bool | None


@dataclass(frozen=True, slots=True)
class ManifestDifference:
    """An entry in which two manifests differ."""

    name: str
    """Such as `image_sha256` or `libraries.pymupdf`."""
    before: Entry
    """None where there was none."""
    after: Entry


def manifest_differences(before: Manifest, after: Manifest) -> tuple[ManifestDifference, ...]:
    """Entries that are not the same, in the order of the manifest; equal manifests give none."""
    old, new = _entries(before), _entries(after)
    return tuple(
        ManifestDifference(name=name, before=old.get(name), after=new.get(name))
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    )


def _entries(manifest: Manifest) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for field in Manifest.model_fields:
        value = getattr(manifest, field)
        if field == "prompts":
            found |= {f"prompts.{each.name}": f"version {each.version}, {each.sha256}" for each in manifest.prompts}
        elif isinstance(value, Mapping):
            found |= {f"{field}.{name}": each for name, each in value.items()}
        else:
            found[field] = value
    return found
