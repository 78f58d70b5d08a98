"""What a real processor makes of a blank image: tokens of the image, positions of the prompt, patches."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import transformers
from PIL import Image

from docai.patches.models import VisionModel, model_of
from tests.models import vlm_checkpoints
from tests.models.byte_tokenizers import byte_tokenizer

_TOKENS = {
    "": "blip2 instructblip",
    "<image>": "llava llava_next llava_interleave llava_onevision paligemma idefics2 idefics3 smolvlm "
    "granite_docling_258m granite_docling deepseek_ocr2 unlimited_ocr",
    "<|image|>": "mllama",
    "<IMG_CONTEXT>": "internvl",
    "[IMG]": "pixtral mistral3",
    "<|image_pad|>": "lighton_ocr",
    "<image_pad>": "minicpmv4_6 minicpmv4_7 minicpm_ocr",
    "<|vision_start|><|image_pad|><|vision_end|>": "qwen2_vl qwen2_5_vl qwen3_vl",
    "<|IMAGE_START|><|IMAGE_PLACEHOLDER|><|IMAGE_END|>": "paddleocr_vl",
    "<|begin_of_image|><|image|><|end_of_image|>": "glm_ocr",
}
IMAGE_TEXT = {family: text for text, families in _TOKENS.items() for family in families.split()}
"""What stands for an image in a prompt, as chat templates write it; BLIP-2 puts it first, IDEFICS takes an image."""
_TEXT_TOKENS_ADDED = {"paligemma": 2, "mllama": 1, "idefics2": 1}
"""Of the text, which the processor adds: the beginning, PaliGemma's line break, Idefics2's space."""


@dataclass(frozen=True)
class Counts:
    """Of one image."""

    visual_tokens: int
    prompt_tokens: int
    n_patches: int


@dataclass(frozen=True)
class Family:
    """A family's processor, and the rule read from its files."""

    name: str
    processor: Any
    rule: VisionModel

    def predicted(self, width: int, height: int, max_visual_tokens: int | None = None) -> tuple[Counts, dict[str, Any]]:
        """By the rule, and what the processor must be told."""
        sight = self.rule.see(width, height, max_visual_tokens=max_visual_tokens)
        return Counts(sight.visual_tokens, sight.prompt_tokens, sight.n_patches), sight.processor

    def counted(self, width: int, height: int, settings: dict[str, Any]) -> Counts:
        """In what the processor gives for a blank image."""
        image = Image.new("RGB", (width, height), "white")
        sight = self.rule.see(width, height)
        if self.name == "idefics":
            asked = {"return_tensors": "pt", "add_end_of_utterance_token": False}
            batch = self.processor(text=[["a", image, "b"]], **asked)
            without = self.processor(text=[["a", "b"]], **asked)
            # The perceiver's latents are the model's; no processor counts them.
            prompt = _length(batch) - _length(without)
            return Counts(sight.visual_tokens, prompt, _patches(batch, sight.patch_px))
        batch = self.processor(text=[f"a{IMAGE_TEXT[self.name]}b"], images=[[image]], return_tensors="pt", **settings)
        text_tokens = len(self.processor.tokenizer("ab")["input_ids"]) + _TEXT_TOKENS_ADDED.get(self.name, 0)
        prompt = _length(batch) - text_tokens
        token = getattr(self.processor, "image_token_id", None)
        visual = prompt if token is None else int((batch["input_ids"] == token).sum())
        if "aspect_ratio_mask" in batch:  # Llama 3.2 Vision attends to the patches of its tiles and a class state each
            visual = int(batch["aspect_ratio_mask"].sum()) * ((560 // sight.patch_px) ** 2 + 1)
        return Counts(visual, prompt, _patches(batch, sight.patch_px))


def _length(batch: Any) -> int:
    return int(batch["input_ids"].shape[-1])


def _patches(batch: Any, patch: int) -> int:
    for key in ("image_grid_thw", "target_sizes"):
        if key in batch:
            return int(batch[key].prod(-1).sum())
    if "aspect_ratio_mask" in batch:  # padded to the most tiles
        height, width = batch["pixel_values"].shape[-2:]
        return int(batch["aspect_ratio_mask"].sum() * (height // patch) * (width // patch))
    if "pixel_attention_mask" in batch and batch["pixel_attention_mask"].ndim == 4:
        return sum(_of_mask(mask, patch) for mask in batch["pixel_attention_mask"][0])
    count = _of_pictures(batch["pixel_values"], patch)
    return count + (_of_pictures(batch["pixel_values_local"], patch) if "pixel_values_local" in batch else 0)


def _of_pictures(pixels: Any, patch: int) -> int:
    *pictures, _, height, width = pixels.shape
    return int(np.prod(pictures) * (height // patch) * (width // patch))


def _of_mask(mask: Any, patch: int) -> int:
    """Of one picture of a batch that is padded to the largest."""
    return (int(mask[:, 0].sum()) // patch) * (int(mask[0].sum()) // patch)


def load(name: str, folder: Path) -> Family:
    """A family's processor, and its rule from files written to a folder."""
    if name in _WITHOUT_CHECKPOINT:
        config, processor = _WITHOUT_CHECKPOINT[name]()
    else:
        model, processor = vlm_checkpoints.FAMILIES[name]()
        model.config.save_pretrained(folder)
        config = json.loads((folder / "config.json").read_text())
    processor.save_pretrained(folder)
    settings = json.loads((folder / "processor_config.json").read_text())
    return Family(name, processor, model_of(config, settings, name=name))


def _unlimited_ocr() -> tuple[dict[str, Any], Any]:
    tokenizer = byte_tokenizer({"image_token": "<image>"}, [])
    processor = transformers.UnlimitedOcrProcessor(transformers.UnlimitedOcrImageProcessor(), tokenizer)
    return {"model_type": "unlimited_ocr"}, processor


def _idefics2() -> tuple[dict[str, Any], Any]:
    tokenizer = byte_tokenizer({}, ["<image>", "<fake_token_around_image>", "<end_of_utterance>"])
    images = transformers.Idefics2ImageProcessor(do_image_splitting=True)
    config = {"model_type": "idefics2", "vision_config": {"patch_size": 14}}
    return config, transformers.Idefics2Processor(images, tokenizer, image_seq_len=64)


def _minicpm_ocr() -> tuple[dict[str, Any], Any]:
    _, of_v46 = vlm_checkpoints.FAMILIES["minicpmv4_6"]()
    processor = transformers.MiniCPMOcrProcessor(
        image_processor=transformers.MiniCPMOcrImageProcessor(),
        tokenizer=of_v46.tokenizer,
        video_processor=transformers.MiniCPMOcrVideoProcessor(),
    )
    return {"model_type": "minicpm_ocr"}, processor


def _minicpmv4_7() -> tuple[dict[str, Any], Any]:
    _, of_v46 = vlm_checkpoints.FAMILIES["minicpmv4_6"]()
    processor = transformers.MiniCPMV4_7Processor(
        image_processor=of_v46.image_processor, tokenizer=of_v46.tokenizer, video_processor=of_v46.video_processor
    )
    return {"model_type": "minicpmv4_7"}, processor


_WITHOUT_CHECKPOINT: dict[str, Callable[[], tuple[dict[str, Any], Any]]] = {
    "unlimited_ocr": _unlimited_ocr,
    "idefics2": _idefics2,
    "minicpm_ocr": _minicpm_ocr,
    "minicpmv4_7": _minicpmv4_7,
}
FAMILIES = (*vlm_checkpoints.FAMILIES, *_WITHOUT_CHECKPOINT)
"""Every family of which transformers has a processor that counts."""


def sizes(count: int, seed: int, most: int) -> list[tuple[int, int]]:
    """Random widths and heights, evenly spread on a logarithmic scale from 20 pixels; no side 10 times the other."""
    random = np.random.default_rng(seed)
    found: list[tuple[int, int]] = []
    while len(found) < count:
        width, height = np.exp(random.uniform(np.log(20), np.log(most), 2)).astype(int).tolist()
        if max(width, height) <= 10 * min(width, height):
            found.append((width, height))
    return found
