"""A small Qwen2-VL taught from scratch to read drawn tables, until it knows them by heart."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import transformers
from PIL import Image

from docai.dialects import dialect_named
from docai.dialects.dialect import Shown
from docai.dialects.otsl import TOKENS
from docai.prompts import load as load_prompt
from tests.models.byte_tokenizers import byte_tokenizer
from tests.models.digit_pages import CROP_PX, Crop
from tests.models.vlm_parts import START, chat, token_ids

LEARNING_RATE, WARM_UP_STEPS = 3e-3, 20
LEARNT = 0.01
"""Loss of a token at which the likeliest one is the right one nearly everywhere."""
PROMPT = load_prompt("doctags").text
DIALECT = dialect_named("doctags")
SHOWN = Shown(width_px=CROP_PX[0], height_px=CROP_PX[1])
_IGNORED = -100
"""Label of tokens that are not to be said; `torch.nn.functional.cross_entropy`."""


def untaught() -> tuple[Any, Any]:
    """A Qwen2-VL with random weights, 2 + 2 layers, 64 wide; and its processor."""
    torch.manual_seed(0)
    named = {"image_token": "<|image_pad|>", "video_token": "<|video_pad|>"}
    tokenizer = byte_tokenizer(named, [START, "<|vision_start|>", "<|vision_end|>"])
    tokenizer.add_tokens(["<doctag>", "</doctag>", "<otsl>", "</otsl>", *(f"<{token}>" for token in TOKENS)])
    layers = {"hidden_size": 64, "initializer_range": 0.05}
    text = {
        **layers,
        "vocab_size": len(tokenizer),
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 1024,
        # Pages of a few tokens: the usual base of 10^6 would hardly tell their rows and columns apart.
        "rope_parameters": {"rope_type": "default", "rope_theta": 100.0, "mrope_section": [2, 3, 3]},
        "bos_token_id": None,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    vision = {
        **layers,
        "embed_dim": 64,
        "depth": 2,
        "num_heads": 4,
        "mlp_ratio": 2,
        "patch_size": 14,
        "spatial_merge_size": 2,
    }
    config = transformers.Qwen2VLConfig(
        text_config=text,
        vision_config=vision,
        **token_ids(
            tokenizer,
            image_token_id="<|image_pad|>",
            video_token_id="<|video_pad|>",
            vision_start_token_id="<|vision_start|>",
            vision_end_token_id="<|vision_end|>",
        ),
    )
    processor = transformers.Qwen2VLProcessor(
        transformers.Qwen2VLImageProcessor(size={"shortest_edge": 3136, "longest_edge": 12_845_056}),
        tokenizer,
        transformers.Qwen2VLVideoProcessor(),
        chat_template=chat("<|vision_start|><|image_pad|><|vision_end|>"),
    )
    return transformers.Qwen2VLForConditionalGeneration(config), processor


def written(crop: Crop) -> str:
    """What the model is to say of a crop."""
    return DIALECT.write([crop.block], SHOWN)


def teach(model: Any, processor: Any, crops: Sequence[Crop], *, max_steps: int) -> list[float]:
    """Train on all crops at every step, until they are known or `max_steps` are over; the loss of each step."""
    lesson = _lesson(processor, crops)
    optimiser = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min(1.0, (step + 1) / WARM_UP_STEPS))
    losses: list[float] = []
    while len(losses) < max_steps and not (losses and losses[-1] < LEARNT):
        loss = model(**lesson).loss
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        losses.append(float(loss.detach()))
    return losses


def save(model: Any, processor: Any, folder: Path) -> Path:
    """The checkpoint, to be loaded like any other."""
    model.eval().save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def _lesson(processor: Any, crops: Sequence[Crop]) -> dict[str, torch.Tensor]:
    """Each crop with the prompt and what is to be said, which alone counts."""
    chats = [
        [
            {
                "role": "user",
                "content": [
                    {"type": "image", "image": Image.open(io.BytesIO(crop.content))},
                    {"type": "text", "text": PROMPT},
                ],
            }
        ]
        for crop in crops
    ]
    asked = processor.apply_chat_template(
        chats, add_generation_prompt=True, tokenize=True, return_dict=True, return_tensors="pt"
    )
    tokenizer = processor.tokenizer
    said = tokenizer([written(crop) + tokenizer.eos_token for crop in crops], padding=True, padding_side="right")
    answers = torch.tensor(said["input_ids"])
    is_said = torch.tensor(said["attention_mask"])
    prompts = asked["input_ids"]
    made = {name: value for name, value in asked.items() if name in {"pixel_values", "image_grid_thw"}}
    labels = torch.cat([torch.full_like(prompts, _IGNORED), answers.masked_fill(is_said == 0, _IGNORED)], dim=1)
    # Beside the prompt's, the processor marks which tokens are of an image; what is said is of none.
    kinds = torch.cat([asked["mm_token_type_ids"], torch.zeros_like(answers)], dim=1)
    return {
        **made,
        "input_ids": torch.cat([prompts, answers], dim=1),
        "attention_mask": torch.cat([asked["attention_mask"], is_said], dim=1),
        "mm_token_type_ids": kinds,
        "labels": labels,
    }
