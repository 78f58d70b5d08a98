"""The rules by which models see images: known figures, and what must hold for all of them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.domain.sights import Connector, Sight
from docai.errors import PageTooLarge
from docai.patches.models import MODELS, model_named

_A4_INCHES = (210 / 25.4, 297 / 25.4)
_CLOUD = frozenset({"claude", "gpt_tiles", "gpt_patches", "gemini_tiles", "gemini_budgets"})
SIDES = st.integers(min_value=20, max_value=3000)
NAMES = st.sampled_from(sorted(MODELS))


def a4(model: str, dpi: int, budget: int | None = None) -> Sight:
    width, height = (round(side * dpi) for side in _A4_INCHES)
    return model_named(model).see(width, height, max_visual_tokens=budget)


@pytest.mark.parametrize(
    ("model", "dpi", "tokens", "effective_dpi"),
    [
        ("llava-next-7b", 200, 2256, 57),
        ("llava-onevision-7b", 100, 7284, 131),
        ("llava-onevision-7b", 150, 7353, 164),
        ("llama-3.2-11b-vision", 150, 6404, 96),
        ("qwen2-vl-7b", 100, 1260, 101),
        ("qwen2.5-vl-7b", 150, 2772, 149),
        ("qwen2.5-vl-7b", 300, 11_125, 299),
        ("qwen3-vl-8b", 200, 3796, 200),
        ("qwen3-vl-8b", 300, 8580, 301),
        ("internvl3-8b", 300, 1792, 108),
        ("pixtral-12b", 200, 2944, 88),
        ("mistral-small-3.1-24b", 150, 2145, 132),
        ("lightonocr-1b", 150, 2145, 132),
        ("minicpm-v-4.6", 150, 630, 134),
        ("minicpm-ocr", 150, 2223, 125),
        ("paligemma-3b-448", 150, 1024, 38),
        ("paligemma2-3b-896", 150, 4096, 77),
        ("idefics3-8b", 150, 2197, 125),
        ("smolvlm-256m", 150, 832, 175),
        ("granite-docling-258m", 150, 832, 175),
        ("granite-for-docling-500m", 150, 448, 124),
        ("granite-for-docling-500m", 200, 1600, 248),
        ("donut-base", 300, 4800, 219),
        ("paddleocr-vl-0.9b", 300, 2990, 156),
        ("glm-ocr", 300, 7344, 244),
        ("deepseek-ocr", 200, 903, 155),
        ("deepseek-ocr-2", 200, 1121, 186),
        ("dots.ocr", 150, 2772, 149),
    ],
)
def test_a4_page(model: str, dpi: int, tokens: int, effective_dpi: int) -> None:
    sight = a4(model, dpi)
    assert sight.visual_tokens == tokens
    assert dpi * sight.scale == pytest.approx(effective_dpi, abs=1.0)


@pytest.mark.parametrize(
    ("model", "width", "height", "tokens"),
    [
        # 64 latents for the overview and for each slice. 1,240 x 1,754 pixels are worth 10.8 slices, nine are the most;
        # of 2 x 4 and 3 x 3, log(2/4) is nearer to log(1,240/1,754) = -0.3468 than log(3/3), by 0.0005.
        ("minicpm-v-2.6", 1240, 1754, 64 * (1 + 8)),
        ("minicpm-v-2.6", 448, 448, 64),
        ("minicpm-v-2.6", 900, 448, 64 * 3),
        # 16 x (16 + 1) + 1 for the overview; two columns and three rows of 10 x 10, a newline after each row.
        ("deepseek-ocr", 1240, 1754, 273 + 30 * 21),
        ("deepseek-ocr", 640, 500, 273),
        ("dots.ocr", 1036, 1036, 37 * 37),
        ("dots.ocr", 5000, 5000, 14_400),
        # OpenAI's own examples: 1,024 x 1,024 is reduced to 768 x 768, 2,048 x 4,096 to 768 x 1,536.
        ("gpt-4o", 768, 768, 765),
        ("gpt-4.1", 768, 1536, 1105),
        ("gpt-5-mini", 1024, 1024, 1024),
        ("gpt-5.4", 1600, 3200, 5000),
        # Anthropic's table of the largest images that are not reduced.
        ("claude-sonnet-4-5", 784, 1568, 1568),
        ("claude-sonnet-4-5", 1092, 1092, 1521),
        ("claude-opus-4-7", 2576, 1456, 4784),
        # Google's own example: a crop unit of 360 pixels, 3 x 2 tiles.
        ("gemini-2.5-pro", 960, 540, 6 * 258),
        ("gemini-2.5-pro", 384, 384, 258),
        ("gemini-3", 480, 480, 280),
        ("gemini-3", 1240, 1754, 1120),
    ],
)
def test_published_figures(model: str, width: int, height: int, tokens: int) -> None:
    assert model_named(model).see(width, height).visual_tokens == tokens


@pytest.mark.parametrize(
    ("model", "width", "height"),
    [
        ("claude", 784, 1569),
        ("claude", 1540, 1540),
        ("claude-opus-4-7", 2577, 300),
        ("gpt-4o", 769, 769),
        ("gpt-4o", 300, 2049),
        ("gpt-5-mini", 1800, 2400),
        ("gpt-5.4", 6001, 100),
        ("gemini-2", 1160, 1600),
        ("gemini-3", 2481, 3508),
        ("qwen2.5-vl-7b", 28, 28 * 201),
        ("pixtral-12b", 1, 3000),
    ],
)
def test_images_that_would_lose_pixels_at_a_provider_or_have_no_shape_are_refused(
    model: str, width: int, height: int
) -> None:
    with pytest.raises(PageTooLarge, match=f"{width} x {height}"):
        model_named(model).see(width, height)


def test_an_image_without_pixels_is_refused_by_all() -> None:
    for model in MODELS.values():
        with pytest.raises(PageTooLarge):
            model.see(0, 10)


@given(NAMES, SIDES, SIDES)
@settings(max_examples=200, deadline=None)
def test_tiles_show_all_of_the_image_that_is_not_cut_away(name: str, width: int, height: int) -> None:
    model = MODELS[name]
    try:
        sight = model.see(width, height)
    except PageTooLarge:
        return
    pieces = [tile for tile in sight.tiles if not tile.is_overview]
    shown = sum(tile.box.width * tile.box.height for tile in pieces)
    assert shown == pytest.approx(1.0 - sight.cut_share)
    assert sight.seen_width_px >= 1
    assert sight.seen_height_px >= 1
    if model.family not in _CLOUD:
        by_tiles = sum((t.width_px // sight.patch_px) * (t.height_px // sight.patch_px) for t in sight.tiles)
        assert sight.n_patches == by_tiles
    if model.connector is Connector.MERGED:
        assert sight.visual_tokens >= sight.n_patches / sight.merge_factor
        assert sight.prompt_tokens >= sight.visual_tokens
    assert sight.connector in {model.connector, Connector.POOLED}


@given(NAMES, SIDES, SIDES, st.integers(min_value=200, max_value=20_000))
@settings(max_examples=200, deadline=None)
def test_a_budget_is_kept_as_far_as_it_can_be_told(name: str, width: int, height: int, budget: int) -> None:
    model = MODELS[name]
    try:
        least = model.see(width, height, max_visual_tokens=1).visual_tokens
        told = model.see(width, height, max_visual_tokens=budget)
    except PageTooLarge:
        return
    assert told.visual_tokens <= max(budget, least)


@pytest.mark.parametrize(
    ("model", "least_dpi"),
    [("qwen2.5-vl-7b", 299), ("internvl3-8b", 216), ("minicpm-v-4.6", 240), ("idefics3-8b", 180)],
)
def test_a_larger_budget_shows_the_page_finer(model: str, least_dpi: float) -> None:
    own, told = a4(model, 300, budget=900), a4(model, 300, budget=1 << 20)
    assert 300 * told.scale >= least_dpi > 300 * own.scale
    assert own.processor != told.processor


def test_granite_takes_its_fine_route_where_all_tiles_fit_on_it() -> None:
    coarse, fine = a4("granite-for-docling-500m", 200), a4("granite-for-docling-500m", 200, budget=6400)
    assert (coarse.visual_tokens, coarse.merge_factor, coarse.processor["fine_route"]) == (1600, 16, False)
    assert (fine.visual_tokens, fine.merge_factor, fine.processor["fine_route"]) == (6400, 4, True)
    assert a4("granite-for-docling-500m", 200, budget=6399).visual_tokens == 1600


def test_onevision_pools_beyond_nine_tiles_and_says_so() -> None:
    page, crop = a4("llava-onevision-7b", 200), model_named("llava-onevision-7b").see(1000, 1000)
    assert (page.connector, crop.connector) == (Connector.POOLED, Connector.RAW)
    assert page.merge_factor > 1.2
    assert crop.merge_factor == 1


def test_llava_cuts_away_what_is_beyond_the_square_unless_it_is_padded() -> None:
    assert a4("llava-1.5-7b", 150).cut_share == pytest.approx(1 - 210 / 297, abs=0.002)
    assert model_named("llava-1.5-7b").see(500, 500).cut_share == 0


def test_llama_attends_to_its_tiles_and_a_class_state_each() -> None:
    sight = model_named("llama-3.2-11b-vision").see(500, 500)
    assert (sight.visual_tokens, sight.prompt_tokens, len(sight.tiles)) == (1601, 1, 1)


def test_prompts_have_what_frames_rows_tiles_and_images() -> None:
    pixtral = model_named("pixtral-12b").see(320, 160)
    assert (pixtral.visual_tokens, pixtral.prompt_tokens) == (20 * 10, 21 * 10)
    assert model_named("lightonocr-1b").see(320, 160).prompt_tokens == 12 * 6
    # Tiles of 4 x 2: a fake token and a tag each, a break after each row; the overview has two before and one after.
    idefics = model_named("idefics3-8b").see(1456, 728)
    assert idefics.prompt_tokens == 169 * 9 + 2 * 8 + 2 + 3
    assert model_named("internvl3-8b").see(448, 448).prompt_tokens == 258
    assert model_named("qwen2.5-vl-7b").see(280, 280).prompt_tokens == 102
