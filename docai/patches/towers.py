"""Vision towers that several models share, by the published config.json of each, and Qwen-VL's rules."""

from __future__ import annotations

from dataclasses import replace

from docai.patches.dynamic import SmartResize
from docai.patches.shapes import VisionShape, merger, tower

QWEN2_RULE = SmartResize()
"""preprocessor_config.json of Qwen2-VL and Qwen2.5-VL: sizes of 3,136 and 12,845,056 pixels."""
QWEN3_RULE = SmartResize(patch=16, min_pixels=65_536, max_pixels=16_777_216)
"""preprocessor_config.json of Qwen3-VL: sizes of 65,536 and 16,777,216 pixels."""
CLIP_LARGE = tower(n_layers=23, hidden=1024, intermediate=4096)
"""CLIP ViT-L/14 without its last layer, whose output LLaVA does not use."""
SIGLIP_SO400M = tower(n_layers=27, hidden=1152, intermediate=4304)
PIXTRAL = tower(n_layers=24, hidden=1024, intermediate=4096, is_gated=True)
INTERNVIT_300M = tower(n_layers=24, hidden=1024, intermediate=4096)


def two_layers(shape: VisionShape, width: int, out: int) -> VisionShape:
    """The tower with a connector of two layers, from what is joined to the language model's width and on to it."""
    return replace(shape, connector_parameters=width * out + out**2)


def qwen2_tower(out: int) -> VisionShape:
    """Qwen2-VL's tower before a language model of width `out`."""
    return tower(n_layers=32, hidden=1280, intermediate=5120, connector_parameters=merger(1280, 2, out))


def qwen25_tower(out: int, intermediate: int = 3420) -> VisionShape:
    """Qwen2.5-VL's: 28 of 32 layers attend within windows of 112 x 112 pixels, 8 x 8 patches."""
    full = tower(n_layers=32, hidden=1280, intermediate=intermediate, is_gated=True)
    return replace(full, windowed_layers=28, window_patches=64, connector_parameters=merger(1280, 2, out))


def qwen3_tower(*, is_small: bool, out: int) -> VisionShape:
    """Qwen3-VL's, the small one up to 4B; DeepStack has three mergers besides the one that gives the tokens."""
    n_layers, hidden, intermediate = (24, 1024, 4096) if is_small else (27, 1152, 4304)
    mergers = 4 * merger(hidden, 2, out)
    return tower(n_layers=n_layers, hidden=hidden, intermediate=intermediate, connector_parameters=mergers)
