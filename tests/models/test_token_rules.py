"""Every token rule against what the family's real processor makes of images of random sizes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import transformers
from PIL import Image

from docai.patches.models import model_of
from tests.models.token_counting import FAMILIES, load, sizes

_SIZES, _LONGEST = 9, 1100
_BUDGETS = (None, 200, None, 700, None, 3000)
"""Visual tokens; None: the checkpoint's own settings."""
DONUT = {"model_type": "vision-encoder-decoder", "encoder": {"model_type": "donut-swin"}}


@pytest.mark.parametrize("name", FAMILIES)
def test_rule_counts_what_the_processor_makes(name: str, tmp_path: Path) -> None:
    family = load(name, tmp_path)
    for i, (width, height) in enumerate(sizes(_SIZES, seed=len(name), most=_LONGEST)):
        budget = _BUDGETS[i % len(_BUDGETS)]
        predicted, settings = family.predicted(width, height, budget)
        assert family.counted(width, height, settings) == predicted, f"{width} x {height}, budget {budget}"


@pytest.mark.parametrize("aligns", [False, True])
def test_donut_sees_the_page_where_the_processor_draws_it(*, aligns: bool) -> None:
    processor = transformers.DonutImageProcessor(
        size={"height": 640, "width": 480}, do_align_long_axis=aligns, resample=2
    )
    rule = model_of(DONUT, processor.to_dict(), name="donut")
    for width, height in [(300, 400), (400, 300), (90, 640), (641, 480), (333, 777), (480, 640)]:
        pixels = processor(Image.new("RGB", (width, height), "white"), return_tensors="np")["pixel_values"][0][0]
        drawn = pixels > pixels.min() if pixels.min() < pixels.max() else np.ones_like(pixels, dtype=bool)
        rows, columns = int(drawn.any(axis=1).sum()), int(drawn.any(axis=0).sum())
        sight = rule.see(width, height)
        is_turned = aligns and width > height
        seen = (sight.seen_width_px, sight.seen_height_px)
        assert seen == ((rows, columns) if is_turned else (columns, rows)), f"{width} x {height}"
        assert sight.visual_tokens == (640 // 32) * (480 // 32)
        assert sight.prompt_tokens == 0


def test_layout_models_see_one_square() -> None:
    processor = transformers.LayoutLMv3ImageProcessor(apply_ocr=False)
    pixels = processor(Image.new("RGB", (300, 500)), return_tensors="np")["pixel_values"]
    for kind, states in (("layoutlmv3", 1), ("udop", 0)):
        sight = model_of({"model_type": kind}, processor.to_dict(), name=kind).see(300, 500)
        assert (sight.tiles[0].height_px, sight.tiles[0].width_px) == pixels.shape[-2:]
        assert sight.visual_tokens == (pixels.shape[-1] // 16) ** 2 + states


def test_llava_sees_what_the_crop_leaves() -> None:
    processor = transformers.CLIPImageProcessor(size={"shortest_edge": 336}, crop_size={"height": 336, "width": 336})
    config = {"model_type": "llava", "vision_config": {"model_type": "clip_vision_model", "patch_size": 14}}
    rule = model_of(config, processor.to_dict(), name="llava")
    for width, height in [(300, 600), (600, 300), (336, 475)]:
        # A gradient along the longer side tells where the crop begins and ends.
        long = np.linspace(0, 255, max(width, height), dtype=np.float32)
        plane = np.broadcast_to(long[:, None] if height > width else long[None, :], (height, width))
        image = Image.fromarray(np.repeat(plane[:, :, None], 3, axis=2).astype(np.uint8))
        raw = processor(image, do_normalize=False, do_rescale=False, return_tensors="np")["pixel_values"][0][0]
        first, last = raw.reshape(-1)[0] / 255, raw.reshape(-1)[-1] / 255
        sight = rule.see(width, height)
        box = sight.tiles[0].box
        edges = (box.y0, box.y1) if height > width else (box.x0, box.x1)
        assert edges == pytest.approx((first, last), abs=0.01)
        assert sight.cut_share == pytest.approx(1 - (edges[1] - edges[0]))
