"""What the builders of vision-language checkpoints share: small towers and language models, and a chat template."""

from __future__ import annotations

from typing import Any

Built = tuple[Any, Any]  # model, processor

TOWER = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
MROPE = {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 1e6}
START = "<|im_start|>"


def chat(image: str) -> str:
    """A chat template of the usual form.

    Args:
        image: What stands for an image.
    """
    return (
        "{% for m in messages %}<|im_start|>{{ m['role'] }}\n"
        "{% if m['content'] is string %}{{ m['content'] }}{% else %}{% for c in m['content'] %}"
        "{% if c['type'] == 'image' %}" + image + "{% else %}{{ c['text'] }}{% endif %}{% endfor %}{% endif %}"
        "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )


def text_settings(tokenizer: Any, kind: str | None = None, **more: Any) -> dict[str, Any]:
    """A language model's settings."""
    return {
        **({"model_type": kind} if kind else {}),
        "vocab_size": len(tokenizer) + 8,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 32768,
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        **more,
    }


def clip(**more: Any) -> dict[str, Any]:
    return {
        "model_type": "clip_vision_model",
        "image_size": 336,
        "patch_size": 14,
        "projection_dim": 32,
        **TOWER,
        **more,
    }


def siglip(**more: Any) -> dict[str, Any]:
    settings = {"image_size": 384, "patch_size": 14, "vision_use_head": False}
    return {"model_type": "siglip_vision_model", **settings, **TOWER, **more}


def token_ids(tokenizer: Any, **tokens: str) -> dict[str, int]:
    return {name: tokenizer.convert_tokens_to_ids(token) for name, token in tokens.items()}
