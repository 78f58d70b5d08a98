"""A specialist's checkpoint to its model and processor, ready on its device."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import PreTrainedModel, ProcessorMixin
from transformers.utils import logging as transformers_logging

from docai.engines.checkpoints.devices import device_named, precision
from docai.engines.checkpoints.fetching import fetched
from docai.engines.checkpoints.files import digest, named_code, read_config, settings_files, weights_files
from docai.engines.checkpoints.weights import check_weights
from docai.errors import CheckpointRefused


@dataclass(frozen=True, slots=True)
class Kind:
    """A family, by the names of its classes in transformers."""

    architecture: str
    """As `config.json` names it too."""
    processor: str


@dataclass(frozen=True, slots=True)
class Specialist:
    """A model on its device, and what it was made from."""

    model: PreTrainedModel
    processor: ProcessorMixin
    config: dict[str, Any]
    """The checkpoint's `config.json`."""
    folder: Path
    device: torch.device
    dtype: torch.dtype
    name: str
    """Architecture, source, weights and library: everything that decides what it says."""

    def on_device(self, inputs: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The same where the model is; numbers with a fraction in its precision."""
        return {
            name: tensor.to(self.device, self.dtype if tensor.is_floating_point() else None)
            for name, tensor in inputs.items()
        }


def load(
    kind: Kind,
    source: str,
    *,
    device: str = "cpu",
    dtype: torch.dtype | None = None,
    cache: Path | None = None,
    apply_ocr: bool | None = None,
) -> Specialist:
    """Load a checkpoint; its code, if it has any, is never run.

    Args:
        kind: The family that it must be of.
        source: A folder, or an id on the Hugging Face hub.
        device: `cpu`, `cuda` or `cuda:<number>`; `auto` for a GPU where there is one.
        dtype: What the weights are computed in; None for float32 on a CPU and bfloat16 on a GPU.
        cache: Where files from the hub are kept; None for the hub client's own place.
        apply_ocr: Whether the processor finds words by itself, for families that have a choice; it would take
            another program for that.

    Raises:
        CheckpointRefused: files are missing, damaged, not safetensors or name code, or the architecture is another.
        EngineUnavailable: the hub does not answer, or there is no such device.
    """
    transformers_logging.disable_progress_bar()
    folder, revision = fetched(source, cache=cache)
    config = read_config(folder)
    weights = _inspected(folder, config, kind)
    place = device_named(device)
    chosen = precision(dtype, place)
    try:
        model = _model(kind, folder, chosen)
        processor = _processor(kind, folder, apply_ocr)
    except (RuntimeError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointRefused(f"{folder} cannot be loaded: {error}") from error
    settings = digest(settings_files(folder))
    made_of = hashlib.sha256(f"{digest(weights)} {settings} {chosen}".encode()).hexdigest()[:16]
    at = f"@{revision}" if revision else ""
    name = f"{kind.architecture}/{folder.name if revision is None else source}{at};{made_of}"
    library = f"transformers {version('transformers')}"
    return Specialist(model.to(place).eval(), processor, config, folder, place, chosen, f"{name};{library}")


def _inspected(folder: Path, config: dict[str, Any], kind: Kind) -> list[Path]:
    """The weights files of a folder that may be loaded."""
    found = str((config.get("architectures") or [config.get("model_type")])[0])
    if found != kind.architecture:
        raise CheckpointRefused(f"{folder} is of the architecture {found}, not {kind.architecture}", folder=str(folder))
    for file in sorted(folder.glob("*config.json")):
        if named := named_code(file):
            raise CheckpointRefused(
                f"{file} asks for the checkpoint's own code to be run ({', '.join(named)}), which is never done",
                file=str(file),
            )
    return weights_files(folder)


def _model(kind: Kind, folder: Path, dtype: torch.dtype) -> PreTrainedModel:
    model, report = getattr(transformers, kind.architecture).from_pretrained(
        folder,
        dtype=dtype,
        use_safetensors=True,
        local_files_only=True,
        trust_remote_code=False,
        output_loading_info=True,
        # Told by name by `check_weights`; the library itself would not say which.
        ignore_mismatched_sizes=True,
    )
    check_weights(folder, report)
    return model


def _processor(kind: Kind, folder: Path, apply_ocr: bool | None) -> ProcessorMixin:
    told = {} if apply_ocr is None else {"apply_ocr": apply_ocr}
    return getattr(transformers, kind.processor).from_pretrained(
        folder, local_files_only=True, trust_remote_code=False, **told
    )
