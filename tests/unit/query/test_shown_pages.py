"""Pages as images: at their own plans, never below the floor, and those without room named."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from docai.domain.documents import Page, PageState
from docai.query.shown_pages import Shown, show
from tests.unit.query.scripted import DOCUMENT, ScriptedModel, camera, printed


def shown(pages: list[Page], *, context: int = 32_768, at_most: int = 10, rule: str = "qwen2.5-vl-7b") -> Shown:
    model = ScriptedModel([""], context_tokens=context, rule=rule)
    image = BytesIO()
    Image.new("RGB", (1240, 1754), "white").save(image, "PNG")
    return show(camera(model, image.getvalue()), [("a.pdf", p) for p in pages], text="a prompt", at_most=at_most)


def test_each_page_is_an_image_with_its_label_and_plan() -> None:
    found = shown([printed("one", number=4), printed("two", number=9)])
    assert [image.label for image in found.images] == ["Image 1: page 4 of a.pdf:", "Image 2: page 9 of a.pdf:"]
    assert [page.number for page in found.pages] == [4, 9]
    assert all(image.plan.effective_dpi >= image.plan.floor_dpi - 6 for image in found.images)
    assert found.left_out == ()
    assert [fact.page_number for fact in found.facts] == [4, 9]


def test_pages_are_left_out_from_the_end_where_the_context_is_full_and_no_page_is_shrunk_below_the_floor() -> None:
    found = shown([printed("x", number=n) for n in range(1, 6)], context=8192)
    assert 1 <= len(found.images) < 5
    assert [page.page_number for page in found.left_out] == list(range(len(found.images) + 1, 6))
    assert all("room" in page.reason for page in found.left_out)
    total = sum(image.plan.sight.prompt_tokens for image in found.images)
    assert total + 512 <= 8192
    assert min(image.plan.effective_dpi for image in found.images) >= 140


def test_no_more_pages_are_shown_than_may_be() -> None:
    found = shown([printed("x", number=n) for n in range(1, 4)], at_most=2)
    assert len(found.images) == 2
    assert found.left_out[0].reason == "At most 2 pages are shown at once."


def test_a_page_without_an_image_is_left_out_and_the_next_one_is_shown() -> None:
    blank = Page(document_id=DOCUMENT, number=1, state=PageState.BLANK)
    found = shown([blank, printed("x", number=2)])
    assert [page.number for page in found.pages] == [2]
    assert found.left_out[0].reason == "It was not drawn: its state is `blank`."


def test_a_page_that_the_model_sees_too_coarsely_is_shown_in_parts() -> None:
    found = shown([printed("x", dpi=300, print_pt=6)], context=200_000, rule="pixtral-12b")
    assert len(found.images) > 1
    assert all(image.plan.region is not None for image in found.images)
    assert found.images[0].label == f"Image 1: page 1 of a.pdf, part 1 of {len(found.images)}:"
    assert len({image.media_id for image in found.images}) >= 1
    assert [page.number for page in found.pages] == [1] * len(found.images)
