"""A checkpoint's files, looked at before any of them is loaded: complete, safetensors only, and no code to run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docai.engines.embedder.profiles import Architecture, architecture_named
from docai.errors import CheckpointRefused

PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
"""Files that run code when they are loaded."""

SETTINGS = ("*.json", "*.jinja", "*.txt", "*.model")
"""Files that decide how pages and queries become tokens, weights' lists aside."""

ADAPTER_CONFIG, ADAPTER_WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
"""What the peft library names the files of low-rank changes to another model's weights."""

HEADER_LENGTH_BYTES = 8
"""A safetensors file begins with the length of its header, a little-endian number of 8 bytes."""

MAX_HEADER_BYTES = 100_000_000
"""The largest header that the safetensors format allows."""


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
    base = _json(folder / ADAPTER_CONFIG).get("base_model_name_or_path")
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
    weights = _weights(folder, ADAPTER_WEIGHTS)
    _check_length(weights[0])
    return Checkpoint(
        folder=base.folder,
        architecture=base.architecture,
        weights_digest=f"{base.weights_digest}+{_digest(weights)}",
        settings_digest=_digest(_settings(folder)),
        adapter=folder,
    )


def inspect(folder: Path) -> Checkpoint:
    """Look at a checkpoint folder without loading it.

    Raises:
        CheckpointRefused: a file is missing or damaged, the weights are pickles, the architecture is unknown, or a
            file names code to run.
    """
    config = _config(folder)
    architecture = architecture_named(str((config.get("architectures") or [config.get("model_type")])[0]))
    for file in sorted(folder.glob("*config.json")):
        _refuse_code(file)
    weights = _weights(folder, "model.safetensors")
    for file in weights:
        _check_length(file)
    return Checkpoint(folder, architecture, _digest(weights), _digest(_settings(folder)))


def _settings(folder: Path) -> list[Path]:
    return sorted({file for pattern in SETTINGS for file in folder.glob(pattern)} - {_index(folder)})


def _config(folder: Path) -> dict[str, Any]:
    if not (folder / "config.json").is_file():
        raise CheckpointRefused(f"{folder} has no config.json: it is no checkpoint of a model", folder=str(folder))
    return _json(folder / "config.json")


def _json(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise CheckpointRefused(f"{file} cannot be read as JSON; fetch the checkpoint again", file=str(file)) from error
    if not isinstance(content, dict):
        raise CheckpointRefused(f"{file} is not a JSON object; fetch the checkpoint again", file=str(file))
    return content


def _refuse_code(file: Path) -> None:
    found = {"auto_map", "trust_remote_code"} & set(_keys(_json(file)))
    if found:
        named = ", ".join(sorted(found))
        raise CheckpointRefused(
            f"{file} asks for the checkpoint's own code to be run ({named}), which is never done", file=str(file)
        )


def _keys(content: object) -> Iterable[str]:
    if isinstance(content, dict):
        for key, value in content.items():
            yield key
            yield from _keys(value)
    elif isinstance(content, list):
        for value in content:
            yield from _keys(value)


def _index(folder: Path) -> Path:
    return folder / "model.safetensors.index.json"


def _weights(folder: Path, name: str) -> list[Path]:
    """The weights files, every one of them there."""
    if _index(folder).is_file():
        shards = {str(name) for name in dict(_json(_index(folder)).get("weight_map") or {}).values()}
        files = [folder / name for name in sorted(shards)]
    else:
        files = [folder / name]
    missing = [file.name for file in files if not file.is_file()]
    if not missing and files:
        return files
    pickles = [file.name for pattern in PICKLES for file in folder.glob(pattern)]
    if pickles:
        raise CheckpointRefused(
            f"the weights in {folder} are pickles ({pickles[0]}), which can run code; convert them to safetensors",
            folder=str(folder),
        )
    raise CheckpointRefused(
        f"{folder} lacks {', '.join(missing) or 'its weights'}; fetch the checkpoint again", folder=str(folder)
    )


def _check_length(file: Path) -> None:
    """Refuse a file that was cut short: a copy that broke off loads as far as it goes."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        header_bytes = int.from_bytes(stream.read(HEADER_LENGTH_BYTES), "little")
        header: Any = None
        if 0 < header_bytes <= min(size, MAX_HEADER_BYTES):
            try:
                header = json.loads(stream.read(header_bytes))
            except ValueError:
                header = None
    if not isinstance(header, dict):
        raise CheckpointRefused(f"{file} is no safetensors file; fetch the checkpoint again", file=str(file))
    ends = [int(tensor["data_offsets"][1]) for name, tensor in header.items() if name != "__metadata__"]
    expected = HEADER_LENGTH_BYTES + header_bytes + max(ends, default=0)
    if size != expected:
        raise CheckpointRefused(
            f"{file} has {size} bytes where its header says {expected}; fetch the checkpoint again", file=str(file)
        )


def _digest(files: Iterable[Path]) -> str:
    whole = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            whole.update(f"{file.name} ".encode() + hashlib.file_digest(stream, "sha256").digest())
    return whole.hexdigest()
