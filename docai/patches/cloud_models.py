"""Models of providers: by which of their published rules each sees images."""

from __future__ import annotations

from docai.patches.cloud import GeminiTiles, PricedPatches, PricedTiles
from docai.patches.vision_model import VisionModel

_CLAUDE = PricedPatches(28, (("", 1568, 1568),))
_CLAUDE_LARGE = PricedPatches(28, (("", 4784, 2576),))
_GPT_TILES = PricedTiles(512, 170, 85, longest=2048, max_short=768, settings=(("detail", "high"),))
_GPT5_TILES = PricedTiles(512, 140, 70, longest=2048, max_short=768, settings=(("detail", "high"),))
_GPT_SMALL = PricedPatches(32, (("high", 1536, 2048),), option="detail")
_GPT_LARGE = PricedPatches(32, (("high", 2500, 2048), ("original", 10_000, 6000)), option="detail")
_GEMINI_3 = PricedPatches(
    48,
    tuple(
        (f"MEDIA_RESOLUTION_{name}", tokens, 8192)
        for name, tokens in (
            ("LOW", 280),
            ("MEDIUM", 560),
            ("HIGH", 1120),
            ("ULTRA_HIGH", 2240),
        )
    ),
    option="media_resolution",
    charges_budget=True,
)

CLOUD_MODELS: tuple[VisionModel, ...] = (
    VisionModel(
        "claude",
        "claude",
        _CLAUDE,
        200_000,
        (
            "claude-opus-4-6",
            "claude-opus-4-5",
            "claude-sonnet-4-6",
            "claude-sonnet-4-5",
            "claude-haiku-4-5",
        ),
    ),
    VisionModel(
        "claude-opus-4-7",
        "claude",
        _CLAUDE_LARGE,
        200_000,
        ("claude-opus-4-8", "claude-opus-5", "claude-opus-5-5"),
    ),
    VisionModel("gpt-4o", "gpt_tiles", _GPT_TILES, 128_000, ("chatgpt-4o-latest",)),
    VisionModel("gpt-4.1", "gpt_tiles", _GPT_TILES, 1_047_576),
    VisionModel("gpt-5", "gpt_tiles", _GPT5_TILES, 272_000, ("gpt-5-chat-latest",)),
    VisionModel(
        "gpt-mini",
        "gpt_patches",
        _GPT_SMALL,
        272_000,
        ("gpt-5-mini", "gpt-5-nano", "gpt-5.4-mini", "gpt-5.4-nano", "gpt-4.1-mini", "gpt-4.1-nano"),
    ),
    VisionModel(
        "gpt-5.4",
        "gpt_patches",
        _GPT_LARGE,
        272_000,
        ("gpt-5.5", "gpt-5.6-sol", "gpt-5.6-terra", "gpt-5.6-luna"),
    ),
    VisionModel(
        "gemini-2",
        "gemini_tiles",
        GeminiTiles(),
        1_048_576,
        ("gemini-2.0-flash", "gemini-2.5-flash-lite", "gemini-2.5-flash", "gemini-2.5-pro"),
    ),
    VisionModel(
        "gemini-3",
        "gemini_budgets",
        _GEMINI_3,
        1_048_576,
        (
            "gemini-3-flash-preview",
            "gemini-3-pro-preview",
            "gemini-3.1-pro-preview",
            "gemini-3.1-flash-lite-preview",
            "gemini-3.5-flash",
        ),
    ),
)
"""Contexts are those of prompts, as their providers' documentation has them; where a larger one must be asked for, the
smaller."""
