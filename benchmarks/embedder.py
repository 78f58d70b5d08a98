"""Pages per second of our embedder against colpali-engine's own example loop: one model, one device, taking turns.

python benchmarks/embedder.py [--shape tiny|middle|colqwen2-2b] [--device cpu|cuda] [--pages 24] [--rounds 3]
    [--threads 0]

The example loop is the one of the engine's README: a DataLoader in batches of four, `process_images` as its collate
function, the embeddings of the whole batch brought to the CPU. The pages are drawn, two thirds of them upright A4,
the others lying or of another shape, in the order in which documents have them; both sides decode the same PNG files.
Weights are random: speed does not depend on them.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import colpali_engine.models as engine
import torch
import transformers
from PIL import Image, ImageDraw
from torch.utils.data import DataLoader

from docai.domain.embeddings import PageSight
from docai.engines.embedder.colpali import ColPaliEmbedder
from docai.engines.embedder.loading import load
from tests.models.checkpoints import ROPE, byte_tokenizer, qwen_ids

SHAPES = {
    # hidden, layers, heads, key-value heads, feed-forward; vision width, depth, heads
    "tiny": ((64, 2, 4, 2, 128), (64, 2, 4)),
    "middle": ((512, 8, 8, 2, 1536), (320, 8, 8)),
    "colqwen2-2b": ((1536, 28, 12, 2, 8960), (1280, 32, 16)),
}
VISUAL_TOKENS = {"tiny": 768, "middle": 256, "colqwen2-2b": 768}
PAGE_SIZES_PX = ((1240, 1754), (1240, 1754), (1754, 1240), (1240, 1754), (1240, 1754), (1275, 1650))
"""At 150 dpi: A4 upright, A4 lying, US Letter."""

README_BATCH = 4


def save_random(shape: str, folder: Path) -> None:
    """A ColQwen2 checkpoint of a shape, with random weights."""
    (hidden, layers, heads, kv_heads, feed_forward), (width, depth, vision_heads) = SHAPES[shape]
    named = {"image_token": "<|image_pad|>", "video_token": "<|video_pad|>"}
    tokenizer = byte_tokenizer(named, ["<|im_start|>", "<|vision_start|>", "<|vision_end|>"])
    third = hidden // heads // 2 // 4
    config = transformers.Qwen2VLConfig(
        text_config={
            "vocab_size": len(tokenizer),
            "hidden_size": hidden,
            "intermediate_size": feed_forward,
            "num_hidden_layers": layers,
            "num_attention_heads": heads,
            "num_key_value_heads": kv_heads,
            "rope_parameters": {**ROPE, "mrope_section": [hidden // heads // 2 - 2 * third, third, third]},
            "bos_token_id": None,
            "eos_token_id": None,
        },
        vision_config={
            "depth": depth,
            "embed_dim": width,
            "hidden_size": hidden,
            "num_heads": vision_heads,
            "mlp_ratio": 4,
            "patch_size": 14,
        },
        **qwen_ids(tokenizer),
    )
    images = transformers.Qwen2VLImageProcessor(
        size={"shortest_edge": 56 * 56, "longest_edge": VISUAL_TOKENS[shape] * 28 * 28}
    )
    videos = transformers.Qwen2VLVideoProcessor()
    engine.ColQwen2(config).save_pretrained(folder)
    engine.ColQwen2Processor(image_processor=images, tokenizer=tokenizer, video_processor=videos).save_pretrained(
        folder
    )


def draw_pages(n_pages: int) -> list[bytes]:
    """Pages of dark strokes, as PNG files."""
    files = []
    for number in range(n_pages):
        width, height = PAGE_SIZES_PX[number % len(PAGE_SIZES_PX)]
        page = Image.new("RGB", (width, height), "white")
        draw = ImageDraw.Draw(page)
        for y in range(100, height - 100, 24):
            for x in range(100, width - 160, 60):
                draw.rectangle((x, y, x + 20 + (x * y + number) % 31, y + 10), fill="black")
        stream = io.BytesIO()
        page.save(stream, "PNG")
        files.append(stream.getvalue())
    return files


def example_loop(model: torch.nn.Module, processor: engine.ColQwen2Processor, files: Sequence[bytes]) -> int:
    """The loop of colpali-engine's README; the number of pages embedded."""
    images = [Image.open(io.BytesIO(file)) for file in files]
    loader = DataLoader(dataset=images, batch_size=README_BATCH, shuffle=False, collate_fn=processor.process_images)
    found: list[torch.Tensor] = []
    for batch in loader:
        with torch.no_grad():
            embeddings = model(**{name: tensor.to(model.device) for name, tensor in batch.items()})
        found.extend(torch.unbind(embeddings.to("cpu")))
    return len(found)


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """How long it takes, and how much processor time: other work on the machine lengthens the first only."""
    started, busy = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - started, time.process_time() - busy


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=SHAPES, default="middle")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--pages", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch-tokens", type=int, default=None)
    parser.add_argument("--threads", type=int, default=0, help="of one forward pass; 0: one per core")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    transformers.logging.set_verbosity_error()
    with tempfile.TemporaryDirectory() as folder:
        save_random(arguments.shape, Path(folder))
        loaded = load(folder, device=arguments.device)
    embedder = ColPaliEmbedder(loaded, batch_tokens=arguments.batch_tokens)
    files = draw_pages(arguments.pages)
    example_loop(loaded.model, loaded.processor, files[:README_BATCH])
    sights = [PageSight(None, file) for file in files]
    embedder.embed_pages(sights[:README_BATCH])
    theirs, ours = [], []
    for _ in range(arguments.rounds):
        theirs.append(seconds(lambda: example_loop(loaded.model, loaded.processor, files)))
        ours.append(seconds(lambda: embedder.embed_pages(sights)))
    weights = sum(weight.numel() for weight in loaded.model.parameters())
    print(
        f"{arguments.shape}: {weights / 1e6:.1f} million weights, {loaded.device}, {loaded.dtype}, {len(files)} pages"
    )
    for place, what in enumerate(("elapsed", "processor")):
        loop, docai = ([times[place] for times in side] for side in (theirs, ours))
        best = f"example loop {len(files) / min(loop):.2f}, docai {len(files) / min(docai):.2f} pages/s at best"
        print(f"{what} time: {best}")
        print(f"  ratio {min(loop) / min(docai):.2f} of the best, {sum(loop) / sum(docai):.2f} of {len(loop)} rounds")


if __name__ == "__main__":
    main()
