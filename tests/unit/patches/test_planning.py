from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docai.domain.geometry import Box
from docai.domain.sights import Connector, Purpose, Sight, TokenPlan
from docai.errors import ModelPools, PrintTooSmall, TokenBudgetExceeded
from docai.patches.cutting import BODY_PT, LINE_EM, MAX_REGIONS
from docai.patches.fidelity import LOOKING, READING, Context, FidelityPolicy
from docai.patches.planning import plan_image, plan_page, plan_regions
from docai.protocols.generating import ImageRule
from tests.unit.patches.rules import Dynamic, Square

POLICY = FidelityPolicy(floor_dpi=150, small_print_floor_dpi=200, small_print_pt=9)
CONTEXT = Context(limit_tokens=0, text_tokens=300, output_tokens=2000)
A4_150, A4_200, A4_300 = (1240, 1754), (1654, 2339), (2480, 3508)


def image(
    rule: ImageRule,
    size: tuple[int, int] = A4_150,
    *,
    dpi: float = 150,
    print_pt: float | None = None,
    purpose: Purpose = Purpose.TEXT,
    context: Context = CONTEXT,
) -> TokenPlan:
    return plan_image(rule, *size, dpi=dpi, print_pt=print_pt, purpose=purpose, policy=POLICY, context=context)


def page(
    rule: ImageRule,
    size: tuple[int, int] = A4_150,
    *,
    dpi: float = 150,
    print_pt: float | None = None,
    context: Context = CONTEXT,
) -> tuple[TokenPlan, ...]:
    return plan_page(rule, *size, dpi=dpi, print_pt=print_pt, purpose=Purpose.TEXT, policy=POLICY, context=context)


def test_the_floor_is_higher_for_small_print_never_above_the_image_and_none_where_nothing_is_read() -> None:
    assert POLICY.floor(Purpose.TEXT, dpi=300, print_pt=10) == 150
    assert POLICY.floor(Purpose.TABLE, dpi=300, print_pt=8.9) == 200
    assert POLICY.floor(Purpose.TEXT, dpi=300, print_pt=None) == 150
    assert POLICY.floor(Purpose.TEXT, dpi=96, print_pt=8) == 96
    assert {POLICY.floor(purpose, dpi=300, print_pt=8) for purpose in set(Purpose) - READING} == {0.0}
    assert not LOOKING & READING


def test_an_image_within_the_models_own_budget_is_shown_by_its_own_settings() -> None:
    made = image(Dynamic(own_tokens=4096))
    assert made.sight.processor == {}
    assert made.effective_dpi == pytest.approx(150, rel=0.01)
    assert made.region is None


def test_the_pixel_budget_is_raised_until_the_floor_is_met_and_no_further_than_needed() -> None:
    rule = Dynamic(own_tokens=1280)
    made = image(rule, A4_300, dpi=300)
    assert made.sight.processor
    assert 148 <= made.effective_dpi <= 200
    fine = image(rule, A4_300, dpi=300, print_pt=8)
    assert fine.effective_dpi >= 197
    assert fine.sight.visual_tokens > made.sight.visual_tokens


def test_rounding_to_whole_tokens_is_no_downscale() -> None:
    made = image(Dynamic(own_tokens=4096))  # 1240 pixels are seen as 1232
    assert made.sight.seen_width_px == 1232
    assert made.effective_dpi < made.floor_dpi == 150


def test_rounding_that_loses_much_of_a_side_is_one() -> None:
    with pytest.raises(PrintTooSmall, match="at 117 DPI at best"):
        image(Dynamic(), (800, 36))


def test_a_model_of_one_size_is_refused_the_whole_page_and_says_what_to_do() -> None:
    with pytest.raises(
        PrintTooSmall, match=r"at 29 DPI at best; for text, 150 are asked for.*docai plan FILE --models"
    ):
        image(Square())


def test_the_same_model_may_describe_the_page_and_tell_its_layout() -> None:
    for purpose in (Purpose.LAYOUT, Purpose.PICTURE, Purpose.CLASSIFICATION):
        made = image(Square(), purpose=purpose)
        assert made.floor_dpi == 0
        assert made.effective_dpi == pytest.approx(28.7, abs=0.1)


@pytest.mark.parametrize("connector", [Connector.RESAMPLED, Connector.POOLED])
@pytest.mark.parametrize("purpose", list(Purpose))
def test_what_pools_may_classify_and_describe_and_read_nothing(connector: Connector, purpose: Purpose) -> None:
    rule = Dynamic(connector=connector, own_tokens=16_384)
    if purpose in LOOKING:
        assert image(rule, purpose=purpose).sight.connector is connector
        return
    with pytest.raises(ModelPools, match=f"loses small print.* for {purpose.value}"):
        image(rule, purpose=purpose)
    (told,) = plan_regions(
        rule,
        [(Box(x0=0, y0=0, x1=0.5, y1=0.5), purpose)],
        *A4_150,
        dpi=150,
        print_pt=None,
        policy=POLICY,
        context=CONTEXT,
    )
    assert isinstance(told, ModelPools)


@dataclass(frozen=True)
class PoolsLarge(Dynamic):
    """Averages the patches of images of more than 1,280 tokens, as models do that were trained on few tiles."""

    own_tokens: int = 1 << 20

    def see(self, width_px: int, height_px: int, *, max_visual_tokens: int | None = None) -> Sight:
        sight = super().see(width_px, height_px, max_visual_tokens=max_visual_tokens)
        pools = sight.visual_tokens > 1280
        return sight.model_copy(update={"connector": Connector.POOLED if pools else Connector.RAW})


def test_what_pools_large_images_only_is_shown_small_ones() -> None:
    rule = PoolsLarge(connector=Connector.RAW)
    with pytest.raises(PrintTooSmall, match="averages or drops patches"):
        image(rule, A4_200, dpi=200, print_pt=8)
    plans = page(rule, A4_200, dpi=200, print_pt=8)
    assert len(plans) > 1
    assert {plan.sight.connector for plan in plans} == {Connector.RAW}
    assert image(rule, A4_200, dpi=200, purpose=Purpose.PICTURE).sight.connector is Connector.POOLED


def test_a_learned_merge_is_allowed_and_recorded() -> None:
    assert image(Dynamic()).sight.merge_factor == 4


def test_print_is_told_in_pixels_as_the_model_sees_it() -> None:
    made = image(Dynamic(own_tokens=4096), print_pt=8)
    assert made.print_em_px == pytest.approx(8 / 72 * made.effective_dpi)
    assert image(Dynamic()).print_em_px is None


def test_enlarging_gives_no_resolution() -> None:
    made = image(Square(), (100, 100))
    assert made.sight.scale > 3
    assert made.effective_dpi == 150


def test_what_the_context_costs_is_in_the_plan() -> None:
    made = image(Dynamic(own_tokens=4096))
    assert made.context_tokens == made.sight.prompt_tokens + 300 + 2000
    assert made.kv_bytes == 57_344 * made.context_tokens
    assert made.prefill_flops == 13e9 * (made.sight.prompt_tokens + 300)


def test_a_page_too_large_for_the_context_is_refused_with_both_figures() -> None:
    context = Context(limit_tokens=4096, text_tokens=300, output_tokens=2000)
    with pytest.raises(TokenBudgetExceeded, match=r"needs [\d,]+ tokens .* room for 1,796") as refused:
        image(Dynamic(own_tokens=16_384), A4_300, dpi=200, context=context)
    assert refused.value.details["room_tokens"] == 1796


def test_a_budget_is_lowered_to_the_context_while_the_floor_holds() -> None:
    context = Context(limit_tokens=8000, text_tokens=300, output_tokens=2000)
    made = image(Dynamic(own_tokens=16_384), A4_300, dpi=300, context=context)
    assert made.context_tokens <= 8000
    assert 150 <= made.effective_dpi < 300


def test_text_and_output_that_fill_the_context_are_refused() -> None:
    context = Context(limit_tokens=1000, text_tokens=300, output_tokens=2000)
    for purpose in (Purpose.TEXT, Purpose.PICTURE):
        with pytest.raises(TokenBudgetExceeded, match="room for 0"):
            image(Dynamic(), purpose=purpose, context=context)


def test_the_smaller_of_the_models_and_the_servers_context_counts() -> None:
    assert Context(0, 100, 100).room(Dynamic(context_tokens=1000)) == 800
    assert Context(500, 100, 100).room(Dynamic(context_tokens=1000)) == 300
    assert Context(5000, 100, 100).room(Dynamic(context_tokens=1000)) == 800


def test_room_for_output_is_no_more_than_a_quarter_of_a_small_context() -> None:
    for context_tokens, output_tokens in ((4096, 1024), (131_072, 8192)):
        rule = Dynamic(context_tokens=context_tokens)
        made = Context.of_model(rule, limit_tokens=0, text_tokens=500, max_output_tokens=8192)
        assert made == Context(0, 500, output_tokens)
    assert Context.of_model(Dynamic(), limit_tokens=2048, text_tokens=9, max_output_tokens=8192).output_tokens == 512


def test_tokens_that_are_attended_to_across_take_no_room_in_the_prompt() -> None:
    rule = Dynamic(connector=Connector.CROSS_ATTENTION, own_tokens=1280)
    assert image(rule, A4_300, dpi=300, print_pt=8).effective_dpi >= 197


def test_a_page_that_keeps_the_rule_whole_is_one_image() -> None:
    (made,) = page(Dynamic())
    assert made.region is None


def test_a_16384_token_page_on_a_4096_token_server_is_read_in_regions() -> None:
    context = Context(limit_tokens=4096, text_tokens=300, output_tokens=2000)
    plans = page(Dynamic(own_tokens=16_384), (3400, 3777), dpi=300, print_pt=8, context=context)
    assert len(plans) > 1
    for plan in plans:
        assert plan.context_tokens <= 4096
        assert plan.effective_dpi >= 0.98 * 200
    assert_covered(plans, (3400, 3777), 300, 8)


def test_bands_of_full_width_are_preferred_to_grids_of_as_many() -> None:
    context = Context(limit_tokens=4096, text_tokens=300, output_tokens=2000)
    plans = page(Dynamic(own_tokens=16_384), A4_200, dpi=200, print_pt=8, context=context)
    assert [plan.region.x1 - plan.region.x0 for plan in plans if plan.region] == [1.0] * len(plans)


def test_a_page_that_no_cut_saves_is_refused_for_good() -> None:
    with pytest.raises(PrintTooSmall, match=f"none of {MAX_REGIONS} pieces"):
        page(Square(), (12_000, 12_000))
    tiny = Context(limit_tokens=2310, text_tokens=300, output_tokens=2000)
    with pytest.raises(TokenBudgetExceeded, match=f"none of {MAX_REGIONS} pieces"):
        page(Dynamic(), context=tiny)


@dataclass(frozen=True)
class Crops(Square):
    """Sees the middle square of an image, and nothing else of it."""

    def see(self, width_px: int, height_px: int, *, max_visual_tokens: int | None = None) -> Sight:
        short, long = sorted((width_px, height_px))
        scale = self.side_px / short
        seen = {"seen_width_px": width_px * scale, "seen_height_px": height_px * scale}
        return (
            super()
            .see(short, short)
            .model_copy(
                update={"image_width_px": width_px, "image_height_px": height_px, "cut_share": 1 - short / long, **seen}
            )
        )


def test_what_crops_is_shown_squares() -> None:
    with pytest.raises(PrintTooSmall, match="cuts 29% of it away"):
        image(Crops())
    plans = page(Crops(context_tokens=8192, side_px=672))
    assert len(plans) > 1
    assert {plan.sight.cut_share for plan in plans} == {0.0}
    assert {plan.sight.image_width_px - plan.sight.image_height_px for plan in plans} == {0}
    assert_covered(plans, A4_150, 150, None)


def test_a_page_too_long_for_the_model_is_cut() -> None:
    plans = page(Dynamic(), (84, 18_000))
    assert len(plans) > 1
    assert_covered(plans, (84, 18_000), 150, None)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(200, 3600),
    st.integers(200, 3600),
    st.sampled_from([96.0, 150.0, 200.0, 300.0]),
    st.none() | st.floats(4, 30),
    st.sampled_from([Square(), Square(side_px=672), Dynamic(), Dynamic(context_tokens=3400), Dynamic(token_px=16)]),
)
def test_regions_keep_the_rule_and_cover_the_page(
    width: int, height: int, dpi: float, print_pt: float | None, rule: ImageRule
) -> None:
    try:
        plans = page(rule, (width, height), dpi=dpi, print_pt=print_pt)
    except (PrintTooSmall, TokenBudgetExceeded):
        return
    assert len(plans) <= MAX_REGIONS
    for plan in plans:
        assert plan.effective_dpi >= 0.95 * plan.floor_dpi
        assert plan.context_tokens <= rule.context_tokens
    assert_covered(plans, (width, height), dpi, print_pt)


def test_a_table_is_shown_pixel_for_pixel_where_the_model_can_be_told_to() -> None:
    box = Box(x0=0.1, y0=0.2, x1=0.9, y1=0.5)
    (plans,) = regions(Dynamic(own_tokens=1280), [(box, Purpose.TABLE)], A4_300, dpi=300)
    (plan,) = plans
    assert plan.floor_dpi == 300
    assert plan.effective_dpi >= 0.98 * 300
    assert plan.purpose is Purpose.TABLE


def test_a_table_too_large_for_that_is_shown_at_the_floor_and_cut_where_that_takes_it() -> None:
    box = Box(x0=0, y0=0, x1=1, y1=0.6)
    tight = Context(limit_tokens=5000, text_tokens=300, output_tokens=2000)
    (whole,) = regions(Dynamic(), [(box, Purpose.TABLE)], A4_300, dpi=300, context=tight)
    assert len(whole) == 1
    assert 148 <= whole[0].effective_dpi < 290
    (cut,) = regions(Square(side_px=672, context_tokens=8192), [(box, Purpose.TABLE)], A4_300, dpi=300)
    assert len(cut) > 1
    found = [plan.region for plan in cut if plan.region]
    assert min(b.y0 for b in found) == 0
    assert max(b.y1 for b in found) == pytest.approx(0.6, abs=1e-3)


def test_a_flat_region_grows_to_whole_tokens_instead_of_being_shrunk() -> None:
    box = Box(x0=0.1, y0=0.5, x1=0.9, y1=0.5 + 36 / 1754)  # 36 pixels would be seen as 28
    ((plan,),) = regions(Dynamic(), [(box, Purpose.FORMULA)], A4_150, dpi=150)
    assert plan.region is not None
    assert plan.sight.image_height_px == 56
    assert plan.region.y0 <= box.y0
    assert plan.region.y1 >= box.y1
    assert plan.effective_dpi >= 148


def test_regions_at_the_pages_edges_stay_on_it() -> None:
    edges = [Box(x0=0, y0=0, x1=1, y1=0.02), Box(x0=0, y0=0.98, x1=1, y1=1), Box(x0=1, y0=1, x1=1, y1=1)]
    for planned in regions(Dynamic(), [(box, Purpose.TEXT) for box in edges], A4_150, dpi=150):
        for plan in planned:
            assert plan.region is not None
            assert 0 <= plan.region.y0 < plan.region.y1 <= 1


def test_one_region_that_cannot_be_shown_does_not_touch_the_others() -> None:
    asked = [(Box(x0=0, y0=0, x1=1, y1=1), Purpose.TEXT), (Box(x0=0, y0=0, x1=0.01, y1=0.01), Purpose.TEXT)]
    policy = FidelityPolicy()
    refused, planned = plan_regions(
        Square(), asked, 12_000, 12_000, dpi=150, print_pt=None, policy=policy, context=CONTEXT
    )
    assert isinstance(refused, PrintTooSmall)
    assert isinstance(planned, tuple)


def regions(
    rule: ImageRule,
    asked: list[tuple[Box, Purpose]],
    size: tuple[int, int],
    *,
    dpi: float,
    context: Context = CONTEXT,
) -> list[tuple[TokenPlan, ...]]:
    planned = plan_regions(rule, asked, *size, dpi=dpi, print_pt=None, policy=POLICY, context=context)
    return [made for made in planned if isinstance(made, tuple)]


def assert_covered(plans: tuple[TokenPlan, ...], size: tuple[int, int], dpi: float, print_pt: float | None) -> None:
    """The regions are a grid that covers the page; neighbours share two lines of print."""
    if len(plans) == 1:
        assert plans[0].region is None
        return
    found = [plan.region for plan in plans if plan.region is not None]
    assert len(found) == len(plans)
    two_lines_px = 2 * LINE_EM * max(BODY_PT, print_pt or 0) / 72 * dpi
    for length, spans in (
        (size[0], sorted({(b.x0, b.x1) for b in found})),
        (size[1], sorted({(b.y0, b.y1) for b in found})),
    ):
        assert spans[0][0] == 0
        assert spans[-1][1] == 1
        for (_, end), (start, _) in pairwise(spans):
            assert (end - start) * length >= two_lines_px - 1e-6
    assert len(found) == len({(b.x0, b.x1) for b in found}) * len({(b.y0, b.y1) for b in found})
    for plan, box in zip(plans, found, strict=True):
        assert plan.sight.image_width_px == pytest.approx(box.width * size[0], abs=1e-6)
        assert plan.sight.image_height_px == pytest.approx(box.height * size[1], abs=1e-6)
