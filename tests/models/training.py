"""A small ColQwen2 taught from scratch on drawn pages, with the loss that colpali-engine trains with."""

from __future__ import annotations

import io
import random
import string
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import colpali_engine.models as engine
import numpy as np
import torch
import transformers
from colpali_engine.loss import ColbertLoss
from PIL import Image, ImageDraw, ImageFont

from tests.models.byte_tokenizers import byte_tokenizer
from tests.models.checkpoints import ROPE, qwen_ids

PAGE_PX = (168, 224)
"""6 x 8 cells of 28 pixels."""

LEARNING_RATE, WARM_UP_STEPS = 2e-3, 8

LEARNT = 0.05
"""Loss at which the right page's score is about 3 above the others'."""


@dataclass(frozen=True)
class Lesson:
    """Drawn pages, and for each what is asked of it."""

    images: list[Image.Image]
    queries: list[str]

    def files(self) -> list[bytes]:
        """The pages as image files."""
        return [_png(image) for image in self.images]


def _png(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def draw_lesson(n_pages: int, seed: int) -> Lesson:
    """Pages with one made-up word each, in a random place among grey lines; the query is the word."""
    rng = random.Random(seed)
    font = ImageFont.load_default(26)
    images, words = [], []
    for _ in range(n_pages):
        word = "".join(rng.choices(string.ascii_uppercase, k=4))
        image = Image.new("RGB", PAGE_PX, "white")
        draw = ImageDraw.Draw(image)
        for y in range(8, PAGE_PX[1], 12):
            draw.line((6, y, rng.randint(60, 160), y), fill=(215, 215, 215))
        draw.text((rng.randint(4, 80), rng.randint(4, 190)), word, fill="black", font=font)
        images.append(image)
        words.append(word)
    return Lesson(images, words)


def untaught() -> tuple[engine.ColQwen2, engine.ColQwen2Processor]:
    """A ColQwen2 with random weights: 2 + 2 layers, 64 wide."""
    torch.manual_seed(0)
    named = {"image_token": "<|image_pad|>", "video_token": "<|video_pad|>"}
    tokenizer = byte_tokenizer(named, ["<|im_start|>", "<|vision_start|>", "<|vision_end|>"])
    config = transformers.Qwen2VLConfig(
        text_config={
            "vocab_size": len(tokenizer),
            "hidden_size": 64,
            "intermediate_size": 128,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 4,
            "rope_parameters": {**ROPE, "mrope_section": [2, 3, 3]},
            "bos_token_id": None,
            "eos_token_id": None,
        },
        vision_config={
            "depth": 2,
            "embed_dim": 64,
            "hidden_size": 64,
            "num_heads": 4,
            "mlp_ratio": 2,
            "patch_size": 14,
            "spatial_merge_size": 2,
        },
        **qwen_ids(tokenizer),
    )
    images = transformers.Qwen2VLImageProcessor(size={"shortest_edge": 28 * 28, "longest_edge": 64 * 28 * 28})
    videos = transformers.Qwen2VLVideoProcessor()
    processor = engine.ColQwen2Processor(image_processor=images, tokenizer=tokenizer, video_processor=videos)
    return engine.ColQwen2(config), processor


def teach(
    model: engine.ColQwen2, processor: engine.ColQwen2Processor, lesson: Lesson, *, max_steps: int
) -> list[float]:
    """Train on all pages at every step, until they are learnt or `max_steps` are over; returns the loss of each."""
    pages, queries = processor.process_images(lesson.images), processor.process_queries(lesson.queries)
    # The vectors before the image are alike on all pages; a query that clings to them learns nothing.
    is_patch = pages["input_ids"] == model.config.image_token_id
    loss_of = ColbertLoss(temperature=1.0, normalize_scores=False)
    optimiser = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min(1.0, (step + 1) / WARM_UP_STEPS))
    losses = [float("inf")]
    while losses[-1] > LEARNT and len(losses) <= max_steps:
        patches = model(**pages)[is_patch].reshape(len(lesson.images), -1, model.dim)
        loss = loss_of(model(**queries), patches)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        losses.append(float(loss.detach()))
    return losses[1:]


def ndcg_at_5(ranks: Sequence[int]) -> float:
    """Of queries that one page each answers, by its rank, which counts from 1."""
    return float(np.mean([1 / np.log2(1 + rank) if rank <= 5 else 0.0 for rank in ranks]))


def save(model: engine.ColQwen2, processor: engine.ColQwen2Processor, folder: Path) -> Path:
    """The checkpoint, to be loaded like any other."""
    model.eval().save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder
