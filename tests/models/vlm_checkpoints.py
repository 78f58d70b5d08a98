"""Random checkpoints of every family of vision-language models, small enough to save, load and run in a second.

The sizes of images, patches and tiles are those of published checkpoints, so that image tokens are too; only layers,
widths and vocabularies are small. Every checkpoint has a chat template, but for those families whose published ones
have none: BLIP-2, InstructBLIP, IDEFICS and PaliGemma.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch

from tests.models import vlm_native, vlm_squares, vlm_tiles
from tests.models.vlm_parts import Built

FAMILIES: dict[str, Callable[[], Built]] = {
    "llava": vlm_squares.llava,
    "llava_next": vlm_squares.llava_next,
    "llava_interleave": vlm_squares.llava_interleave,
    "llava_onevision": vlm_squares.llava_onevision,
    "mllama": vlm_squares.mllama,
    "internvl": vlm_squares.internvl,
    "paligemma": vlm_squares.paligemma,
    "blip2": vlm_squares.blip2,
    "instructblip": vlm_squares.instructblip,
    "idefics": vlm_squares.idefics,
    "idefics3": vlm_tiles.idefics3,
    "smolvlm": vlm_tiles.smolvlm,
    "granite_docling_258m": vlm_tiles.granite_docling_258m,
    "granite_docling": vlm_tiles.granite_docling,
    "minicpmv4_6": vlm_tiles.minicpmv4_6,
    "deepseek_ocr2": vlm_tiles.deepseek_ocr2,
    "qwen2_vl": vlm_native.qwen2_vl,
    "qwen2_5_vl": vlm_native.qwen2_5_vl,
    "qwen3_vl": vlm_native.qwen3_vl,
    "pixtral": vlm_native.pixtral,
    "mistral3": vlm_native.mistral3,
    "lighton_ocr": vlm_native.lighton_ocr,
    "paddleocr_vl": vlm_native.paddleocr_vl,
    "glm_ocr": vlm_native.glm_ocr,
}
"""A family's name to its builder."""


def save(family: str, folder: Path) -> Path:
    """A random checkpoint of a family in `folder`, always the same one."""
    torch.manual_seed(0)
    model, processor = FAMILIES[family]()
    model.eval().save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder
