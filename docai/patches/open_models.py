"""General models with open weights: their rules' constants and their shapes, as their checkpoints have them."""

from __future__ import annotations

from dataclasses import replace

from docai.domain.sights import Connector
from docai.patches import decoders
from docai.patches.anyres import AnyRes
from docai.patches.canvas import InternVLTiles
from docai.patches.dynamic import FitLongest
from docai.patches.fitted import Idefics2Pieces, MllamaTiles
from docai.patches.fixed import CentreSquare, Squashed, squashed_square
from docai.patches.shapes import LanguageShape, VisionShape
from docai.patches.slices import MiniCPMSlices
from docai.patches.splitting import Idefics3Tiles
from docai.patches.towers import (
    CLIP_LARGE,
    INTERNVIT_300M,
    PIXTRAL,
    QWEN2_RULE,
    QWEN3_RULE,
    SIGLIP_SO400M,
    qwen2_tower,
    qwen3_tower,
    qwen25_tower,
    two_layers,
)
from docai.patches.vision_model import VisionModel


def _qwen(generation: str, size: str, language: LanguageShape, vision: VisionShape, context_tokens: int) -> VisionModel:
    rule = QWEN3_RULE if generation == "3" else QWEN2_RULE
    family = f"qwen{generation.replace('.', '_')}_vl"
    source = f"Qwen/Qwen{generation}-VL-{size.upper()}-Instruct"
    return VisionModel(f"qwen{generation}-vl-{size}", family, rule, context_tokens, (source,), language, vision)


def _qwens() -> tuple[VisionModel, ...]:
    return (
        _qwen("2", "2b", decoders.QWEN2_15B, qwen2_tower(1536), 32_768),
        _qwen("2", "7b", decoders.QWEN2_7B, qwen2_tower(3584), 32_768),
        _qwen("2", "72b", decoders.QWEN2_72B, qwen2_tower(8192), 32_768),
        _qwen("2.5", "3b", decoders.QWEN25_3B, qwen25_tower(2048), 128_000),
        _qwen("2.5", "7b", decoders.QWEN2_7B, qwen25_tower(3584), 128_000),
        _qwen("2.5", "32b", decoders.QWEN25_32B, qwen25_tower(5120, 3456), 128_000),
        _qwen("2.5", "72b", decoders.QWEN2_72B, qwen25_tower(8192, 3456), 128_000),
        _qwen("3", "2b", decoders.QWEN3_2B, qwen3_tower(is_small=True, out=2048), 262_144),
        _qwen("3", "4b", decoders.QWEN3_4B, qwen3_tower(is_small=True, out=2560), 262_144),
        _qwen("3", "8b", decoders.QWEN3_8B, qwen3_tower(is_small=False, out=4096), 262_144),
        _qwen("3", "32b", decoders.QWEN3_32B, qwen3_tower(is_small=False, out=5120), 262_144),
        VisionModel("qwen3.5-9b", "qwen3_5", QWEN3_RULE, 262_144, ("Qwen/Qwen3.5-9B",)),
    )


def _internvl(name: str, source: str, language: LanguageShape, out: int, context_tokens: int = 32_768) -> VisionModel:
    sources = (f"OpenGVLab/{source}", f"OpenGVLab/{source}-hf")
    vision = two_layers(INTERNVIT_300M, 4 * 1024, out)
    return VisionModel(name, "internvl", InternVLTiles(), context_tokens, sources, language, vision)


def _internvls() -> tuple[VisionModel, ...]:
    return (
        _internvl("internvl2-8b", "InternVL2-8B", decoders.INTERNLM25_7B, 4096),
        _internvl("internvl2.5-8b", "InternVL2_5-8B", decoders.INTERNLM25_7B, 4096),
        _internvl("internvl3-2b", "InternVL3-2B", decoders.QWEN2_15B, 1536),
        _internvl("internvl3-8b", "InternVL3-8B", decoders.QWEN2_7B, 3584),
        _internvl("internvl3-14b", "InternVL3-14B", decoders.QWEN25_14B, 5120),
        _internvl("internvl3.5-8b", "InternVL3_5-8B", decoders.QWEN3_8B, 4096, 40_960),
    )


def _mistrals() -> tuple[VisionModel, ...]:
    # Four patches are joined to the width of one before the two layers.
    joining = 4 * 1024 * 1024
    small = two_layers(PIXTRAL, 1024, 5120)
    small = replace(small, connector_parameters=small.connector_parameters + joining)
    return (
        VisionModel(
            "pixtral-12b",
            "pixtral",
            FitLongest(),
            131_072,
            ("mistral-community/pixtral-12b", "mistralai/Pixtral-12B-2409"),
            decoders.MISTRAL_NEMO_12B,
            two_layers(PIXTRAL, 1024, 5120),
        ),
        VisionModel(
            "mistral-small-3.1-24b",
            "mistral3",
            FitLongest(longest=1540, patch=14, merge=2, max_longest=1540),
            131_072,
            ("mistralai/Mistral-Small-3.1-24B-Instruct-2503", "mistralai/Mistral-Small-3.2-24B-Instruct-2506"),
            decoders.MISTRAL_SMALL_24B,
            small,
        ),
    )


def _llavas() -> tuple[VisionModel, ...]:
    clip, siglip = two_layers(CLIP_LARGE, 1024, 4096), two_layers(SIGLIP_SO400M, 1152, 3584)
    four_tiles = AnyRes(336, 14, ((336, 672), (672, 336), (672, 672), (1008, 336), (336, 1008)))
    grids = tuple((384 * rows, 384 * columns) for rows in range(1, 7) for columns in range(1, 7))
    return (
        VisionModel(
            "llava-1.5-7b",
            "llava",
            CentreSquare(336, 14),
            4096,
            ("llava-hf/llava-1.5-7b-hf",),
            decoders.LLAMA2_7B,
            clip,
        ),
        VisionModel(
            "llava-next-7b",
            "llava_next",
            four_tiles,
            32_768,
            ("llava-hf/llava-v1.6-mistral-7b-hf",),
            decoders.MISTRAL_7B,
            clip,
        ),
        VisionModel(
            "llava-interleave-7b",
            "llava_interleave",
            squashed_square(384, 14),
            32_768,
            ("llava-hf/llava-interleave-qwen-7b-hf",),
            decoders.QWEN15_7B,
            two_layers(SIGLIP_SO400M, 1152, 4096),
        ),
        VisionModel(
            "llava-onevision-7b",
            "llava_onevision",
            AnyRes(384, 14, grids, max_feature_tiles=9),
            32_768,
            ("llava-hf/llava-onevision-qwen2-7b-ov-hf", "llava-hf/llava-onevision-qwen2-7b-si-hf"),
            decoders.QWEN2_7B,
            siglip,
        ),
        VisionModel(
            "llama-3.2-11b-vision",
            "mllama",
            MllamaTiles(),
            131_072,
            ("meta-llama/Llama-3.2-11B-Vision-Instruct", "meta-llama/Llama-3.2-11B-Vision"),
        ),
    )


def _paligemma(version: str, size: int) -> VisionModel:
    is_first = not version
    language = replace(decoders.GEMMA_2B if is_first else decoders.GEMMA2_2B, is_causal=False)
    vision = replace(SIGLIP_SO400M, connector_parameters=1152 * (2048 if is_first else 2304))
    source = f"google/paligemma{version}-3b-{'mix' if is_first else 'pt'}-{size}"
    return VisionModel(
        f"paligemma{version}-3b-{size}", "paligemma", squashed_square(size, 14), 8192, (source,), language, vision
    )


def _smol() -> tuple[VisionModel, ...]:
    return (
        VisionModel(
            "idefics3-8b",
            "idefics3",
            Idefics3Tiles(tile=364, patch=14, merge=2, longest=1456),
            131_072,
            ("HuggingFaceM4/Idefics3-8B-Llama3",),
            decoders.LLAMA3_8B,
            replace(SIGLIP_SO400M, connector_parameters=4 * 1152 * 4096),
        ),
        VisionModel(
            "smolvlm-2.2b",
            "smolvlm",
            Idefics3Tiles(tile=384, patch=14, merge=3, longest=1536),
            16_384,
            ("HuggingFaceTB/SmolVLM-Instruct", "HuggingFaceTB/SmolVLM2-2.2B-Instruct"),
            decoders.SMOLLM2_17B,
            replace(SIGLIP_SO400M, connector_parameters=9 * 1152 * 2048),
        ),
        VisionModel(
            "smolvlm-256m",
            "smolvlm",
            Idefics3Tiles(tile=512, patch=16, merge=4, longest=2048),
            8192,
            ("HuggingFaceTB/SmolVLM-256M-Instruct", "HuggingFaceTB/SmolVLM2-256M-Video-Instruct"),
            decoders.SMOLLM2_135M,
        ),
    )


def _minicpm() -> tuple[VisionModel, ...]:
    return (
        VisionModel(
            "minicpm-v-2.6",
            "minicpmv",
            MiniCPMSlices(queries=64),
            32_768,
            ("openbmb/MiniCPM-V-2_6",),
            decoders.QWEN2_7B,
        ),
        VisionModel("minicpm-v-4.6", "minicpmv4_6", MiniCPMSlices(), 32_768, ("openbmb/MiniCPM-V-4.6",)),
        VisionModel("minicpm-v-4.7-1b", "minicpmv4_7", MiniCPMSlices(), 32_768, ("openbmb/MiniCPM-V-4.7-1B",)),
    )


def _pooling() -> tuple[VisionModel, ...]:
    q_former = Squashed(224, 224, 14, 32, Connector.RESAMPLED)
    flamingo = Squashed(224, 224, 14, 64, Connector.RESAMPLED, framing=3 - 64)
    return (
        VisionModel("blip2-opt-2.7b", "blip2", q_former, 2048, ("Salesforce/blip2-opt-2.7b",)),
        VisionModel("instructblip-7b", "instructblip", q_former, 2048, ("Salesforce/instructblip-vicuna-7b",)),
        VisionModel("idefics-9b", "idefics", flamingo, 2048, ("HuggingFaceM4/idefics-9b-instruct",)),
        VisionModel(
            "idefics2-8b",
            "idefics2",
            Idefics2Pieces(),
            32_768,
            ("HuggingFaceM4/idefics2-8b",),
            decoders.MISTRAL_7B,
        ),
    )


OPEN_MODELS: tuple[VisionModel, ...] = (
    *_qwens(),
    *_internvls(),
    *_mistrals(),
    *_llavas(),
    *(_paligemma(version, size) for version in ("", "2") for size in (224, 448, 896)),
    *_smol(),
    *_minicpm(),
    *_pooling(),
)
"""In the order in which lists show them."""
