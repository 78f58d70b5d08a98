"""An embedder's checkpoint, looked at before any of it is loaded: of a known architecture, and with no code to run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from docai.engines.checkpoints.files import digest, named_code, read_config, read_json, settings_files, weights_files
from docai.engines.embedder.profiles import Architecture, architecture_named
from docai.errors import CheckpointRefused

ADAPTER_CONFIG, ADAPTER_WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
"""What the peft library names the files of low-rank changes to another model's weights."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A folder whose files are all there."""

    folder: Path
    architecture: Architecture
    weights_digest: str
    """SHA-256 over all weights files, in hexadecimal digits."""
    settings_digest: str
    """SHA-256 over the files that configure the model, its processor and its tokenizer."""
    adapter: Path | None = None
    """Folder of low-rank changes to be added to the weights in `folder`; its processor is the one to use."""


def base_of(folder: Path) -> str | None:
    """The folder or hub id of the weights that an adapter's folder changes; None for weights of their own.

    Raises:
        CheckpointRefused: the adapter does not say.
    """
    if not (folder / ADAPTER_CONFIG).is_file() or (folder / "config.json").is_file():
        return None
    base = read_json(folder / ADAPTER_CONFIG).get("base_model_name_or_path")
    if not base:
        raise CheckpointRefused(f"{folder / ADAPTER_CONFIG} does not name the model it changes", folder=str(folder))
    return str(base)


def inspect_adapter(folder: Path, base: Checkpoint) -> Checkpoint:
    """Look at an adapter's folder, as `inspect` looks at a model's.

    Raises:
        CheckpointRefused: as `inspect`.
    """
    for file in sorted(folder.glob("*config.json")):
        _refuse_code(file)
    weights = weights_files(folder, ADAPTER_WEIGHTS)
    return Checkpoint(
        folder=base.folder,
        architecture=base.architecture,
        weights_digest=f"{base.weights_digest}+{digest(weights)}",
        settings_digest=digest(settings_files(folder)),
        adapter=folder,
    )


def inspect(folder: Path) -> Checkpoint:
    """Look at a checkpoint folder without loading it.

    Raises:
        CheckpointRefused: a file is missing or damaged, the weights are pickles, the architecture is unknown, or a
            file names code to run.
    """
    config = read_config(folder)
    architecture = architecture_named(str((config.get("architectures") or [config.get("model_type")])[0]))
    for file in sorted(folder.glob("*config.json")):
        _refuse_code(file)
    weights = weights_files(folder)
    return Checkpoint(folder, architecture, digest(weights), digest(settings_files(folder)))


def _refuse_code(file: Path) -> None:
    if found := named_code(file):
        named = ", ".join(found)
        raise CheckpointRefused(
            f"{file} asks for the checkpoint's own code to be run ({named}), which is never done", file=str(file)
        )
