"""Families that keep the shape of the page: Qwen-VL, Pixtral, and the readers built on them."""

from __future__ import annotations

from typing import Any

import transformers

from tests.models.byte_tokenizers import byte_tokenizer
from tests.models.vlm_parts import MROPE, START, TOWER, Built, chat, text_settings, token_ids

QWEN_IMAGE = "<|vision_start|><|image_pad|><|vision_end|>"


def _qwen_tokens() -> tuple[Any, dict[str, int]]:
    named = {"image_token": "<|image_pad|>", "video_token": "<|video_pad|>"}
    tokenizer = byte_tokenizer(named, [START, "<|vision_start|>", "<|vision_end|>"])
    ids = {"image_token_id": "image_pad", "video_token_id": "video_pad"}
    ids |= {"vision_start_token_id": "vision_start", "vision_end_token_id": "vision_end"}
    return tokenizer, token_ids(tokenizer, **{name: f"<|{token}|>" for name, token in ids.items()})


def _qwen2_images() -> Any:
    return transformers.Qwen2VLImageProcessor(size={"shortest_edge": 3136, "longest_edge": 12_845_056})


def qwen2_vl() -> Built:
    """Qwen2-VL: the page's own shape, 28 x 28 pixels a token."""
    tokenizer, ids = _qwen_tokens()
    vision = {"depth": 2, "embed_dim": 32, "hidden_size": 32, "num_heads": 2, "mlp_ratio": 2, "patch_size": 14}
    config = transformers.Qwen2VLConfig(
        text_config=text_settings(tokenizer, rope_parameters=MROPE),
        vision_config={**vision, "spatial_merge_size": 2},
        **ids,
    )
    processor = transformers.Qwen2VLProcessor(
        _qwen2_images(), tokenizer, transformers.Qwen2VLVideoProcessor(), chat_template=chat(QWEN_IMAGE)
    )
    return transformers.Qwen2VLForConditionalGeneration(config), processor


def qwen2_5_vl() -> Built:
    """Qwen2.5-VL: as Qwen2-VL, with windows in the vision tower."""
    tokenizer, ids = _qwen_tokens()
    vision = {"depth": 2, "hidden_size": 32, "num_heads": 2, "intermediate_size": 64, "out_hidden_size": 32}
    vision |= {"patch_size": 14, "window_size": 112}
    config = transformers.Qwen2_5_VLConfig(
        text_config=text_settings(tokenizer, rope_parameters=MROPE),
        vision_config={**vision, "fullatt_block_indexes": [1]},
        **ids,
    )
    processor = transformers.Qwen2_5_VLProcessor(
        _qwen2_images(), tokenizer, transformers.Qwen2VLVideoProcessor(), chat_template=chat(QWEN_IMAGE)
    )
    return transformers.Qwen2_5_VLForConditionalGeneration(config), processor


def qwen3_vl() -> Built:
    """Qwen3-VL: 32 x 32 pixels a token, and features of earlier layers besides."""
    tokenizer, ids = _qwen_tokens()
    text = text_settings(
        tokenizer, head_dim=8, rope_parameters={**MROPE, "mrope_section": [2, 1, 1], "rope_theta": 5e6}
    )
    vision = {"depth": 3, "hidden_size": 32, "num_heads": 2, "intermediate_size": 64, "out_hidden_size": 32}
    vision |= {"patch_size": 16, "num_position_embeddings": 16}
    config = transformers.Qwen3VLConfig(
        text_config=text, vision_config={**vision, "deepstack_visual_indexes": [0, 1]}, **ids
    )
    images = transformers.Qwen2VLImageProcessor(
        size={"shortest_edge": 65_536, "longest_edge": 16_777_216},
        patch_size=16,
        image_mean=[0.5] * 3,
        image_std=[0.5] * 3,
    )
    processor = transformers.Qwen3VLProcessor(
        images, tokenizer, transformers.Qwen3VLVideoProcessor(), chat_template=chat(QWEN_IMAGE)
    )
    return transformers.Qwen3VLForConditionalGeneration(config), processor


def _pixtral_tower(image: int, patch: int) -> dict[str, Any]:
    rope = {"rope_type": "default", "rope_theta": 10_000.0}
    sizes = {"image_size": image, "patch_size": patch, "head_dim": 16, "rope_parameters": rope}
    return {"model_type": "pixtral", **TOWER, **sizes}


def _pixtral_tokenizer() -> Any:
    named = {"image_token": "[IMG]", "image_break_token": "[IMG_BREAK]", "image_end_token": "[IMG_END]"}
    return byte_tokenizer(named, [START])


def pixtral() -> Built:
    """Pixtral: the page's own shape up to 1,024 pixels, a token for every patch of 16."""
    tokenizer = _pixtral_tokenizer()
    config = transformers.LlavaConfig(
        vision_config=_pixtral_tower(1024, 16),
        text_config=text_settings(tokenizer, "mistral", head_dim=8),
        vision_feature_select_strategy="full",
        vision_feature_layer=-1,
        **token_ids(tokenizer, image_token_id="[IMG]"),
    )
    images = transformers.PixtralImageProcessor(size={"longest_edge": 1024}, patch_size={"height": 16, "width": 16})
    processor = transformers.PixtralProcessor(
        images, tokenizer, patch_size=16, spatial_merge_size=1, chat_template=chat("[IMG]")
    )
    return transformers.LlavaForConditionalGeneration(config), processor


def mistral3() -> Built:
    """Mistral Small 3: up to 1,540 pixels, 28 x 28 a token."""
    tokenizer = _pixtral_tokenizer()
    config = transformers.Mistral3Config(
        vision_config=_pixtral_tower(1540, 14),
        text_config=text_settings(tokenizer, "mistral", head_dim=8),
        spatial_merge_size=2,
        vision_feature_layer=-1,
        **token_ids(tokenizer, image_token_id="[IMG]"),
    )
    images = transformers.PixtralImageProcessor(size={"longest_edge": 1540}, patch_size={"height": 28, "width": 28})
    processor = transformers.PixtralProcessor(
        images, tokenizer, patch_size=14, spatial_merge_size=2, chat_template=chat("[IMG]")
    )
    return transformers.Mistral3ForConditionalGeneration(config), processor


def lighton_ocr() -> Built:
    """LightOnOCR: up to 1,540 pixels, 28 x 28 a token, no tokens between rows."""
    named = {"image_token": "<|image_pad|>", "image_break_token": "<|vision_pad|>", "image_end_token": "<|vision_end|>"}
    tokenizer = byte_tokenizer(named, [START])
    config = transformers.LightOnOcrConfig(
        vision_config=_pixtral_tower(1540, 14),
        text_config=text_settings(tokenizer, "qwen3", head_dim=8),
        spatial_merge_size=2,
        **token_ids(tokenizer, image_token_id="<|image_pad|>"),
    )
    images = transformers.PixtralImageProcessor(size={"longest_edge": 1540}, patch_size=14)
    processor = transformers.LightOnOcrProcessor(
        images, tokenizer, patch_size=14, spatial_merge_size=2, chat_template=chat("<|image_pad|>")
    )
    return transformers.LightOnOcrForConditionalGeneration(config), processor


def paddleocr_vl() -> Built:
    """PaddleOCR-VL: the region's own shape, 28 x 28 pixels a token."""
    named = {"image_token": "<|IMAGE_PLACEHOLDER|>"}
    tokenizer = byte_tokenizer(named, [START, "<|IMAGE_START|>", "<|IMAGE_END|>"])
    ids = {"image_token_id": "PLACEHOLDER", "vision_start_token_id": "START", "vision_end_token_id": "END"}
    config = transformers.PaddleOCRVLConfig(
        vision_config={**TOWER, "image_size": 384, "patch_size": 14},
        text_config=text_settings(tokenizer, head_dim=8, rope_parameters={**MROPE, "rope_theta": 5e5}),
        pad_token_id=tokenizer.pad_token_id,
        **token_ids(tokenizer, **{name: f"<|IMAGE_{token}|>" for name, token in ids.items()}),
    )
    image = "<|IMAGE_START|><|IMAGE_PLACEHOLDER|><|IMAGE_END|>"
    processor = transformers.PaddleOCRVLProcessor(
        transformers.PaddleOCRVLImageProcessor(), tokenizer, chat_template=chat(image)
    )
    return transformers.PaddleOCRVLForConditionalGeneration(config), processor


def glm_ocr() -> Built:
    """GLM-OCR: the region's own shape, 28 x 28 pixels a token."""
    frames = ["<|begin_of_image|>", "<|end_of_image|>", "<|begin_of_video|>", "<|end_of_video|>"]
    tokenizer = byte_tokenizer({"image_token": "<|image|>", "video_token": "<|video|>"}, [START, *frames])
    ids = token_ids(
        tokenizer,
        image_token_id="<|image|>",
        video_token_id="<|video|>",
        image_start_token_id=frames[0],
        image_end_token_id=frames[1],
        video_start_token_id=frames[2],
        video_end_token_id=frames[3],
    )
    vision = {"depth": 2, "hidden_size": 32, "num_heads": 2, "intermediate_size": 64, "out_hidden_size": 32}
    config = transformers.GlmOcrConfig(
        vision_config=vision, text_config=text_settings(tokenizer, head_dim=8, rope_parameters=MROPE), **ids
    )
    processor = transformers.Glm46VProcessor(
        transformers.Glm46VImageProcessor(size={"shortest_edge": 12_544, "longest_edge": 11_760_000}),
        tokenizer,
        transformers.Glm46VVideoProcessor(),
        chat_template=chat("<|begin_of_image|><|image|><|end_of_image|>"),
    )
    return transformers.GlmOcrForConditionalGeneration(config), processor
