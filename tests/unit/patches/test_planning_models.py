"""The fidelity rule over every model that docai knows."""

import pytest

from docai.domain.sights import Purpose, TokenPlan
from docai.errors import ModelPools, PrintTooSmall, TokenBudgetExceeded
from docai.patches.cutting import MAX_REGIONS
from docai.patches.fidelity import LOOKING, POOLING, Context, FidelityPolicy
from docai.patches.models import MODELS
from docai.patches.planning import plan_image, plan_page
from docai.patches.vision_model import VisionModel

PAGES = [(1240, 1754, 150.0, 11.0), (1654, 2339, 200.0, 8.0), (3508, 2480, 300.0, 7.0), (500, 1600, 200.0, None)]
"""Width and height, DPI, and the smallest print: A4, A4 with small print, a lying scan, a receipt."""


def plans(model: VisionModel, page: tuple[int, int, float, float | None]) -> tuple[TokenPlan, ...]:
    width, height, dpi, print_pt = page
    return plan_page(
        model,
        width,
        height,
        dpi=dpi,
        print_pt=print_pt,
        purpose=Purpose.TEXT,
        policy=FidelityPolicy(),
        context=context(model),
    )


def context(model: VisionModel) -> Context:
    return Context.of_model(model, limit_tokens=0, text_tokens=300, max_output_tokens=8192)


@pytest.mark.parametrize("model", MODELS.values(), ids=list(MODELS))
def test_a_page_is_shown_at_the_floor_and_whole_or_refused_for_a_reason(model: VisionModel) -> None:
    for page in PAGES:
        try:
            made = plans(model, page)
        except (PrintTooSmall, TokenBudgetExceeded):
            continue
        except ModelPools:
            assert model.connector in POOLING
            continue
        assert model.connector not in POOLING
        assert 1 <= len(made) <= MAX_REGIONS
        for plan in made:
            sight = plan.sight
            assert plan.effective_dpi >= 0.95 * plan.floor_dpi
            assert sight.cut_share == 0
            assert sight.connector not in POOLING
            if model.context_tokens:
                assert sight.prompt_tokens + 300 <= model.context_tokens
            if plan.region is not None:
                assert sight.image_width_px == round(plan.region.width * page[0])
                assert sight.image_height_px == round(plan.region.height * page[1])
        if len(made) > 1:
            regions = [plan.region for plan in made if plan.region is not None]
            assert (min(box.x0 for box in regions), min(box.y0 for box in regions)) == (0, 0)
            assert (max(box.x1 for box in regions), max(box.y1 for box in regions)) == (1, 1)


@pytest.mark.parametrize("model", MODELS.values(), ids=list(MODELS))
def test_every_model_may_look_at_a_page_as_a_picture(model: VisionModel) -> None:
    for purpose in LOOKING:
        made = plan_image(
            model, 620, 877, dpi=75, print_pt=8, purpose=purpose, policy=FidelityPolicy(), context=Context(0, 0, 0)
        )
        assert made.effective_dpi > 0


def test_what_is_known_of_models_is_found_again() -> None:
    """A4 at 200 DPI with 8-point print."""
    page = PAGES[1]
    assert len(plans(MODELS["qwen2.5-vl-7b"], page)) == 1
    assert plans(MODELS["qwen2.5-vl-7b"], page)[0].sight.visual_tokens == 4956
    assert len(plans(MODELS["pixtral-12b"], page)) > 1
    assert len(plans(MODELS["llava-1.5-7b"], page)) > 20
    for name in ("blip2-opt-2.7b", "instructblip-7b", "idefics-9b", "minicpm-v-2.6"):
        with pytest.raises(ModelPools):
            plans(MODELS[name], page)
