"""How much faster a local model writes about eight images at once than about one after the other.

    python -m benchmarks.local_batching [--device cpu] [--layers 8] [--hidden 512] [--tokens 64] [--threads 2]

The model has the shape of Qwen2-VL and random weights: what it says does not matter, how long it takes does.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import time
from pathlib import Path

import torch
import transformers
from PIL import Image, ImageDraw

from docai.domain.generations import Decoding, GenerationRequest, ShownImage
from docai.domain.sights import Purpose, TokenPlan
from docai.engines.vlm.loading import LocalOptions
from docai.engines.vlm.local import LocalModel
from tests.models.vlm_native import qwen2_vl

ROWS = 8


def checkpoint(folder: Path, layers: int, hidden: int) -> Path:
    """A Qwen2-VL of random weights, some times as large as those of the tests."""
    small, processor = qwen2_vl()
    config = small.config
    heads = max(1, hidden // 64)
    text = {"hidden_size": hidden, "intermediate_size": 4 * hidden, "num_hidden_layers": layers}
    text |= {"num_attention_heads": heads, "num_key_value_heads": heads, "vocab_size": 32_000, "layer_types": None}
    rope = {"rope_type": "default", "mrope_section": [8, 12, 12], "rope_theta": 1e6}
    made = transformers.Qwen2VLConfig(
        text_config={**config.text_config.to_dict(), **text, "rope_parameters": rope},
        vision_config={**config.vision_config.to_dict(), "hidden_size": hidden},
        **{name: getattr(config, name) for name in ("image_token_id", "video_token_id")},
        **{name: getattr(config, name) for name in ("vision_start_token_id", "vision_end_token_id")},
    )
    torch.manual_seed(0)
    transformers.Qwen2VLForConditionalGeneration(made).save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def request(model: LocalModel, number: int, tokens: int) -> GenerationRequest:
    """A question about an image of a line of print, of a size of its own."""
    image = Image.new("RGB", (280 + 28 * number, 112), "white")
    ImageDraw.Draw(image).text((8, 40), f"Total {number}", fill="black")
    file = io.BytesIO()
    image.save(file, "PNG")
    plan = TokenPlan(
        purpose=Purpose.TEXT,
        sight=model.images.see(*image.size),
        dpi=150,
        effective_dpi=150,
        floor_dpi=0,
        print_em_px=None,
    )
    decoding = Decoding(max_tokens=tokens, temperature=1.0, seed=number)
    return GenerationRequest(images=(ShownImage(file.getvalue(), plan),), prompt="Read.", decoding=decoding)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--device", default="cpu")
    options.add_argument("--layers", type=int, default=8)
    options.add_argument("--hidden", type=int, default=512)
    options.add_argument("--tokens", type=int, default=64)
    options.add_argument("--threads", type=int, default=torch.get_num_threads())
    chosen = options.parse_args()
    torch.set_num_threads(chosen.threads)
    transformers.logging.disable_progress_bar()
    with tempfile.TemporaryDirectory() as scratch:
        folder = checkpoint(Path(scratch), chosen.layers, chosen.hidden)
        model = LocalModel(str(folder), LocalOptions(device=chosen.device))
        asked = [request(model, number, chosen.tokens) for number in range(ROWS)]
        model.generate(asked[:1])
        started = time.perf_counter()
        alone = [model.generate([each])[0] for each in asked]
        one_by_one_s = time.perf_counter() - started
        started = time.perf_counter()
        together = model.generate(asked)
        together_s = time.perf_counter() - started
        model.close()
    n_tokens = sum(said.usage.output_tokens for said in together)
    same = sum(one.text == other.text for one, other in zip(alone, together, strict=True))
    print(f"{chosen.layers} layers of {chosen.hidden}, {torch.get_num_threads()} threads, {chosen.device}")
    print(f"one by one: {one_by_one_s:.2f} s, {n_tokens / one_by_one_s:.0f} tokens/s")
    print(f"{ROWS} at once: {together_s:.2f} s, {n_tokens / together_s:.0f} tokens/s")
    print(f"ratio {one_by_one_s / together_s:.2f}; {same} of {ROWS} texts the same")


if __name__ == "__main__":
    main()
