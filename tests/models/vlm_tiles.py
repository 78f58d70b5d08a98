"""Families that cut a page into tiles by its size: Idefics3, SmolVLM, granite-docling, MiniCPM-V, DeepSeek-OCR-2."""

from __future__ import annotations

from typing import Any

import transformers

from tests.models.byte_tokenizers import byte_tokenizer
from tests.models.vlm_parts import MROPE, START, TOWER, Built, chat, text_settings, token_ids


def _tile_tokenizer(places: int) -> Any:
    named = {
        "image_token": "<image>",
        "fake_image_token": "<fake_token_around_image>",
        "global_image_token": "<global-img>",
        "end_of_utterance_token": "<end_of_utterance>",
    }
    tags = [f"<row_{row}_col_{column}>" for row in range(1, places + 1) for column in range(1, places + 1)]
    return byte_tokenizer(named, [START, "\n\n", *tags])


def _idefics3(tile: int, patch: int, shuffle: int, longest: int) -> Built:
    tokenizer = _tile_tokenizer(6)
    config = transformers.Idefics3Config(
        vision_config={**TOWER, "image_size": tile, "patch_size": patch},
        text_config=text_settings(tokenizer, "llama"),
        scale_factor=shuffle,
        pad_token_id=tokenizer.pad_token_id,
        **token_ids(tokenizer, image_token_id="<image>"),
    )
    images = transformers.Idefics3ImageProcessor(size={"longest_edge": longest}, max_image_size={"longest_edge": tile})
    processor = transformers.Idefics3Processor(
        images, tokenizer, image_seq_len=(tile // patch // shuffle) ** 2, chat_template=chat("<image>")
    )
    return transformers.Idefics3ForConditionalGeneration(config), processor


def idefics3() -> Built:
    """Idefics3: up to 4 x 4 tiles of 364 pixels and an overview, 169 tokens each."""
    return _idefics3(tile=364, patch=14, shuffle=2, longest=1456)


def granite_docling_258m() -> Built:
    """granite-docling-258M: an Idefics3 of 512-pixel tiles, 64 tokens each."""
    return _idefics3(tile=512, patch=16, shuffle=4, longest=2048)


def smolvlm() -> Built:
    """SmolVLM: up to 4 x 4 tiles of 512 pixels and an overview, 64 tokens each."""
    tokenizer = _tile_tokenizer(6)
    config = transformers.SmolVLMConfig(
        vision_config={**TOWER, "image_size": 512, "patch_size": 16},
        text_config=text_settings(tokenizer, "llama"),
        scale_factor=4,
        pad_token_id=tokenizer.pad_token_id,
        **token_ids(tokenizer, image_token_id="<image>"),
    )
    sizes = {"size": {"longest_edge": 2048}, "max_image_size": {"longest_edge": 512}}
    videos = {"size": {"longest_edge": 512}, "max_image_size": {"longest_edge": 512}}
    processor = transformers.SmolVLMProcessor(
        transformers.SmolVLMImageProcessor(**sizes),
        tokenizer,
        image_seq_len=64,
        video_processor=transformers.SmolVLMVideoProcessor(**videos),
        chat_template=chat("<image>"),
    )
    return transformers.SmolVLMForConditionalGeneration(config), processor


def granite_docling() -> Built:
    """granite-for-docling-500m: 512-pixel tiles of 64 tokens, or 256 on the fine route."""
    tokenizer = _tile_tokenizer(16)
    vision = {**TOWER, "num_hidden_layers": 3, "out_hidden_size": 32, "deepstack_visual_indexes": [0, 1]}
    config = transformers.GraniteDoclingConfig(
        vision_config=vision,
        text_config=text_settings(tokenizer, num_hidden_layers=3),
        pad_token_id=tokenizer.pad_token_id,
        **token_ids(tokenizer, image_token_id="<image>"),
    )
    processor = transformers.GraniteDoclingProcessor(
        transformers.GraniteDoclingImageProcessor(), tokenizer, chat_template=chat("<image>")
    )
    return transformers.GraniteDoclingForConditionalGeneration(config), processor


def minicpmv4_6() -> Built:
    """MiniCPM-V 4.6: up to nine slices of about 448 pixels and an overview, 16 or 4 patches to a token."""
    named = {"image_token": "<image_pad>", "video_token": "<video_pad>"}
    for name, tag in {"image": "image", "slice": "slice", "image_id": "image_id"}.items():
        named |= {f"{name}_start_token": f"<{tag}>", f"{name}_end_token": f"</{tag}>"}
    tokenizer = byte_tokenizer(named, [START])
    linear = {"linear_key_head_dim": 8, "linear_value_head_dim": 8}
    linear |= {"linear_num_key_heads": 2, "linear_num_value_heads": 4}
    rope = {**MROPE, "partial_rotary_factor": 0.5, "mrope_section": [1, 1, 0]}
    config = transformers.MiniCPMV4_6Config(
        text_config=text_settings(
            tokenizer, "qwen3_5_text", num_hidden_layers=4, head_dim=8, rope_parameters=rope, **linear
        ),
        vision_config={**TOWER, "num_hidden_layers": 4, "image_size": 980, "patch_size": 14},
        insert_layer_id=1,
        **token_ids(tokenizer, image_token_id="<image_pad>", video_token_id="<video_pad>"),
    )
    processor = transformers.MiniCPMV4_6Processor(
        image_processor=transformers.MiniCPMV4_6ImageProcessor(),
        tokenizer=tokenizer,
        video_processor=transformers.MiniCPMV4_6VideoProcessor(),
        chat_template=chat("<image_pad>"),
    )
    return transformers.MiniCPMV4_6ForConditionalGeneration(config), processor


def deepseek_ocr2() -> Built:
    """DeepSeek-OCR-2: a 1,024-pixel overview of 256 tokens, and up to six 768-pixel tiles of 144."""
    tokenizer = byte_tokenizer({"image_token": "<image>"}, [START])
    sam = {
        "hidden_size": 16,
        "output_channels": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "global_attn_indexes": [1],
        "downsample_channels": [16, 32],
        "initializer_range": 0.02,
    }
    encoder = {**TOWER, "num_key_value_heads": 2, "vocab_size": 8}
    text = text_settings(tokenizer, num_key_value_heads=4, moe_intermediate_size=32)
    text |= {"n_routed_experts": 4, "n_shared_experts": 1, "num_experts_per_tok": 2}
    config = transformers.DeepseekOcr2Config(
        vision_config={"sam_config": sam, "encoder_config": encoder},
        text_config={**text, "mlp_layer_types": ["dense", "sparse"]},
        **token_ids(tokenizer, image_token_id="<image>"),
    )
    processor = transformers.DeepseekOcr2Processor(
        transformers.DeepseekOcr2ImageProcessor(), tokenizer, chat_template=chat("<image>\n")
    )
    return transformers.DeepseekOcr2ForConditionalGeneration(config), processor
