"""One page to a stored lossless image, at the resolution that its smallest print needs."""

from __future__ import annotations

from dataclasses import dataclass

from docai.domain.documents import PageFacts
from docai.domain.images import PageImage, RasterPlan
from docai.patches.legibility import plan_raster
from docai.protocols import BlobStore, OpenDocument

_IMAGE_MEDIA_TYPE = "image/png"


@dataclass(frozen=True, slots=True)
class RasterPolicy:
    """The settings that decide at which resolution pages are drawn; see `docai.patches.legibility.plan_raster`."""

    floor_dpi: float
    ceiling_dpi: float
    min_x_height_px: float
    max_pixels: int
    small_print_floor_dpi: float = 0.0
    """The floor for pages with small print, where it is the higher one: what a model that reads pages asks for."""
    small_print_pt: float = 0.0
    """Print below this font size, points, is small."""


def raster_plan(facts: PageFacts, policy: RasterPolicy) -> RasterPlan:
    """At which resolution a page is to be drawn, and why."""
    is_small = facts.smallest_print_pt is not None and facts.smallest_print_pt < policy.small_print_pt
    floor_dpi = max(policy.floor_dpi, policy.small_print_floor_dpi) if is_small else policy.floor_dpi
    return plan_raster(
        facts.size,
        smallest_print_pt=facts.smallest_print_pt,
        native_dpi=facts.native_dpi,
        floor_dpi=min(floor_dpi, policy.ceiling_dpi),
        ceiling_dpi=policy.ceiling_dpi,
        min_x_height_px=policy.min_x_height_px,
        max_pixels=policy.max_pixels,
    )


def rasterise(
    document: OpenDocument,
    page_number: int,
    facts: PageFacts,
    *,
    blobs: BlobStore,
    policy: RasterPolicy,
    renderer: str,
) -> tuple[PageImage, bytes, float]:
    """Draw a page and store the image; gives its record, its bytes, and the share of it that is ink.

    Raises:
        PageTimedOut, PageCrashed, PageUnreadable, PageTooLarge: the page could not be drawn.
        StoreFull: there is no room for the image.
    """
    plan = raster_plan(facts, policy)
    drawn = document.render(page_number, plan.dpi)
    image = PageImage(
        sha256=blobs.put(drawn.content),
        media_type=_IMAGE_MEDIA_TYPE,
        n_bytes=len(drawn.content),
        plan=plan.model_copy(update={"width_px": drawn.width_px, "height_px": drawn.height_px}),
        renderer=renderer,
    )
    return image, drawn.content, drawn.ink_share
