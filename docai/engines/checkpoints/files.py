"""A checkpoint's files before any of them is loaded: complete, whole, and safetensors only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from docai.errors import CheckpointRefused

PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
"""Files that run code when they are loaded."""

SETTINGS = ("*.json", "*.jinja", "*.txt", "*.model")
"""Files that decide how images and text become tokens, weights' lists aside."""

WEIGHTS = "model.safetensors"
"""What transformers names the file of a model's weights, where they are in one."""

HEADER_LENGTH_BYTES = 8
"""A safetensors file begins with the length of its header, a little-endian number of 8 bytes."""

MAX_HEADER_BYTES = 100_000_000
"""The largest header that the safetensors format allows."""

CODE_KEYS = frozenset({"auto_map", "trust_remote_code"})
"""Entries of a configuration that name code of the checkpoint's own."""


def read_config(folder: Path) -> dict[str, Any]:
    """A folder's `config.json`.

    Raises:
        CheckpointRefused: there is none, or it is no JSON object.
    """
    if not (folder / "config.json").is_file():
        raise CheckpointRefused(f"{folder} has no config.json: it is no checkpoint of a model", folder=str(folder))
    return read_json(folder / "config.json")


def read_json(file: Path) -> dict[str, Any]:
    """A file's JSON object.

    Raises:
        CheckpointRefused: it is damaged, or something else.
    """
    try:
        content = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise CheckpointRefused(f"{file} cannot be read as JSON; fetch the checkpoint again", file=str(file)) from error
    if not isinstance(content, dict):
        raise CheckpointRefused(f"{file} is not a JSON object; fetch the checkpoint again", file=str(file))
    return content


def named_code(file: Path) -> list[str]:
    """The entries of a configuration file that name code of the checkpoint's own, at whatever depth.

    Raises:
        CheckpointRefused: as `read_json`.
    """
    return sorted(CODE_KEYS & set(_keys(read_json(file))))


def settings_files(folder: Path) -> list[Path]:
    """The files that configure the model, its processor and its tokenizer."""
    return sorted({file for pattern in SETTINGS for file in folder.glob(pattern)} - {_index(folder)})


def weights_files(folder: Path, name: str = WEIGHTS) -> list[Path]:
    """The files of the weights, every one of them there and whole.

    Args:
        folder: Where they are.
        name: What the file is called, where it is one.

    Raises:
        CheckpointRefused: one is missing or was cut short, or they are pickles.
    """
    files = _named_files(folder, name)
    missing = [file.name for file in files if not file.is_file()]
    if files and not missing:
        for file in files:
            _check_length(file)
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


def digest(files: Iterable[Path]) -> str:
    """SHA-256 over files and their names, in hexadecimal digits."""
    whole = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            whole.update(f"{file.name} ".encode() + hashlib.file_digest(stream, "sha256").digest())
    return whole.hexdigest()


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


def _named_files(folder: Path, name: str) -> list[Path]:
    if _index(folder).is_file():
        shards = {str(shard) for shard in dict(read_json(_index(folder)).get("weight_map") or {}).values()}
        return [folder / shard for shard in sorted(shards)]
    return [folder / name]


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
