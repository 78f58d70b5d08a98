from __future__ import annotations

from io import BytesIO

from PIL import Image

from docai.domain.geometry import Box
from docai.domain.sights import Purpose, Sight, Tile, TokenPlan
from docai.patches.fidelity import Context, FidelityPolicy
from docai.patches.planning import plan_page
from docai.rendering.plan_pictures import COLOURS, label_of, plan_picture
from tests.unit.patches.rules import Dynamic, Square

SIZE = (1240, 1754)


def looks(rule: Dynamic | Square) -> tuple[TokenPlan, ...]:
    return plan_page(
        rule,
        *SIZE,
        dpi=150,
        print_pt=10,
        purpose=Purpose.TEXT,
        policy=FidelityPolicy(),
        context=Context(0, 100, 1000),
    )


def page() -> bytes:
    out = BytesIO()
    Image.new("L", SIZE, 255).save(out, "PNG")
    return out.getvalue()


def drawn(plans: tuple[TokenPlan, ...]) -> Image.Image:
    image = Image.open(BytesIO(plan_picture(page(), plans))).convert("RGB")
    assert image.size == SIZE
    return image


def tiled(plan: TokenPlan) -> TokenPlan:
    """The same look in two tiles, one above the other, with an overview."""
    halves = [Box(x0=0, y0=0, x1=1, y1=0.5), Box(x0=0, y0=0.5, x1=1, y1=1)]
    tiles = [Tile(box=box, width_px=448, height_px=448) for box in halves]
    overview = Tile(box=Box(x0=0, y0=0, x1=1, y1=1), width_px=448, height_px=448, is_overview=True)
    sight: Sight = plan.sight.model_copy(update={"tiles": (*tiles, overview)})
    return plan.model_copy(update={"sight": sight})


def test_a_page_shown_whole_is_outlined_and_tinted() -> None:
    image = drawn(looks(Dynamic(own_tokens=4096)))
    for corner in ((0, 0), (SIZE[0] - 1, 0), (0, SIZE[1] - 1), (SIZE[0] - 1, SIZE[1] - 1)):
        assert image.getpixel(corner) == COLOURS[0]
    tint = image.getpixel((SIZE[0] // 2, SIZE[1] // 2))
    assert tint == (234, 241, 249)  # 8 % of the colour on white


def test_every_region_has_its_outline_and_neighbours_differ() -> None:
    plans = looks(Square(side_px=700, context_tokens=8192))
    assert len(plans) > 3
    image = drawn(plans)
    for place, plan in enumerate(plans):
        assert plan.region is not None
        left, _, _, bottom = plan.region.to_pixels(*SIZE)
        inside = (left + 1, min(bottom, SIZE[1]) - 80)  # between the overlaps with those above and below
        assert image.getpixel(inside) == COLOURS[place % len(COLOURS)]


def test_tiles_are_drawn_within_their_region() -> None:
    (whole,) = looks(Dynamic(own_tokens=4096))
    half = tiled(whole.model_copy(update={"region": Box(x0=0, y0=0.5, x1=1, y1=1)}))
    image = drawn((half,))
    assert image.getpixel((700, 1754 * 3 // 4)) == COLOURS[0]
    assert image.getpixel((700, 1754 // 4)) == (255, 255, 255)
    assert image.getpixel((700, 1754 * 5 // 8)) == (234, 241, 249)


def test_a_label_tells_tokens_resolution_tiles_and_overview() -> None:
    (whole,) = looks(Dynamic(own_tokens=4096))
    assert label_of(whole) == "2,772 tokens, 149 DPI"
    assert label_of(tiled(whole)) == "2,772 tokens, 149 DPI, 2 tiles, overview"


def test_a_page_that_is_refused_stays_as_it_is() -> None:
    assert drawn(()).getextrema() == ((255, 255),) * 3
