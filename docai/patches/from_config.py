"""A model's rule from its checkpoint's own files, whatever the model is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from docai.domain.sights import Connector
from docai.errors import ModelUnknown
from docai.patches import config_rules as rules
from docai.patches.checkpoint_files import CheckpointFiles
from docai.patches.rule import Rule
from docai.patches.shapes import VisionShape, merger
from docai.patches.vision_model import VisionModel

_SHAPED_LIKE_PROMPTS = frozenset({Connector.RAW, Connector.MERGED})
"""Only of these do prompt and tower cost what `docai.patches.shapes` counts."""


def model_of(config: Mapping[str, Any], preprocessor: Mapping[str, Any], *, name: str) -> VisionModel:
    """The rule of a checkpoint, read from its files.

    Args:
        config: its config.json.
        preprocessor: its preprocessor_config.json or processor_config.json; where a checkpoint has both, the latter
            with the former under `image_processor`.
        name: what the model is to be called.

    Raises:
        ModelUnknown: no rule is known for its kind.
    """
    files = CheckpointFiles(config, preprocessor)
    kind = _kind(files)
    builder = _BUILDERS.get(kind)
    if builder is None:
        raise ModelUnknown(
            f"no rule is known by which models of the kind {kind or 'unknown'!r} turn images into tokens; name a model "
            "whose rule it follows with DOCAI_VLM__SEES_AS (`docai plan --models` lists them)",
            model_type=kind,
        )
    rule = builder(files)
    has_shape = rule.connector in _SHAPED_LIKE_PROMPTS
    return VisionModel(
        name=name,
        family=kind,
        rule=rule,
        context_tokens=files.context_tokens,
        language=files.language_shape() if has_shape else None,
        vision=_vision(files, kind) if has_shape else None,
    )


def _kind(files: CheckpointFiles) -> str:
    kind = str(files.config.get("model_type", ""))
    if kind == "llava" and files.vision.get("model_type") == "pixtral":
        return "pixtral"
    if kind == "vision-encoder-decoder" and str(files.vision.get("model_type", "")).startswith("donut"):
        return "donut"
    return kind


def _vision(files: CheckpointFiles, kind: str) -> VisionShape | None:
    shape = files.vision_shape()
    out = files.vision.get("out_hidden_size") or files.text.get("hidden_size")
    merge = files.vision.get("spatial_merge_size")
    if shape is None or not kind.startswith("qwen") or not isinstance(out, int) or not isinstance(merge, int):
        return shape
    mergers = 1 + len(files.vision.get("deepstack_visual_indexes") or ())
    shape = replace(shape, connector_parameters=mergers * merger(shape.hidden, merge, out))
    window, full = files.vision.get("window_size"), files.vision.get("fullatt_block_indexes")
    if window and full is not None:
        side = int(window) // files.vision_number("patch_size", 14)
        shape = replace(shape, windowed_layers=shape.n_layers - len(full), window_patches=side**2)
    return shape


_BUILDERS: Mapping[str, Callable[[CheckpointFiles], Rule]] = MappingProxyType(
    {
        "qwen2_vl": rules.qwen,
        "qwen2_5_vl": rules.qwen,
        "qwen3_vl": rules.qwen,
        "qwen3_vl_moe": rules.qwen,
        "qwen3_5": rules.qwen,
        "qwen3_5_moe": rules.qwen,
        "dots_ocr": rules.qwen,
        "paddleocr_vl": rules.paddle,
        "glm_ocr": rules.glm,
        "glm4v": rules.glm,
        "glm46v": rules.glm,
        "pixtral": rules.pixtral,
        "mistral3": rules.pixtral,
        "lighton_ocr": rules.lighton,
        "llava": rules.llava,
        "llava_next": rules.llava_next,
        "llava_onevision": rules.onevision,
        "mllama": rules.mllama,
        "internvl": rules.internvl,
        "internvl_chat": rules.internvl_chat,
        "paligemma": rules.paligemma,
        "blip-2": rules.q_former,
        "instructblip": rules.q_former,
        "idefics": rules.idefics,
        "idefics2": rules.idefics2,
        "idefics3": rules.idefics3,
        "smolvlm": rules.idefics3,
        "granite_docling": rules.granite,
        "minicpmv": rules.minicpm_resampler,
        "minicpmv4_6": rules.minicpm,
        "minicpmv4_7": rules.minicpm,
        "minicpm_ocr": rules.minicpm_ocr,
        "deepseek_ocr2": rules.deepseek_ocr2,
        "deepseek_vl_v2": rules.deepseek_ocr,
        "unlimited_ocr": rules.unlimited,
        "donut": rules.donut,
        "layoutlmv3": rules.layout_square,
        "udop": rules.layout_square,
    }
)
"""By `model_type`. DeepSeek-OCR's own files call it `deepseek_vl_v2`, MiniCPM-V 2.6's `minicpmv`."""
