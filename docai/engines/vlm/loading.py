"""A checkpoint to a vision-language model with its processor and its rule for image tokens, ready on its device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import (
    AutoProcessor,
    GenerationConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    ProcessorMixin,
)
from transformers.models.auto.configuration_auto import CONFIG_MAPPING
from transformers.models.auto.modeling_auto import MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES
from transformers.utils import logging as transformers_logging

from docai.engines.checkpoints.devices import DTYPES, device_named, precision
from docai.engines.checkpoints.fetching import fetched
from docai.engines.checkpoints.files import digest, read_config, read_json, weights_files
from docai.engines.checkpoints.weights import check_weights
from docai.errors import CheckpointRefused, ModelUnknown
from docai.patches.models import MODELS, model_named, model_of
from docai.protocols.generating import ImageRule

UNLOADABLE = (RuntimeError, OSError, ValueError, KeyError, TypeError, AttributeError, ImportError)
"""What transformers raises over a checkpoint that it cannot make a model or processor of."""


@dataclass(frozen=True, slots=True)
class LocalOptions:
    """How a model is loaded and run; each as the setting of the same name says."""

    device: str = "auto"
    dtype: str = "auto"
    cache: Path | None = None
    allow_remote_code: bool = False
    sees_as: str = ""
    context_tokens: int = 0
    batch_tokens: int = 0


@dataclass(frozen=True, slots=True)
class LoadedVlm:
    """A model on its device, and what it was made from."""

    source: str
    revision: str
    """Commit on the hub; for a folder, the first digits of its weights' digest."""
    model: PreTrainedModel
    processor: ProcessorMixin
    rule: ImageRule
    device: torch.device
    dtype: torch.dtype
    eos_tokens: frozenset[int]
    """Tokens by which the model says that it is done."""
    vocabulary_size: int
    """How many tokens the output layer tells apart; may be more than the tokenizer has."""


def load(source: str, options: LocalOptions) -> LoadedVlm:
    """Load a checkpoint.

    Args:
        source: A name that `docai.patches.models` lists, a folder, or an id on the Hugging Face hub.
        options: How it is to be loaded.

    Raises:
        CheckpointRefused: a file is missing or damaged, the weights are pickles or not those of the model, or it
            needs code of its own that is not allowed.
        ModelUnknown: nothing is known of how it turns images into tokens.
        EngineUnavailable: the hub does not answer, or there is no such device.
    """
    transformers_logging.disable_progress_bar()
    listed = MODELS.get(source)
    hub_id = listed.sources[0] if listed and listed.sources else source
    folder, revision = fetched(hub_id, cache=options.cache, with_code=options.allow_remote_code)
    config = read_config(folder)
    weights = weights_files(folder)
    with_code = _needs_code(folder, config, allowed=options.allow_remote_code)
    rule = _rule(source, folder, config, options.sees_as)
    device = device_named(options.device)
    dtype = precision(DTYPES[options.dtype], device)
    model = _model(folder, config, dtype, with_code=with_code).to(device).eval()
    processor = _processor(folder, with_code=with_code)
    eos = _eos_tokens(model, processor.tokenizer)
    model.generation_config = _bare(model.generation_config, processor.tokenizer, eos)
    return LoadedVlm(
        source=source,
        revision=revision or digest(weights)[:12],
        model=model,
        processor=processor,
        rule=rule,
        device=device,
        dtype=dtype,
        eos_tokens=eos,
        vocabulary_size=_vocabulary_size(model),
    )


def _processor_settings(folder: Path) -> dict[str, Any]:
    """What a checkpoint's files say of its processor: that of images under `image_processor`, beside the rest.

    transformers before 5 wrote the two to files of their own.
    """
    whole, images = folder / "processor_config.json", folder / "preprocessor_config.json"
    found = read_json(whole) if whole.is_file() else {}
    return {**found, "image_processor": read_json(images)} if images.is_file() else found


def _rule(source: str, folder: Path, config: Mapping[str, Any], sees_as: str) -> ImageRule:
    """The rule for image tokens: as told, else by the checkpoint's own files, else as its name is listed."""
    if sees_as:
        return model_named(sees_as)
    try:
        return model_of(config, _processor_settings(folder), name=source)
    except ModelUnknown:
        if source not in MODELS:
            raise
        return MODELS[source]


def _needs_code(folder: Path, config: Mapping[str, Any], *, allowed: bool) -> bool:
    """Whether the checkpoint's own code must be run: only where transformers has no class for it."""
    kind = str(config.get("model_type"))
    if kind in CONFIG_MAPPING:
        return False
    if not config.get("auto_map"):
        raise CheckpointRefused(
            f"{folder} is a model of the type {kind!r}, which transformers {transformers.__version__} does not have",
            folder=str(folder),
        )
    if not allowed:
        raise CheckpointRefused(
            f"{folder} is a model of the type {kind!r}, which runs only with code of its own: read that code and allow "
            "it (DOCAI_VLM__ALLOW_REMOTE_CODE), or let a server run it (DOCAI_VLM__ENGINE=served)",
            folder=str(folder),
        )
    return True


def _model(folder: Path, config: Mapping[str, Any], dtype: torch.dtype, *, with_code: bool) -> PreTrainedModel:
    try:
        model, report = _loader(config, with_code=with_code).from_pretrained(
            folder,
            dtype=dtype,
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=with_code,
            output_loading_info=True,
            # Told by name below; the library itself would not say which.
            ignore_mismatched_sizes=True,
        )
    except UNLOADABLE as error:
        raise CheckpointRefused(f"{folder} cannot be loaded: {error}", folder=str(folder)) from error
    check_weights(folder, report)
    return model


def _loader(config: Mapping[str, Any], *, with_code: bool) -> type[PreTrainedModel]:
    """The class that loads the model: the Auto class for images and text, or the one that the checkpoint names."""
    if with_code:
        # `AutoModelForCausalLM` rather than a bare `AutoModel`, which writes no text, where both are named.
        name = max((name for name in config["auto_map"] if name.startswith("AutoModel")), key=len, default="")
    elif config["model_type"] in MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES:
        name = "AutoModelForImageTextToText"
    else:
        name = str((config.get("architectures") or [""])[0])
    found: type[PreTrainedModel] | None = getattr(transformers, name, None)
    if found is None or not (name.startswith("Auto") or hasattr(found, "generate")):
        raise CheckpointRefused(f"a model of the architecture {name!r} does not write text about images")
    return found


def _processor(folder: Path, *, with_code: bool) -> ProcessorMixin:
    try:
        processor = AutoProcessor.from_pretrained(folder, local_files_only=True, trust_remote_code=with_code)
    except UNLOADABLE as error:
        raise CheckpointRefused(f"the processor in {folder} cannot be loaded: {error}", folder=str(folder)) from error
    tokenizer = getattr(processor, "tokenizer", None)
    if tokenizer is None or getattr(processor, "image_processor", None) is None:
        raise CheckpointRefused(f"{folder} lacks the files of its image processor or tokenizer", folder=str(folder))
    # Rows of a batch must end together, where the next token follows.
    tokenizer.padding_side = "left"
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return processor


def _eos_tokens(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> frozenset[int]:
    named = model.generation_config.eos_token_id
    found = {int(token) for token in (named if isinstance(named, list) else [named]) if token is not None}
    return frozenset(found or {int(tokenizer.eos_token_id)})


def _vocabulary_size(model: PreTrainedModel) -> int:
    head = model.get_output_embeddings()
    return int(model.config.get_text_config().vocab_size if head is None else head.weight.shape[0])


def _bare(theirs: GenerationConfig, tokenizer: PreTrainedTokenizerBase, eos_tokens: frozenset[int]) -> GenerationConfig:
    """Only what tells tokens apart: how text is drawn is for the request to say, not for the checkpoint."""
    return GenerationConfig(
        do_sample=False,
        eos_token_id=sorted(eos_tokens),
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=theirs.bos_token_id,
        decoder_start_token_id=theirs.decoder_start_token_id,
    )
