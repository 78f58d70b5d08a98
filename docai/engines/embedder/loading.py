"""A checkpoint to a model and its processor, ready on its device; a weight that is not in the files is an error."""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from pathlib import Path

import torch
from peft.tuners.tuners_utils import BaseTunerLayer
from transformers import PreTrainedModel, ProcessorMixin
from transformers.conversion_mapping import get_model_conversion_mapping
from transformers.utils import logging as transformers_logging

from docai.engines.checkpoints.devices import device_named, precision
from docai.engines.checkpoints.fetching import fetched
from docai.engines.checkpoints.weights import check_weights
from docai.engines.embedder.checkpoint import Checkpoint, base_of, inspect, inspect_adapter
from docai.engines.embedder.profiles import PROFILES, Cutting, Profile, profile_of
from docai.errors import CheckpointRefused

ATTENTION = "sdpa"
"""PyTorch's own attention: every family has it, on every device, and it picks the fastest kernel there is."""

UNUSED_WEIGHTS = re.compile(r"(^|\.)(lm_head\.|.*rotary_emb\.inv_freq$|.*position_ids$)")
"""Weights that a published checkpoint may hold and an embedder does not use: the language model's output layer, and
constants that are computed anew. Any other weight that finds no place means that the model is not the one trained."""


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model on its device, and what it was made from."""

    model: PreTrainedModel
    processor: ProcessorMixin
    profile: Profile
    checkpoint: Checkpoint
    dimension: int
    """D, the length of a vector."""
    device: torch.device
    dtype: torch.dtype
    attention: str
    revision: str | None
    """Commit on the hub; None for a local folder."""


def load(
    source: str,
    *,
    device: str = "cpu",
    dtype: torch.dtype | None = None,
    visual_tokens: int | None = None,
    cache: Path | None = None,
) -> LoadedModel:
    """Load a checkpoint.

    Args:
        source: A name in PROFILES, a folder, or an id on the Hugging Face hub.
        device: `cpu`, `cuda` or `cuda:<number>`; `auto` for a GPU where there is one.
        dtype: What the weights are computed in; None for float32 on a CPU and bfloat16 on a GPU.
        visual_tokens: Most image vectors per page, instead of the profile's, for models that keep the page's shape.
        cache: Where files from the hub are kept; None for the hub client's own place.

    Raises:
        CheckpointRefused: see docai.engines.embedder.checkpoint.inspect; or a weight is missing, left over or of
            another shape, or the vectors are not as long as the profile says.
        EngineUnavailable: the hub does not answer, or there is no such device.
    """
    transformers_logging.disable_progress_bar()
    folder, revision = _folder(source, cache)
    checkpoint = _inspected(folder, cache)
    profile = PROFILES.get(source) or profile_of(source, checkpoint.architecture.name)
    if profile.architecture != checkpoint.architecture:
        expected = profile.architecture.name
        raise CheckpointRefused(f"{source} is of the architecture {checkpoint.architecture.name}, not {expected}")
    place = device_named(device)
    chosen = precision(dtype, place)
    model = _model(checkpoint, chosen).to(place).eval()
    processor = _processor(checkpoint, visual_tokens or profile.visual_tokens)
    dimension = _dimension(model)
    if profile.dimension not in (None, dimension):
        raise CheckpointRefused(f"{source} gives vectors of {dimension} numbers, not {profile.dimension}")
    return LoadedModel(model, processor, profile, checkpoint, dimension, place, chosen, ATTENTION, revision)


def _inspected(folder: Path, cache: Path | None) -> Checkpoint:
    """What is in a folder; where it is an adapter's, with the model that it changes."""
    base = base_of(folder)
    return inspect_adapter(folder, inspect(_folder(base, cache)[0])) if base else inspect(folder)


def _folder(source: str, cache: Path | None) -> tuple[Path, str | None]:
    """The checkpoint's folder, and its commit on the hub; neither pickles nor code are even fetched."""
    profile = PROFILES.get(source)
    hub_id, revision = (profile.source, profile.revision) if profile else (source, None)
    return fetched(hub_id, revision=revision, cache=cache)


def _model(checkpoint: Checkpoint, dtype: torch.dtype) -> PreTrainedModel:
    library = importlib.import_module(checkpoint.architecture.loader.value)
    try:
        model, report = getattr(library, checkpoint.architecture.name).from_pretrained(
            checkpoint.folder,
            dtype=dtype,
            attn_implementation=ATTENTION,
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
            # Told by name below; the library itself would not say which.
            ignore_mismatched_sizes=True,
        )
    except (RuntimeError, OSError, ValueError, KeyError) as error:
        raise CheckpointRefused(f"{checkpoint.folder} cannot be loaded: {error}") from error
    check_weights(checkpoint.folder, report, UNUSED_WEIGHTS)
    if checkpoint.adapter:
        _add(checkpoint.adapter, model)
    return _without_language_head(model, checkpoint)


def _add(adapter: Path, model: PreTrainedModel) -> None:
    """Add an adapter's low-rank changes to the weights of `model`, in place.

    Not left to `from_pretrained`, which would report what it missed of the adapter only, and nothing of the model.
    """
    renamed = get_model_conversion_mapping(model, key_mapping=getattr(model, "_checkpoint_conversion_mapping", None))
    try:
        report = model.load_adapter(
            adapter, weight_mapping=renamed, use_safetensors=True, download_kwargs={"local_files_only": True}
        )
    except (RuntimeError, OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointRefused(f"the adapter {adapter} cannot be added: {error}") from error
    check_weights(adapter, report.to_dict(), UNUSED_WEIGHTS)
    for layer in model.modules():
        if isinstance(layer, BaseTunerLayer):
            layer.merge()


def _without_language_head(model: PreTrainedModel, checkpoint: Checkpoint) -> PreTrainedModel:
    """The model without the layer that would name the next token: an embedder has no use for it.

    colpali-engine 0.3.18 wraps PaliGemma whole: with its 257,216 tokens the layer takes half a gigabyte per page, and
    with transformers 5.23 its weights, tied to the input's, are not even loaded.
    """
    inner = getattr(model, "model", model)
    if hasattr(inner, "lm_head"):
        inner.lm_head = torch.nn.Identity()
    empty = sorted(name for name, weight in model.named_parameters() if weight.is_meta)
    if empty:
        raise CheckpointRefused(f"{len(empty)} weights of {checkpoint.folder} were not loaded, the first {empty[0]}")
    return model


def _processor(checkpoint: Checkpoint, visual_tokens: int | None) -> ProcessorMixin:
    folder = checkpoint.adapter or checkpoint.folder
    library = importlib.import_module(checkpoint.architecture.loader.value)
    try:
        processor = getattr(library, checkpoint.architecture.processor).from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise CheckpointRefused(f"the processor in {folder} cannot be loaded: {error}") from error
    if visual_tokens and checkpoint.architecture.cutting is Cutting.NATIVE:
        images = processor.image_processor
        most = visual_tokens * (images.patch_size * images.merge_size) ** 2
        images.size["longest_edge"] = most
        images.size["shortest_edge"] = min(most, images.size["shortest_edge"])
    return processor


def _dimension(model: PreTrainedModel) -> int:
    """The engine's models say it as `dim`, those of transformers as `embedding_dim`."""
    found = getattr(model, "dim", None) or getattr(model, "embedding_dim", None) or model.config.embedding_dim
    return int(found)
