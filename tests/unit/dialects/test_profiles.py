"""Which model reads how: by its name, and by what is set."""

from __future__ import annotations

import pytest

from docai.dialects import DIALECTS
from docai.dialects.profiles import PROFILES, PURPOSES, ReadingProfile, profile_of
from docai.domain.parses import BlockKind
from docai.domain.sights import Purpose
from docai.errors import ConfigurationError
from docai.prompts import load


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_every_profile_has_its_prompts_and_dialects_and_reads_text_somehow(profile: ReadingProfile) -> None:
    asks = [ask for ask in (profile.page, profile.layout, *profile.pieces.values()) if ask is not None]
    for ask in asks:
        assert load(ask.prompt).text
        assert ask.dialect in DIALECTS
    if profile.page is None:
        assert {Purpose.TEXT, Purpose.TABLE} <= set(profile.pieces)
    if profile.layout is not None:
        assert DIALECTS[profile.layout.dialect].has_boxes, "blocks that stand nowhere cannot be shown"


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("allenai/olmOCR-2-7B-1025-FP8", "olmocr"),
        ("ibm-granite/granite-docling-258M", "doctags"),
        ("granite-for-docling-500m", "doctags"),
        ("/models/dots_ocr", "dots"),
        ("rednote-hilab/dots.ocr", "dots"),
        ("opendatalab/MinerU2.5-2509-1.2B", "mineru"),
        ("PaddlePaddle/PaddleOCR-VL", "paddleocr"),
        ("zai-org/GLM-OCR", "glm"),
        ("deepseek-ai/DeepSeek-OCR-2", "deepseek"),
        ("nanonets/Nanonets-OCR2-3B", "nanonets"),
        ("lightonai/LightOnOCR-2-1B", "markdown"),
        ("datalab-to/chandra-ocr-2", "chandra"),
        ("Qwen/Qwen3-VL-8B-Instruct", "generic"),
        ("claude-opus-4-7", "generic"),
        ("", "generic"),
    ],
)
def test_a_models_name_tells_how_it_reads(model: str, name: str) -> None:
    assert profile_of(model).name == name


def test_what_a_model_sees_as_tells_more_than_its_own_name() -> None:
    assert profile_of("olmocr-2-7b", "our-fine-tuned-model").name == "olmocr"
    assert profile_of("", "our-olmocr-fine-tuned").name == "olmocr"


@pytest.mark.parametrize("dialect", ["page_json", "markdown", "olmocr", "doctags", "layout_json", "deepseek", "mineru"])
def test_a_dialect_that_is_set_decides(dialect: str) -> None:
    profile = profile_of("Qwen/Qwen3-VL-8B-Instruct", dialect=dialect)
    first = profile.page or profile.layout
    assert first is not None
    assert first.dialect == dialect


def test_a_model_that_writes_the_dialect_anyway_keeps_its_own_profile() -> None:
    assert profile_of("nanonets/Nanonets-OCR2-3B", dialect="markdown").name == "nanonets"


def test_a_dialect_that_is_none_of_pages_is_refused() -> None:
    for dialect in ("otsl", "klingon"):
        with pytest.raises(ConfigurationError, match="doctags"):
            profile_of("x", dialect=dialect)


def test_every_kind_is_looked_at_for_something() -> None:
    assert {PURPOSES.get(kind, Purpose.TEXT) for kind in BlockKind} == {
        Purpose.TEXT,
        Purpose.TABLE,
        Purpose.CHART,
        Purpose.FORMULA,
        Purpose.PICTURE,
    }
