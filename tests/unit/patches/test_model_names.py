"""Models by name, by id on the hub, and by their checkpoints' files."""

from __future__ import annotations

from typing import Any

import pytest

from docai.domain.sights import Connector
from docai.errors import ModelUnknown
from docai.patches.anyres import AnyRes
from docai.patches.canvas import InternVLTiles
from docai.patches.dynamic import SmartResize
from docai.patches.fitted import DonutCanvas
from docai.patches.fixed import CentreSquare, Squashed
from docai.patches.models import MODELS, model_named, model_of
from docai.patches.splitting import Idefics3Tiles

_QWEN25_7B: dict[str, Any] = {
    "model_type": "qwen2_5_vl",
    "hidden_size": 3584,
    "intermediate_size": 18_944,
    "max_position_embeddings": 128_000,
    "num_attention_heads": 28,
    "num_hidden_layers": 28,
    "num_key_value_heads": 4,
    "vision_config": {
        "depth": 32,
        "hidden_size": 1280,
        "intermediate_size": 3420,
        "fullatt_block_indexes": [7, 15, 23, 31],
        "out_hidden_size": 3584,
        "patch_size": 14,
        "spatial_merge_size": 2,
        "window_size": 112,
    },
}
"""config.json as published, in the form of transformers 4: the language model's settings beside the others."""
_QWEN25_IMAGES = {"min_pixels": 3136, "max_pixels": 12_845_056, "patch_size": 14, "merge_size": 2}


def test_names_are_found_in_any_case_and_with_a_date() -> None:
    assert model_named("Qwen/Qwen2.5-VL-7B-Instruct") is MODELS["qwen2.5-vl-7b"]
    assert model_named(" PIXTRAL-12B ") is MODELS["pixtral-12b"]
    assert model_named("gpt-4o-2024-08-06") is MODELS["gpt-4o"]
    assert model_named("claude-sonnet-4-5-20250929") is MODELS["claude"]


def test_what_is_not_known_is_not_guessed() -> None:
    with pytest.raises(ModelUnknown, match=r"qwen2\.5-vl-7b"):
        model_named("qwen2.5-vl-7bb")
    with pytest.raises(ModelUnknown, match="SEES_AS"):
        model_named("gpt-4o-realtime-9")


def test_each_name_and_source_means_one_model() -> None:
    meant = [word.lower() for model in MODELS.values() for word in {model.name, *model.sources}]
    assert len(meant) == len(set(meant))
    assert all(model.context_tokens > 0 for model in MODELS.values())


def test_files_as_published_give_the_listed_model() -> None:
    listed, read = MODELS["qwen2.5-vl-7b"], model_of(_QWEN25_7B, _QWEN25_IMAGES, name="ours")
    assert read.name == "ours"
    assert (read.rule, read.context_tokens) == (listed.rule, listed.context_tokens)
    assert (read.language, read.vision) == (listed.language, listed.vision)


def test_files_in_the_new_form_have_the_image_processor_inside() -> None:
    sizes = {"shortest_edge": 65_536, "longest_edge": 16_777_216}
    settings = {"image_processor": {"size": sizes, "patch_size": 16, "merge_size": 2}}
    model = model_of({"model_type": "qwen3_vl", "text_config": {"max_position_embeddings": 9}}, settings, name="new")
    assert model.rule == SmartResize(patch=16, min_pixels=65_536, max_pixels=16_777_216)
    assert model.context_tokens == 9


@pytest.mark.parametrize(
    ("config", "settings", "rule"),
    [
        (
            {"model_type": "llava", "vision_config": {"model_type": "clip_vision_model", "patch_size": 14}},
            {"size": {"shortest_edge": 336}, "crop_size": {"height": 336, "width": 336}},
            CentreSquare(336, 14),
        ),
        (
            {"model_type": "llava", "vision_config": {"model_type": "clip_vision_model", "patch_size": 14}},
            {"size": {"shortest_edge": 336}, "crop_size": {"height": 336, "width": 336}, "do_pad": True},
            CentreSquare(336, 14, pads=True),
        ),
        (
            {"model_type": "llava", "vision_config": {"model_type": "siglip_vision_model", "patch_size": 14}},
            {"size": {"height": 384, "width": 384}},
            Squashed(384, 384, 14, 729),
        ),
        (
            {"model_type": "llava_next", "image_grid_pinpoints": [[336, 672]]},
            {"size": {"shortest_edge": 336}},
            AnyRes(336, 14, ((336, 672),)),
        ),
        (
            {"model_type": "internvl_chat", "force_image_size": 448, "max_dynamic_patch": 6, "downsample_ratio": 0.5},
            {},
            InternVLTiles(most=6),
        ),
        (
            {"model_type": "internvl", "vision_config": {"patch_size": [14, 14]}},
            {"size": {"height": 448, "width": 448}, "max_patches": 24},
            InternVLTiles(most=24),
        ),
        (
            {"model_type": "idefics3", "scale_factor": 4, "vision_config": {"image_size": 512, "patch_size": 16}},
            {"size": {"longest_edge": 2048}, "max_image_size": {"longest_edge": 512}},
            Idefics3Tiles(tile=512, patch=16, merge=4, longest=2048),
        ),
        (
            {"model_type": "vision-encoder-decoder", "encoder": {"model_type": "donut-swin"}},
            {"size": [960, 1280], "do_align_long_axis": True},
            DonutCanvas(960, 1280, aligns=True),
        ),
        (
            {"model_type": "blip-2", "num_query_tokens": 32, "vision_config": {"image_size": 224, "patch_size": 14}},
            {},
            Squashed(224, 224, 14, 32, Connector.RESAMPLED),
        ),
    ],
)
def test_rules_are_read_from_files(config: dict[str, Any], settings: dict[str, Any], rule: object) -> None:
    assert model_of(config, settings, name="x").rule == rule


@pytest.mark.parametrize("config", [{}, {"model_type": "bert"}, {"model_type": "vision-encoder-decoder"}])
def test_other_kinds_of_checkpoints_are_refused(config: dict[str, Any]) -> None:
    with pytest.raises(ModelUnknown, match="DOCAI_VLM__SEES_AS"):
        model_of(config, {}, name="x")


def test_the_tower_is_counted_up_to_the_layer_that_is_used() -> None:
    vision = {
        "model_type": "clip_vision_model",
        "num_hidden_layers": 24,
        "hidden_size": 1024,
        "intermediate_size": 4096,
    }
    config = {"model_type": "llava", "vision_config": vision, "vision_feature_layer": -2}
    read = model_of(config, {}, name="x").vision
    assert read is not None
    assert read.n_layers == 23


def test_costs_are_unknown_where_not_every_layer_keeps_keys_and_values() -> None:
    text = {"num_hidden_layers": 4, "hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 4}
    known = model_of({"model_type": "qwen3_5", "text_config": text}, {}, name="x")
    hybrid = {**text, "layer_types": ["linear_attention", "full_attention"] * 2}
    unknown = model_of({"model_type": "qwen3_5", "text_config": hybrid}, {}, name="x")
    assert known.kv_bytes(1) == 2 * 4 * 32 * 2
    assert unknown.kv_bytes(1) == 0
