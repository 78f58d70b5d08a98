"""Families that see squares of one size: LLaVA, Llama 3.2 Vision, InternVL, PaliGemma, and those that resample."""

from __future__ import annotations

from typing import Any

import torch
import transformers

from tests.models.byte_tokenizers import byte_tokenizer, gemma_tokenizer
from tests.models.vlm_parts import START, TOWER, Built, chat, clip, siglip, text_settings, token_ids


def llava() -> Built:
    """LLaVA-1.5: 336-pixel squares, 576 tokens."""
    tokenizer = byte_tokenizer({"image_token": "<image>"}, [START])
    config = transformers.LlavaConfig(
        vision_config=clip(),
        text_config=text_settings(tokenizer, "llama"),
        vision_feature_select_strategy="default",
        vision_feature_layer=-2,
        **token_ids(tokenizer, image_token_id="<image>"),
    )
    images = transformers.CLIPImageProcessor(size={"shortest_edge": 336}, crop_size={"height": 336, "width": 336})
    processor = transformers.LlavaProcessor(
        images,
        tokenizer,
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=chat("<image>\n"),
    )
    return transformers.LlavaForConditionalGeneration(config), processor


def llava_next() -> Built:
    """LLaVA-NeXT: up to four 336-pixel tiles and an overview."""
    tokenizer = byte_tokenizer({"image_token": "<image>"}, [START])
    config = transformers.LlavaNextConfig(
        vision_config=clip(),
        text_config=text_settings(tokenizer, "llama"),
        **token_ids(tokenizer, image_token_id="<image>"),
    )
    images = transformers.LlavaNextImageProcessor(size={"shortest_edge": 336}, crop_size={"height": 336, "width": 336})
    processor = transformers.LlavaNextProcessor(
        images,
        tokenizer,
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=chat("<image>\n"),
    )
    return transformers.LlavaNextForConditionalGeneration(config), processor


def llava_interleave() -> Built:
    """LLaVA-Interleave: 384-pixel squares, 729 tokens."""
    tokenizer = byte_tokenizer({"image_token": "<image>"}, [START])
    config = transformers.LlavaConfig(
        vision_config=siglip(),
        text_config=text_settings(tokenizer, "qwen2"),
        vision_feature_select_strategy="full",
        vision_feature_layer=-1,
        **token_ids(tokenizer, image_token_id="<image>"),
    )
    processor = transformers.LlavaProcessor(
        transformers.SiglipImageProcessor(size={"height": 384, "width": 384}),
        tokenizer,
        patch_size=14,
        vision_feature_select_strategy="full",
        num_additional_image_tokens=0,
        chat_template=chat("<image>\n"),
    )
    return transformers.LlavaForConditionalGeneration(config), processor


def llava_onevision() -> Built:
    """LLaVA-OneVision: up to 36 tiles of 384 pixels, features shrunk beyond nine."""
    tokenizer = byte_tokenizer({"image_token": "<image>", "video_token": "<video>"}, [START])
    grids = [[384 * rows, 384 * columns] for rows in range(1, 7) for columns in range(1, 7)]
    config = transformers.LlavaOnevisionConfig(
        vision_config=siglip(),
        text_config=text_settings(tokenizer, "qwen2"),
        vision_feature_select_strategy="full",
        vision_feature_layer=-1,
        vision_aspect_ratio="anyres_max_9",
        image_grid_pinpoints=grids,
        **token_ids(tokenizer, image_token_id="<image>", video_token_id="<video>"),
    )
    processor = transformers.LlavaOnevisionProcessor(
        transformers.LlavaOnevisionImageProcessor(size={"height": 384, "width": 384}, image_grid_pinpoints=grids),
        tokenizer,
        transformers.LlavaOnevisionVideoProcessor(),
        num_image_tokens=729,
        vision_feature_select_strategy="full",
        chat_template=chat("<image>\n"),
    )
    return transformers.LlavaOnevisionForConditionalGeneration(config), processor


def mllama() -> Built:
    """Llama 3.2 Vision: cross attention to up to four 560-pixel tiles."""
    # As in published checkpoints, the token of an image is the one after the last that the model can write.
    named = {"turn_token": START, "python_token": "<|python_tag|>", "image_token": "<|image|>"}
    tokenizer = byte_tokenizer(named, [], bos="<|begin_of_text|>")
    text = text_settings(tokenizer, num_hidden_layers=4, cross_attention_layers=[1, 3], vocab_size=len(tokenizer) - 1)
    text["rope_parameters"] = {"rope_type": "default", "rope_theta": 5e5}
    vision = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "attention_heads": 2,
        "num_hidden_layers": 2,
        "num_global_layers": 2,
        "image_size": 560,
        "patch_size": 14,
        "vision_output_dim": 64,
        "intermediate_layers_indices": [0],
        "max_num_tiles": 4,
        "supported_aspect_ratios": [[1, 1], [1, 2], [1, 3], [1, 4], [2, 1], [2, 2], [3, 1], [4, 1]],
    }
    config = transformers.MllamaConfig(
        vision_config=vision, text_config=text, **token_ids(tokenizer, image_token_index="<|image|>")
    )
    images = transformers.MllamaImageProcessor(size={"height": 560, "width": 560}, max_image_tiles=4)
    model = transformers.MllamaForConditionalGeneration(config)
    for name, weight in model.named_parameters():
        if "gate" in name and weight.numel() == 1:
            # Zero where nothing is loaded: images would not be seen at all.
            torch.nn.init.constant_(weight, 1.0)
    return model, transformers.MllamaProcessor(images, tokenizer, chat_template=chat("<|image|>"))


def internvl() -> Built:
    """InternVL 3: up to twelve 448-pixel tiles and an overview, 256 tokens each."""
    named = {"start_image_token": "<img>", "end_image_token": "</img>", "context_image_token": "<IMG_CONTEXT>"}
    tokenizer = byte_tokenizer({**named, "video_token": "<video>"}, [START])
    config = transformers.InternVLConfig(
        vision_config={**TOWER, "image_size": 448, "patch_size": 14},
        text_config=text_settings(tokenizer, "qwen2"),
        image_seq_length=256,
        downsample_ratio=0.5,
        **token_ids(tokenizer, image_token_id="<IMG_CONTEXT>"),
    )
    images = transformers.GotOcr2ImageProcessor(
        size={"height": 448, "width": 448}, crop_to_patches=True, min_patches=1, max_patches=12
    )
    processor = transformers.InternVLProcessor(
        images,
        tokenizer,
        transformers.InternVLVideoProcessor(),
        image_seq_length=256,
        chat_template=chat("<IMG_CONTEXT>\n"),
    )
    return transformers.InternVLForConditionalGeneration(config), processor


def paligemma() -> Built:
    """PaliGemma: the page squashed to a 448-pixel square, 1,024 tokens; no chat template."""
    tokenizer = gemma_tokenizer({"image_token": "<image>"}, [])
    images = transformers.SiglipImageProcessor(size={"height": 448, "width": 448})
    images.image_seq_length = 1024
    # PaliGemma's processor adds 1,152 tokens for places and shapes.
    text = text_settings(tokenizer, "gemma", head_dim=8, num_key_value_heads=1, vocab_size=len(tokenizer) + 1160)
    config = transformers.PaliGemmaConfig(
        vision_config=siglip(image_size=448, projection_dim=32),
        text_config=text,
        projection_dim=32,
        vocab_size=text["vocab_size"],
        **token_ids(tokenizer, image_token_index="<image>"),
    )
    return transformers.PaliGemmaForConditionalGeneration(config), transformers.PaliGemmaProcessor(images, tokenizer)


def _q_former(**more: int) -> dict[str, int]:
    return {"vocab_size": 100, "encoder_hidden_size": 32, **TOWER, **more}


def _opt(tokenizer: Any) -> dict[str, Any]:
    ours = text_settings(tokenizer, "opt", num_attention_heads=2, max_position_embeddings=512)
    dropped = {"intermediate_size", "num_key_value_heads"}
    return {
        **{key: value for key, value in ours.items() if key not in dropped},
        "word_embed_proj_dim": 32,
        "ffn_dim": 64,
    }


def blip2() -> Built:
    """BLIP-2: 32 queries for a 224-pixel square; no chat template."""
    tokenizer = byte_tokenizer({}, ["<image>"], bos="<s>")
    config = transformers.Blip2Config(
        vision_config={**TOWER, "image_size": 224, "patch_size": 14},
        qformer_config=_q_former(),
        text_config=_opt(tokenizer),
        num_query_tokens=32,
        **token_ids(tokenizer, image_token_index="<image>"),
    )
    images = transformers.BlipImageProcessor(size={"height": 224, "width": 224})
    processor = transformers.Blip2Processor(images, tokenizer, num_query_tokens=32)
    return transformers.Blip2ForConditionalGeneration(config), processor


def instructblip() -> Built:
    """InstructBLIP: as BLIP-2, with the instruction read by the Q-Former too."""
    tokenizer = byte_tokenizer({}, ["<image>"], bos="<s>")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[DEC]", "what", "##is", "?"]
    config = transformers.InstructBlipConfig(
        vision_config={**TOWER, "image_size": 224, "patch_size": 14},
        qformer_config=_q_former(max_position_embeddings=128),
        text_config=_opt(tokenizer),
        num_query_tokens=32,
        **token_ids(tokenizer, image_token_index="<image>"),
    )
    processor = transformers.InstructBlipProcessor(
        transformers.BlipImageProcessor(size={"height": 224, "width": 224}),
        tokenizer,
        transformers.BertTokenizer(vocab={word: i for i, word in enumerate(words)}),
        num_query_tokens=32,
    )
    return transformers.InstructBlipForConditionalGeneration(config), processor


def idefics() -> Built:
    """IDEFICS: 64 latents for a 224-pixel square, reached by gated cross attention; no chat template."""
    extra = ["<fake_token_around_image>", "<end_of_utterance>"]
    tokenizer = byte_tokenizer({"image_token": "<image>"}, extra, bos="<s>")
    text = text_settings(tokenizer, vocab_size=len(tokenizer))
    for unknown in ("num_key_value_heads", "max_position_embeddings"):
        del text[unknown]
    resampler = {"resampler_n_latents": 64, "resampler_depth": 2, "resampler_n_heads": 2, "resampler_head_dim": 16}
    config = transformers.IdeficsConfig(
        **text,
        additional_vocab_size=0,
        cross_layer_interval=1,
        use_resampler=True,
        # Zero where nothing is loaded: images would not be seen at all.
        alpha_initializer="ones",
        vision_config={**TOWER, "embed_dim": 32, "image_size": 224, "patch_size": 14},
        perceiver_config={"use_resampler": True, **resampler},
    )
    processor = transformers.IdeficsProcessor(transformers.IdeficsImageProcessor(image_size=224), tokenizer)
    return transformers.IdeficsForVisionText2Text(config), processor
