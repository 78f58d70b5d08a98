from __future__ import annotations

import json
from pathlib import Path

import pytest

from docai.assembly.estimates import configured_rule, plan_policy
from docai.errors import ModelUnknown
from docai.pipeline.rasterise import RasterPolicy
from docai.settings import Settings
from docai.settings.reading import VlmSettings

RASTER = RasterPolicy(floor_dpi=150, ceiling_dpi=400, min_x_height_px=10, max_pixels=40_000_000)


def test_what_is_not_set_is_unknown() -> None:
    rates = plan_policy(Settings(), RASTER).estimates.rates
    assert (rates.prompt_price, rates.output_price, rates.flops_per_s, rates.bytes_per_s) == (None, None, None, None)


def test_settings_reach_the_estimates() -> None:
    vlm = VlmSettings(
        prompt_price=1.5,
        output_price=2.5,
        currency="EUR",
        device_tflops=990,
        device_gb_s=3350,
        floor_dpi=120,
        small_print_floor_dpi=180,
        small_print_pt=7,
        context_tokens=5000,
        max_output_tokens=700,
        model="our-own",
        sees_as="qwen2.5-vl-7b",
    )
    policy = plan_policy(Settings(vlm=vlm), RASTER)
    rates, fidelity = policy.estimates.rates, policy.estimates.fidelity
    assert (rates.prompt_price, rates.output_price, rates.currency) == (1.5, 2.5, "EUR")
    assert (rates.flops_per_s, rates.bytes_per_s) == (990e12, 3350e9)
    assert (fidelity.floor_dpi, fidelity.small_print_floor_dpi, fidelity.small_print_pt) == (120, 180, 7)
    context = policy.estimates.context(policy.rule_named("pixtral-12b"))
    assert (context.limit_tokens, context.output_tokens) == (5000, 700)
    assert policy.max_pages == Settings().limits.max_pages


def test_the_configured_model_is_known_by_what_it_sees_as_by_its_name_or_by_its_hub_id() -> None:
    seen_as = VlmSettings(model="our-own", sees_as="qwen2.5-vl-7b")
    policy = plan_policy(Settings(vlm=seen_as), RASTER)
    assert policy.rule_named(policy.model).name == "qwen2.5-vl-7b"
    assert configured_rule(VlmSettings(model="pixtral-12b")).name == "pixtral-12b"
    assert configured_rule(VlmSettings(model="Qwen/Qwen2.5-VL-7B-Instruct")).name == "qwen2.5-vl-7b"
    with pytest.raises(ModelUnknown):
        configured_rule(VlmSettings(model="our-own"))
    with pytest.raises(ModelUnknown):
        policy.rule_named("another")


def test_a_folder_is_known_by_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "tuned"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model_type": "qwen2_vl", "vision_config": {"patch_size": 14}}))
    processor = {"patch_size": 14, "merge_size": 2, "size": {"shortest_edge": 3136, "longest_edge": 28 * 28 * 100}}
    (folder / "preprocessor_config.json").write_text(json.dumps(processor))
    rule = configured_rule(VlmSettings(model=str(folder)))
    assert rule.name == "tuned"
    assert rule.see(1240, 1754).visual_tokens <= 100
    (folder / "config.json").write_text("{")
    with pytest.raises(ModelUnknown, match="no JSON"):
        configured_rule(VlmSettings(model=str(folder)))


def test_a_folder_is_not_looked_into_where_another_model_is_configured(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "qwen2_vl"}))
    policy = plan_policy(Settings(vlm=VlmSettings(model="pixtral-12b")), RASTER)
    with pytest.raises(ModelUnknown):
        policy.rule_named(str(tmp_path))
