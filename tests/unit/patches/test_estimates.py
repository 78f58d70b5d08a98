import pytest

from docai.domain.images import RasterPlan, ResolutionReason
from docai.domain.plans import ReadingPlan
from docai.domain.sights import Connector
from docai.patches.estimates import (
    EXPECTED_OUTPUT_TOKENS,
    PROMPT_TEXT_TOKENS,
    EstimatePolicy,
    Rates,
    glance,
    plan_reading,
    totals,
)
from docai.patches.models import MODELS
from docai.prompts import load
from tests.unit.patches.rules import Dynamic, Square

RATES = Rates(prompt_price=3.0, output_price=15.0, currency="EUR", flops_per_s=100e12, bytes_per_s=1e12)
KNOWN = EstimatePolicy(rates=RATES, max_output_tokens=1024)
UNKNOWN = EstimatePolicy(max_output_tokens=1024)


def raster(width_px: int = 1240, height_px: int = 1754, dpi: float = 150, print_pt: float | None = 10) -> RasterPlan:
    return RasterPlan(
        dpi=dpi,
        width_px=width_px,
        height_px=height_px,
        reason=ResolutionReason.FLOOR,
        smallest_print_pt=print_pt,
        x_height_px=None,
        is_legible=True,
    )


def test_a_page_costs_its_prompt_and_the_output_that_is_assumed() -> None:
    made = plan_reading(Dynamic(own_tokens=4096), raster(), KNOWN)
    (look,) = made.looks
    assert made.prompt_tokens == look.sight.prompt_tokens + PROMPT_TEXT_TOKENS
    assert made.output_tokens == EXPECTED_OUTPUT_TOKENS
    assert made.cost == pytest.approx((made.prompt_tokens * 3 + 1000 * 15) / 1e6)
    assert made.kv_bytes == 57_344 * look.context_tokens


def test_a_page_takes_its_prefill_and_a_look_at_all_weights_for_every_token() -> None:
    made = plan_reading(Dynamic(own_tokens=4096), raster(), KNOWN)
    prefill = 13e9 * made.prompt_tokens / 100e12
    weights = 13e9  # bytes: as many as the operations of one token
    keys_and_values = 57_344 * (made.prompt_tokens + 500)
    assert made.seconds == pytest.approx(prefill + 1000 * (weights + keys_and_values) / 1e12)


def test_seconds_are_those_worked_out_by_hand_for_a_known_model() -> None:
    """Qwen2.5-VL-7B on an H200: 4,096 visual tokens take 83.5 TFLOP, a token of output reads 6.53 billion weights."""
    h200 = EstimatePolicy(rates=Rates(flops_per_s=790e12, bytes_per_s=4e12), max_output_tokens=8192)
    made = plan_reading(MODELS["qwen2.5-vl-7b"], raster(1792, 1792), h200)
    assert made.visual_tokens == 4096
    prefill_s = (83.5e12 + 2 * 6.53e9 * PROMPT_TEXT_TOKENS) / 790e12
    decode_s = 1000 * (2 * 6.53e9 + 56 * 1024 * (4096 + PROMPT_TEXT_TOKENS + 500)) / 4e12
    assert made.seconds == pytest.approx(prefill_s + decode_s, rel=0.01)


def test_what_is_unknown_is_null_never_zero() -> None:
    made = plan_reading(Dynamic(own_tokens=4096), raster(), UNKNOWN)
    assert (made.seconds, made.cost) == (None, None)
    shapeless = plan_reading(Square(side_px=2000, context_tokens=40_000), raster(), KNOWN)
    assert (shapeless.kv_bytes, shapeless.prefill_flops, shapeless.seconds) == (None, None, None)
    assert shapeless.cost is not None
    only_prompts = EstimatePolicy(rates=Rates(prompt_price=3.0, flops_per_s=1e12))
    made = plan_reading(Dynamic(own_tokens=4096), raster(), only_prompts)
    assert (made.seconds, made.cost) == (None, None)


def test_output_is_no_more_than_the_model_may_write() -> None:
    made = plan_reading(Dynamic(own_tokens=4096), raster(), EstimatePolicy(max_output_tokens=100))
    assert made.output_tokens == 100
    small = plan_reading(Square(context_tokens=2000), raster(300, 300), EstimatePolicy())
    assert small.output_tokens == 500  # a quarter of its context


def test_a_page_in_pieces_is_the_sum_of_them() -> None:
    made = plan_reading(Square(side_px=672, context_tokens=8192), raster(), KNOWN)
    assert len(made.looks) > 1
    assert made.visual_tokens == len(made.looks) * 48 * 48
    assert made.prompt_tokens == made.visual_tokens + len(made.looks) * PROMPT_TEXT_TOKENS
    assert made.output_tokens == EXPECTED_OUTPUT_TOKENS
    assert made.effective_dpi == min(look.effective_dpi for look in made.looks)
    assert made.print_em_px == pytest.approx(10 / 72 * (made.effective_dpi or 0))


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (Dynamic(connector=Connector.RESAMPLED), "model_pools"),
        (Square(side_px=60), "print_too_small"),
        (Dynamic(context_tokens=560), "token_budget_exceeded"),
    ],
)
def test_a_page_that_is_refused_tells_why_and_takes_nothing(rule: Dynamic | Square, code: str) -> None:
    made = plan_reading(rule, raster(), KNOWN)
    assert made.refusal is not None
    assert made.refusal.code == code
    assert (made.visual_tokens, made.prompt_tokens, made.output_tokens, made.seconds, made.cost) == (
        0,
        0,
        0,
        None,
        None,
    )
    assert made.effective_dpi is None


def test_a_glance_shows_what_would_be_lost() -> None:
    seen = glance(Square(), raster(), KNOWN)
    assert seen is not None
    assert seen.effective_dpi == pytest.approx(28.7, abs=0.1)
    assert glance(Dynamic(connector=Connector.RESAMPLED), raster(), KNOWN) is not None
    assert glance(Dynamic(), raster(10, 10_000), KNOWN) is None


def test_totals_add_up_what_is_read() -> None:
    read = plan_reading(Dynamic(own_tokens=4096), raster(), KNOWN)
    refused = plan_reading(Square(side_px=60), raster(), KNOWN)
    all_of = totals([read, refused, read])
    assert (all_of.n_pages, all_of.n_refused, all_of.n_images) == (3, 1, 2)
    assert all_of.visual_tokens == 2 * read.visual_tokens
    assert all_of.cost == pytest.approx(2 * (read.cost or 0))
    assert all_of.seconds == pytest.approx(2 * (read.seconds or 0))
    assert all_of.kv_bytes == read.kv_bytes


def test_totals_with_an_unknown_part_are_unknown() -> None:
    read = plan_reading(Dynamic(own_tokens=4096), raster(), KNOWN)
    assert totals([read, read.model_copy(update={"cost": None})]).cost is None
    nothing = totals([])
    assert (nothing.n_pages, nothing.cost, nothing.seconds, nothing.kv_bytes) == (0, None, None, None)
    assert totals([ReadingPlan(model="m", refusal=None)]).seconds is None


def test_no_prompt_of_ours_is_longer_than_assumed() -> None:
    from importlib.resources import files

    names = {file.name.split(".v")[0] for file in files("docai.prompts").iterdir() if file.name.endswith(".md")}
    longest = max((len(load(name).text) for name in names), default=0)
    assert longest / 4 <= PROMPT_TEXT_TOKENS
