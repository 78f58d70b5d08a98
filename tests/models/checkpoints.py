"""Random checkpoints of every ColPali family, small enough to save, load and run in a second or two.

The sizes of images, patches and tiles are those of the published checkpoints, so that grids and image tokens are
too; only layers, widths and vocabularies are small.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import colpali_engine.models as engine
import torch
import transformers

from tests.models.byte_tokenizers import byte_tokenizer, gemma_tokenizer

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{% for c in m['content'] %}"
    "{% if c['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>{% else %}{{ c['text'] }}{% endif %}"
    "{% endfor %}<|im_end|>\n{% endfor %}"
)
GEMMA_CHAT = (
    "{{ bos_token }}{% for m in messages %}<start_of_turn>{{ m['role'] }}\n{% for c in m['content'] %}"
    "{% if c['type'] == 'image' %}<start_of_image>{% else %}{{ c['text'] }}{% endif %}{% endfor %}<end_of_turn>\n"
    "{% endfor %}"
)
ROPE = {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 1e6}
CLIP = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
Built = tuple[Any, Any]  # model, processor


def _text(vocabulary: int, **more: Any) -> dict[str, Any]:
    return {
        "vocab_size": vocabulary,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 16384,
        **more,
    }


def qwen_ids(tokenizer: Any) -> dict[str, int]:
    """The special tokens that a Qwen configuration must name."""
    tokens = {"image_token": "image_pad", "video_token": "video_pad"}
    tokens |= {"vision_start_token": "vision_start", "vision_end_token": "vision_end"}
    return {f"{name}_id": tokenizer.convert_tokens_to_ids(f"<|{token}|>") for name, token in tokens.items()}


def _qwen(model: type, processor: type, config: type, text: dict[str, Any], vision: dict[str, Any]) -> Built:
    named = {"image_token": "<|image_pad|>", "video_token": "<|video_pad|>"}
    tokenizer = byte_tokenizer(named, ["<|im_start|>", "<|vision_start|>", "<|vision_end|>"])
    patch = vision["patch_size"]
    images = transformers.Qwen2VLImageProcessor(
        patch_size=patch, size={"shortest_edge": 4 * patch**2, "longest_edge": 64 * (2 * patch) ** 2}
    )
    if issubclass(processor, transformers.ProcessorMixin) and "video_processor" in processor.get_attributes():
        videos = transformers.Qwen2VLVideoProcessor() if patch == 14 else transformers.Qwen3VLVideoProcessor()
        made = processor(image_processor=images, tokenizer=tokenizer, video_processor=videos, chat_template=CHATML)
    else:
        made = processor(image_processor=images, tokenizer=tokenizer)
    texts = {**_text(len(tokenizer) + 8), "bos_token_id": None, "eos_token_id": None, **text}
    built = config(text_config=texts, vision_config=vision, **qwen_ids(tokenizer))
    if model is transformers.ColQwen2ForRetrieval:
        built = transformers.ColQwen2Config(vlm_config=built, embedding_dim=128)
    return model(built), made


QWEN2_VISION = {
    "depth": 2,
    "embed_dim": 32,
    "hidden_size": 32,
    "num_heads": 2,
    "mlp_ratio": 2,
    "patch_size": 14,
    "spatial_merge_size": 2,
}


def colqwen2() -> Built:
    """ColQwen2 as colpali-engine has it."""
    config = transformers.Qwen2VLConfig
    return _qwen(engine.ColQwen2, engine.ColQwen2Processor, config, {"rope_parameters": ROPE}, QWEN2_VISION)


def colqwen2_native() -> Built:
    """ColQwen2 as transformers has it."""
    model, processor = transformers.ColQwen2ForRetrieval, transformers.ColQwen2Processor
    return _qwen(model, processor, transformers.Qwen2VLConfig, {"rope_parameters": ROPE}, QWEN2_VISION)


def colqwen2_5() -> Built:
    """ColQwen2.5: windows in the vision tower."""
    vision = {
        "depth": 2,
        "hidden_size": 32,
        "num_heads": 2,
        "intermediate_size": 64,
        "out_hidden_size": 32,
        "patch_size": 14,
        "fullatt_block_indexes": [1],
        "window_size": 112,
    }
    config = transformers.Qwen2_5_VLConfig
    return _qwen(engine.ColQwen2_5, engine.ColQwen2_5_Processor, config, {"rope_parameters": ROPE}, vision)


QWEN3_VISION = {
    "depth": 3,
    "hidden_size": 32,
    "num_heads": 2,
    "intermediate_size": 64,
    "out_hidden_size": 32,
    "patch_size": 16,
    "num_position_embeddings": 16,
}


def colqwen3() -> Built:
    """ColQwen3: 16-pixel patches, 320 dimensions."""
    text = {"head_dim": 8, "rope_parameters": {"rope_type": "default", "mrope_section": [2, 1, 1], "rope_theta": 5e6}}
    vision = {**QWEN3_VISION, "deepstack_visual_indexes": [0, 1]}
    return _qwen(engine.ColQwen3, engine.ColQwen3Processor, transformers.Qwen3VLConfig, text, vision)


def colqwen3_5() -> Built:
    """ColQwen3.5: linear and full attention layers."""
    text = {
        "head_dim": 8,
        "num_hidden_layers": 4,
        "linear_key_head_dim": 8,
        "linear_value_head_dim": 8,
        "linear_num_key_heads": 2,
        "linear_num_value_heads": 4,
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": 1e6,
            "partial_rotary_factor": 0.5,
            "mrope_section": [1, 1, 0],
        },
    }
    return _qwen(engine.ColQwen3_5, engine.ColQwen3_5Processor, transformers.Qwen3_5Config, text, dict(QWEN3_VISION))


def _paligemma() -> tuple[Any, Any, Any]:
    tokenizer = gemma_tokenizer({"image_token": "<image>"}, [])
    images = transformers.SiglipImageProcessor(size={"height": 448, "width": 448})
    images.image_seq_length = 1024
    # PaliGemma's processor adds 1,152 tokens for places and shapes.
    vocabulary = len(tokenizer) + 1160
    vision = {
        "model_type": "siglip_vision_model",
        "image_size": 448,
        "patch_size": 14,
        "vision_use_head": False,
        "projection_dim": 32,
        **CLIP,
    }
    text = {"model_type": "gemma", "head_dim": 8, **_text(vocabulary, num_key_value_heads=1, pad_token_id=0)}
    config = transformers.PaliGemmaConfig(
        vision_config=vision,
        text_config=text,
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        projection_dim=32,
        vocab_size=vocabulary,
    )
    return config, images, tokenizer


def colpali() -> Built:
    """ColPali as colpali-engine has it: every page squashed to a square."""
    config, images, tokenizer = _paligemma()
    return engine.ColPali(config), engine.ColPaliProcessor(images, tokenizer)


def colpali_native() -> Built:
    """ColPali as transformers has it."""
    config, images, tokenizer = _paligemma()
    model = transformers.ColPaliForRetrieval(transformers.ColPaliConfig(vlm_config=config, embedding_dim=128))
    return model, transformers.ColPaliProcessor(images, tokenizer)


def colgemma3() -> Built:
    """ColGemma3: a squashed page, 8 x 8 vectors of 56 pixels; published checkpoints have 16 x 16."""
    named = {"image_token": "<image_soft_token>", "boi_token": "<start_of_image>", "eoi_token": "<end_of_image>"}
    tokenizer = gemma_tokenizer(named, ["<start_of_turn>", "<end_of_turn>", "\n\n"])
    tokenizer.chat_template = GEMMA_CHAT
    images = transformers.Gemma3ImageProcessor(size={"height": 448, "width": 448})
    ids = {
        f"{name}_token_index": tokenizer.convert_tokens_to_ids(token)
        for name, token in [("image", "<image_soft_token>"), ("boi", "<start_of_image>"), ("eoi", "<end_of_image>")]
    }
    config = transformers.Gemma3Config(
        text_config=_text(len(tokenizer) + 8, head_dim=8, sliding_window=512),
        vision_config={"model_type": "siglip_vision_model", "image_size": 448, "patch_size": 14, **CLIP},
        mm_tokens_per_image=64,
        **ids,
    )
    processor = engine.ColGemmaProcessor3(images, tokenizer, chat_template=GEMMA_CHAT, image_seq_length=64)
    model = engine.ColGemma3(config)
    # Zero where nothing is loaded: images would not be seen at all.
    torch.nn.init.normal_(model.multi_modal_projector.mm_input_projection_weight, std=0.1)
    return model, processor


def _tiles_tokenizer() -> Any:
    named = {
        "image_token": "<image>",
        "fake_image_token": "<fake_token_around_image>",
        "global_image_token": "<global-img>",
        "end_of_utterance_token": "<end_of_utterance>",
    }
    places = [f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7)]
    return byte_tokenizer(named, ["<|im_start|>", "<|begin_of_text|>", "\n\n", *places])


def _tiles_images() -> Any:
    # Two tiles along the longer side; published checkpoints have four.
    return transformers.Idefics3ImageProcessor(size={"longest_edge": 1024}, max_image_size={"longest_edge": 512})


def colidefics3() -> Built:
    """ColIdefics3, which ColSmol is: 512-pixel tiles of 8 x 8 vectors and the page seen whole."""
    tokenizer = _tiles_tokenizer()
    config = transformers.Idefics3Config(
        vision_config={**CLIP, "image_size": 512, "patch_size": 16},
        text_config={"model_type": "llama", **_text(len(tokenizer) + 8, pad_token_id=tokenizer.pad_token_id)},
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
        scale_factor=4,
        pad_token_id=tokenizer.pad_token_id,
    )
    return engine.ColIdefics3(config), engine.ColIdefics3Processor(_tiles_images(), tokenizer, image_seq_len=64)


def _modernvbert(tokenizer: Any) -> Any:
    text = {
        "model_type": "modernbert",
        "vocab_size": len(tokenizer) + 8,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": None,
        "eos_token_id": None,
        "cls_token_id": None,
        "sep_token_id": None,
    }
    return transformers.ModernVBertConfig(
        text_config=text,
        vision_config={"model_type": "siglip_vision_model", **CLIP, "image_size": 512, "patch_size": 16},
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
        pixel_shuffle_factor=4,
    )


def colmodernvbert() -> Built:
    """ColModernVBert as colpali-engine has it: tiles, and attention in both directions."""
    tokenizer = _tiles_tokenizer()
    model = engine.ColModernVBert(_modernvbert(tokenizer))
    return model, engine.ColModernVBertProcessor(_tiles_images(), tokenizer, image_seq_len=64)


def colmodernvbert_native() -> Built:
    """ColModernVBert as transformers has it."""
    tokenizer = _tiles_tokenizer()
    config = transformers.ColModernVBertConfig(vlm_config=_modernvbert(tokenizer), embedding_dim=128)
    processor = transformers.ColModernVBertProcessor(_tiles_images(), tokenizer, image_seq_len=64)
    return transformers.ColModernVBertForRetrieval(config), processor


FAMILIES: dict[str, Callable[[], Built]] = {
    "ColPali": colpali,
    "ColQwen2": colqwen2,
    "ColQwen2_5": colqwen2_5,
    "ColQwen3": colqwen3,
    "ColQwen3_5": colqwen3_5,
    "ColIdefics3": colidefics3,
    "ColModernVBert": colmodernvbert,
    "ColGemma3": colgemma3,
    "ColPaliForRetrieval": colpali_native,
    "ColQwen2ForRetrieval": colqwen2_native,
    "ColModernVBertForRetrieval": colmodernvbert_native,
}
"""Architecture, as config.json names it, to its builder."""


def save(architecture: str, folder: Path, **options: Any) -> Path:
    """A random checkpoint of a family in `folder`, always the same one."""
    torch.manual_seed(0)
    model, processor = FAMILIES[architecture]()
    model.eval().save_pretrained(folder, **options)
    processor.save_pretrained(folder)
    return folder
