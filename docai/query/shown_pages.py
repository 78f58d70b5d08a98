"""Pages as the images of one prompt: each at its own token plan, and those that find no room named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from docai.domain.answers import PageLeftOut, PageShown
from docai.domain.documents import Page
from docai.domain.generations import ShownImage
from docai.domain.ids import sha256_of
from docai.domain.images import PageImage
from docai.domain.sights import Purpose, TokenPlan
from docai.errors import ModelPools, PageNotFound, PageTooLarge, PrintTooSmall, TokenBudgetExceeded
from docai.patches.fidelity import Context, FidelityPolicy
from docai.patches.planning import plan_page
from docai.protocols import PageCropper, VisionLanguageModel

BYTES_PER_TOKEN = 2
"""UTF-8 bytes of a prompt per token, at the least: byte-pair vocabularies of today take 3 to 4 of English."""
_LONGEST_PART = ", part 10 of 10"
_NO_ROOM = "The model's context has no room left for it."


@dataclass(frozen=True, slots=True)
class Camera:
    """How pages become images."""

    model: VisionLanguageModel
    image_of: Callable[[Page], bytes]
    """A drawn page's image file."""
    cropper: PageCropper
    fidelity: FidelityPolicy
    output_tokens: int
    """Room kept for what the model writes."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The images of a prompt."""

    images: tuple[ShownImage, ...]
    pages: tuple[Page, ...]
    """The page of each image."""
    names: tuple[str, ...]
    """The name of each image's document."""
    left_out: tuple[PageLeftOut, ...]

    @property
    def facts(self) -> tuple[PageShown, ...]:
        """What is kept of each image."""
        return tuple(
            PageShown(document_id=page.document_id, document_name=name, page_number=page.number, plan=image.plan)
            for image, page, name in zip(self.images, self.pages, self.names, strict=True)
        )


def show(camera: Camera, pages: Sequence[tuple[str, Page]], *, text: str, at_most: int) -> Shown:
    """As many pages as the model's context holds, never below the floor of the fidelity rule.

    Args:
        camera: the model, and how pages become images for it.
        pages: the names of their documents with them; the first ones matter most.
        text: the prompt's text, for which there must be room too.
        at_most: most pages.
    """
    images: list[ShownImage] = []
    sources: list[tuple[str, Page]] = []
    left_out: list[PageLeftOut] = []
    used, is_full = tokens_of(text), False
    for n, (name, page) in enumerate(pages):
        if n >= at_most or is_full:
            reason = _NO_ROOM if is_full else f"At most {at_most} pages are shown at once."
            left_out.append(_left_out(page, name, reason))
            continue
        try:
            drawn = _drawn(page)
            plans, used = _planned(
                camera, drawn, used, label_tokens=tokens_of(_label(len(pages), page, name, _LONGEST_PART))
            )
            images += _taken(camera, page, drawn, plans, name, len(images))
        except TokenBudgetExceeded as error:
            # From here on all are left out, so that what is shown is what ranks best.
            is_full = True
            left_out.append(_left_out(page, name, error.message))
        except (ModelPools, PageTooLarge, PrintTooSmall, PageNotFound) as error:
            left_out.append(_left_out(page, name, error.message))
        sources += [(name, page)] * (len(images) - len(sources))
    return Shown(tuple(images), tuple(p for _, p in sources), tuple(name for name, _ in sources), tuple(left_out))


def tokens_of(text: str) -> int:
    """Tokens that a text takes at most, or nearly so."""
    return len(text.encode()) // BYTES_PER_TOKEN + 1


def _drawn(page: Page) -> PageImage:
    if page.image is None:
        raise PageNotFound(f"It was not drawn: its state is `{page.state.value}`.")
    return page.image


def _planned(camera: Camera, drawn: PageImage, used: int, *, label_tokens: int) -> tuple[tuple[TokenPlan, ...], int]:
    """How a page is shown beside what the prompt has already, and the tokens used then."""
    raster, model = drawn.plan, camera.model
    context = Context(model.context_tokens, used + label_tokens, camera.output_tokens)
    plans = plan_page(
        model.images,
        raster.width_px,
        raster.height_px,
        dpi=raster.dpi,
        print_pt=raster.smallest_print_pt,
        purpose=Purpose.QUESTION,
        policy=camera.fidelity,
        context=context,
    )
    taken = sum(plan.sight.prompt_tokens + label_tokens for plan in plans)
    if used + taken + camera.output_tokens > (context.limit_tokens or model.images.context_tokens or float("inf")):
        raise TokenBudgetExceeded(_NO_ROOM)
    return plans, used + taken


def _taken(
    camera: Camera, page: Page, drawn: PageImage, plans: Sequence[TokenPlan], name: str, n_before: int
) -> list[ShownImage]:
    content = camera.image_of(page)
    found = []
    for k, plan in enumerate(plans):
        piece = content if plan.region is None else camera.cropper.crop(content, plan.region)
        part = f", part {k + 1} of {len(plans)}" if len(plans) > 1 else ""
        label = _label(n_before + k, page, name, part)
        media_id = drawn.sha256 if plan.region is None else sha256_of(piece)
        found.append(ShownImage(piece, plan, label, media_id))
    return found


def _label(index: int, page: Page, name: str, part: str) -> str:
    return f"Image {index + 1}: page {page.number} of {name}{part}:"


def _left_out(page: Page, name: str, reason: str) -> PageLeftOut:
    return PageLeftOut(document_id=page.document_id, document_name=name, page_number=page.number, reason=reason)
