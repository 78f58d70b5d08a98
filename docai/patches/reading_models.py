"""Models with open weights that were made to read documents: their rules' constants and their shapes."""

from __future__ import annotations

from docai.domain.sights import Connector
from docai.patches.canvas import DeepSeekTiles
from docai.patches.decoders import ERNIE_03B, GRANITE_DOCLING_05B, QWEN2_05B, QWEN2_7B, QWEN2_15B, QWEN3_06B, QWEN25_3B
from docai.patches.dynamic import FitLongest, SmallSides, SmartResize
from docai.patches.fitted import DonutCanvas
from docai.patches.fixed import Squashed
from docai.patches.shapes import merger, tower
from docai.patches.slices import MiniCPMSlices
from docai.patches.splitting import GraniteTiles, Idefics3Tiles
from docai.patches.towers import QWEN2_RULE, qwen2_tower, qwen25_tower
from docai.patches.vision_model import VisionModel


def _built_on_qwen() -> tuple[VisionModel, ...]:
    dots = tower(n_layers=42, hidden=1536, intermediate=4224, is_gated=True, connector_parameters=merger(1536, 2, 1536))
    return (
        VisionModel(
            "olmocr-2-7b",
            "qwen2_5_vl",
            QWEN2_RULE,
            128_000,
            ("allenai/olmOCR-2-7B-1025", "allenai/olmOCR-2-7B-1025-FP8"),
            QWEN2_7B,
            qwen25_tower(3584),
        ),
        VisionModel(
            "nanonets-ocr2-3b",
            "qwen2_5_vl",
            QWEN2_RULE,
            128_000,
            ("nanonets/Nanonets-OCR2-3B", "nanonets/Nanonets-OCR-s"),
            QWEN25_3B,
            qwen25_tower(2048),
        ),
        VisionModel(
            "mineru2.5-1.2b",
            "qwen2_vl",
            QWEN2_RULE,
            16_384,
            ("opendatalab/MinerU2.5-2509-1.2B", "opendatalab/MinerU2.5-Pro-2605-1.2B"),
            QWEN2_05B,
            qwen2_tower(896),
        ),
        VisionModel(
            "dots.ocr",
            "dots_ocr",
            SmartResize(max_pixels=11_289_600),
            131_072,
            ("rednote-hilab/dots.ocr", "rednote-hilab/dots.mocr"),
            QWEN2_15B,
            dots,
        ),
    )


def _dynamic() -> tuple[VisionModel, ...]:
    paddle = SmartResize(min_pixels=384**2, max_pixels=1536**2, small_sides=SmallSides.SCALE_ROUNDED)
    glm = SmartResize(min_pixels=12_544, max_pixels=11_760_000, frames=2, small_sides=SmallSides.SCALE_TRUNCATED)
    lighton = FitLongest(longest=1540, patch=14, merge=2, has_breaks=False, aligns=True, max_longest=1540)
    siglip = tower(n_layers=27, hidden=1152, intermediate=4304, connector_parameters=merger(1152, 2, 1024))
    # Four patches are joined to the width of one, then two layers lead to the language model's.
    pixtral = tower(
        n_layers=24,
        hidden=1024,
        intermediate=4096,
        is_gated=True,
        connector_parameters=4 * 1024 * 1024 + 1024 * 1024 + 1024 * 1024,
    )
    return (
        VisionModel(
            "paddleocr-vl-0.9b", "paddleocr_vl", paddle, 131_072, ("PaddlePaddle/PaddleOCR-VL",), ERNIE_03B, siglip
        ),
        VisionModel("glm-ocr", "glm_ocr", glm, 131_072, ("zai-org/GLM-OCR",)),
        VisionModel(
            "lightonocr-1b",
            "lighton_ocr",
            lighton,
            16_384,
            ("lightonai/LightOnOCR-1B-1025", "lightonai/LightOnOCR-2-1B"),
            QWEN3_06B,
            pixtral,
        ),
    )


def _tiled() -> tuple[VisionModel, ...]:
    ocr = MiniCPMSlices(merge=2, settings=(("small_image_upsize", "always"),))
    return (
        VisionModel(
            "granite-docling-258m",
            "idefics3",
            Idefics3Tiles(tile=512, patch=16, merge=4, longest=2048),
            8192,
            ("ibm-granite/granite-docling-258M",),
        ),
        VisionModel(
            "granite-for-docling-500m",
            "granite_docling",
            GraniteTiles(),
            32_768,
            ("ibm-granite/granite-for-docling-500m",),
            GRANITE_DOCLING_05B,
        ),
        VisionModel(
            "deepseek-ocr",
            "deepseek_ocr",
            DeepSeekTiles(640, 6, has_newlines=True),
            8192,
            ("deepseek-ai/DeepSeek-OCR",),
        ),
        VisionModel(
            "deepseek-ocr-2",
            "deepseek_ocr2",
            DeepSeekTiles(768, 6, has_newlines=False),
            32_768,
            ("deepseek-ai/DeepSeek-OCR-2", "deepseek-community/DeepSeek-OCR-2"),
        ),
        VisionModel(
            "unlimited-ocr",
            "unlimited_ocr",
            DeepSeekTiles(640, 32, has_newlines=True),
            32_768,
            ("baidu/Unlimited-OCR",),
        ),
        VisionModel("minicpm-ocr", "minicpm_ocr", ocr, 32_768, ("openbmb/MiniCPM-OCR-1.0",)),
    )


def _specialists() -> tuple[VisionModel, ...]:
    # Positions of LayoutLMv3's and UDOP's encoders are those of text; the image's come on top.
    return (
        VisionModel("donut-base", "donut", DonutCanvas(), 1536, ("naver-clova-ix/donut-base",)),
        VisionModel(
            "layoutlmv3-base",
            "layoutlmv3",
            Squashed(224, 224, 16, 197, Connector.RAW),
            709,
            ("microsoft/layoutlmv3-base",),
        ),
        VisionModel("udop-large", "udop", Squashed(224, 224, 16, 196, Connector.RAW), 708, ("microsoft/udop-large",)),
    )


READING_MODELS: tuple[VisionModel, ...] = (*_built_on_qwen(), *_dynamic(), *_tiled(), *_specialists())
"""In the order in which lists show them. UDOP's 196 is the most: patches under words are merged into them."""
