"""Memory and operations of image tokens, against figures worked by hand for whole models."""

from __future__ import annotations

import pytest

from docai.domain.sights import Sight
from docai.patches.models import MODELS
from docai.patches.shapes import decoder, kv_bytes, prefill_flops, tower

_MIB, _TERA = 2**20, 1e12


def _square(model: str, tokens_a_side: int, token_px: int) -> Sight:
    side = tokens_a_side * token_px
    return MODELS[model].see(side, side)


@pytest.mark.parametrize(
    ("model", "token_px", "tokens_a_side", "tera_flops", "kv_mib"),
    [
        ("qwen2.5-vl-7b", 28, 32, 19.2, 56),
        ("qwen2.5-vl-7b", 28, 64, 83.5, 224),
        ("qwen2.5-vl-7b", 28, 128, 440, 896),
        ("qwen3-vl-8b", 32, 32, 20.3, 144),
        ("qwen3-vl-8b", 32, 64, 110, 576),
        ("qwen3-vl-8b", 32, 128, 900, 2304),
    ],
)
def test_whole_models(model: str, token_px: int, tokens_a_side: int, tera_flops: float, kv_mib: float) -> None:
    sight = _square(model, tokens_a_side, token_px)
    assert sight.visual_tokens == tokens_a_side**2
    assert MODELS[model].prefill_flops(sight, text_tokens=0) / _TERA == pytest.approx(tera_flops, rel=0.005)
    assert MODELS[model].kv_bytes(sight.visual_tokens) / _MIB == kv_mib


@pytest.mark.parametrize(
    ("model", "body", "eye"),
    [("qwen2.5-vl-7b", 6.53e9, 0.63e9), ("qwen3-vl-8b", 6.95e9, 0.41e9), ("pixtral-12b", 10.9e9, 0.40e9)],
)
def test_weights_that_tokens_and_patches_meet(model: str, body: float, eye: float) -> None:
    language, vision = MODELS[model].language, MODELS[model].vision
    assert language is not None
    assert vision is not None
    assert language.n_parameters == pytest.approx(body, rel=0.01)
    assert vision.n_parameters == pytest.approx(eye, rel=0.02)


def test_every_operation_is_counted_once() -> None:
    language = decoder(n_layers=1, hidden=4, intermediate=8, n_heads=2, n_kv_heads=1, head_dim=2)
    vision = tower(n_layers=1, hidden=2, intermediate=4, connector_parameters=10)
    sight = _square("qwen2.5-vl-7b", 2, 28)
    tokens, patches = sight.prompt_tokens + 3, 16
    reading = 2 * tokens * (2 * 16 + 2 * 8 + 3 * 32) + 4 * 4 * tokens**2 / 2
    seeing = 2 * patches * (4 * 4 + 2 * 8) + 4 * 2 * patches**2 + 2 * 10 * sight.visual_tokens
    assert prefill_flops(language, vision, sight, 3) == reading + seeing


def test_unknown_shapes_cost_nothing_that_is_told() -> None:
    assert kv_bytes(None, 1000) == 0
    assert MODELS["qwen3.5-9b"].prefill_flops(_square("qwen3.5-9b", 4, 32), 10) == 0.0


def test_a_prompt_that_attends_to_all_of_itself_costs_twice_the_attention() -> None:
    gemma = MODELS["paligemma-3b-896"]
    assert gemma.language is not None
    sight = gemma.see(800, 800)
    causal = prefill_flops(
        decoder(n_layers=18, hidden=2048, intermediate=16_384, n_heads=8, n_kv_heads=1, head_dim=256),
        gemma.vision,
        sight,
        0,
    )
    attention = 2.0 * 18 * 8 * 256 * sight.prompt_tokens**2
    assert gemma.prefill_flops(sight, 0) - causal == pytest.approx(attention)
