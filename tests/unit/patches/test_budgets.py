from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docai.domain.geometry import Box
from docai.domain.sights import Connector, Purpose
from docai.errors import ModelPools, PrintTooSmall, TokenBudgetExceeded
from docai.patches.budgets import share_of_budget, within_budget
from docai.patches.fidelity import Context, FidelityPolicy
from docai.patches.models import model_named
from docai.patches.planning import plan_image, plan_page, plan_regions
from tests.unit.patches.rules import Dynamic, Square

CONTEXT = Context(limit_tokens=0, text_tokens=300, output_tokens=2000)
A4_200 = (1654, 2339)
BY_PIXELS = ("qwen2.5-vl-7b", "qwen3-vl-8b", "pixtral-12b", "olmocr-2-7b")
BY_TILES = ("internvl3-8b", "minicpm-v-4.6")


def policy(tokens: int) -> FidelityPolicy:
    return FidelityPolicy(page_tokens=tokens)


@pytest.mark.parametrize("name", BY_PIXELS + BY_TILES)
@pytest.mark.parametrize("tokens", [256, 576, 1024, 2048, 4096])
def test_a_page_is_shown_whole_within_its_budget_and_the_plan_names_the_floor(name: str, tokens: int) -> None:
    (plan,) = plan_page(
        model_named(name), *A4_200, dpi=200, print_pt=8, purpose=Purpose.TEXT, policy=policy(tokens), context=CONTEXT
    )
    assert plan.region is None
    most = model_named(name).see(*A4_200, max_visual_tokens=1 << 20).visual_tokens
    assert (min(tokens, most) * 0.9 if name in BY_PIXELS else 1) <= plan.sight.visual_tokens <= tokens
    assert plan.floor_dpi == 200
    assert tokens > 2048 or plan.effective_dpi < plan.floor_dpi


@given(
    tokens=st.integers(min_value=64, max_value=8000),
    width=st.integers(min_value=200, max_value=4000),
    height=st.integers(min_value=200, max_value=4000),
)
def test_more_budget_never_shows_less(tokens: int, width: int, height: int) -> None:
    rule = Dynamic()
    less, more = (within_budget(rule, width, height, budget) for budget in (tokens, 2 * tokens))
    assert less.visual_tokens <= tokens
    assert less.visual_tokens <= more.visual_tokens
    assert less.scale <= more.scale


def test_parts_of_a_page_get_their_share_of_its_budget() -> None:
    half, quarter = Box(x0=0, y0=0, x1=1, y1=0.5), Box(x0=0.5, y0=0.5, x1=1, y1=1)
    regions = plan_regions(
        Dynamic(),
        [(half, Purpose.TABLE), (quarter, Purpose.CHART)],
        *A4_200,
        dpi=200,
        print_pt=None,
        policy=policy(1000),
        context=CONTEXT,
    )
    first, second = (plans for plans in regions if isinstance(plans, tuple))
    assert [len(first), len(second)] == [1, 1]
    assert 400 <= first[0].sight.visual_tokens <= 500
    assert 200 <= second[0].sight.visual_tokens <= 250
    image = plan_image(
        Dynamic(),
        1654,
        1170,
        dpi=200,
        print_pt=None,
        purpose=Purpose.TEXT,
        policy=policy(1000),
        context=CONTEXT,
        region=half,
    )
    assert 400 <= image.sight.visual_tokens <= 500
    assert share_of_budget(10, 0.001) == 1


def test_a_model_that_cannot_be_told_to_take_so_few_refuses_and_is_not_shown_pieces() -> None:
    with pytest.raises(TokenBudgetExceeded, match="cannot be told to take at most 100"):
        plan_page(Square(), *A4_200, dpi=200, print_pt=8, purpose=Purpose.TEXT, policy=policy(100), context=CONTEXT)


def test_a_context_without_room_refuses() -> None:
    small = replace(CONTEXT, limit_tokens=2500)
    with pytest.raises(TokenBudgetExceeded, match="has room for 200"):
        plan_page(Dynamic(), *A4_200, dpi=200, print_pt=8, purpose=Purpose.TEXT, policy=policy(1000), context=small)


def test_what_pools_still_reads_nothing() -> None:
    rule = Dynamic(connector=Connector.RESAMPLED)
    with pytest.raises(ModelPools):
        plan_page(rule, *A4_200, dpi=200, print_pt=8, purpose=Purpose.TEXT, policy=policy(500), context=CONTEXT)
    with pytest.raises((PrintTooSmall, TokenBudgetExceeded)):
        plan_page(
            model_named("llava-onevision-7b"),
            *A4_200,
            dpi=200,
            print_pt=8,
            purpose=Purpose.TEXT,
            policy=policy(8000),
            context=CONTEXT,
        )
