"""What reading pages with a vision-language model would take, on the wire."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Self

from pydantic import Field, JsonValue

from docai.api.schemas.evidence import BoxOut, box_out
from docai.api.schemas.pages import PagePlanOut
from docai.api.schemas.wire import FaultOut, WireModel
from docai.domain.plans import PagePlan, PlanTotals, ReadingPlan, UnplannedPage
from docai.domain.sights import Connector, Purpose, Sight, TokenPlan
from docai.patches.estimates import EXPECTED_OUTPUT_TOKENS, PROMPT_TEXT_TOKENS


class TileOut(WireModel):
    """A piece of the image that the model's encoder sees as one picture."""

    box: BoxOut
    width_px: int
    height_px: int
    is_overview: bool

    @classmethod
    def all_of(cls, sight: Sight) -> list[Self]:
        """From the domain."""
        return [
            cls(box=box_out(tile.box), width_px=tile.width_px, height_px=tile.height_px, is_overview=tile.is_overview)
            for tile in sight.tiles
        ]


class LookOut(WireModel):
    """How one image, the page or a region of it, is shown to the model."""

    purpose: Purpose
    region: BoxOut | None = Field(description="Null: the whole page.")
    image_width_px: int
    image_height_px: int
    seen_width_px: float
    seen_height_px: float
    tiles: list[TileOut] = Field(description="Boxes in fractions of the image.")
    n_patches: int
    merge_factor: float = Field(description="Patches per token, by a layer that was trained to merge them.")
    connector: Connector
    visual_tokens: int
    prompt_tokens: int = Field(description="Positions that the image takes in the prompt.")
    dpi: float
    effective_dpi: float = Field(description="After the model's own resize.")
    floor_dpi: float = Field(description="The least that the fidelity rule asks for.")
    print_em_px: float | None = Field(description="Pixels in an em of the smallest print as the model sees it.")
    context_tokens: int = Field(description="Prompt with image, and room for the output.")
    kv_bytes: int | None = Field(
        description="Memory of their keys and values; null where the model is not known so far."
    )
    processor: dict[str, JsonValue] = Field(description="What the model's image processor is told beside its settings.")

    @classmethod
    def of(cls, look: TokenPlan) -> Self:
        """From the domain."""
        sight = look.sight
        return cls(
            purpose=look.purpose,
            region=None if look.region is None else box_out(look.region),
            image_width_px=sight.image_width_px,
            image_height_px=sight.image_height_px,
            seen_width_px=round(sight.seen_width_px, 2),
            seen_height_px=round(sight.seen_height_px, 2),
            tiles=TileOut.all_of(sight),
            n_patches=sight.n_patches,
            merge_factor=sight.merge_factor,
            connector=sight.connector,
            visual_tokens=sight.visual_tokens,
            prompt_tokens=sight.prompt_tokens,
            dpi=round(look.dpi, 2),
            effective_dpi=round(look.effective_dpi, 2),
            floor_dpi=look.floor_dpi,
            print_em_px=None if look.print_em_px is None else round(look.print_em_px, 2),
            context_tokens=look.context_tokens,
            kv_bytes=look.kv_bytes or None,
            processor=dict(sight.processor),
        )


class ReadingOut(WireModel):
    """How the model would read a page, and what that takes; nulls are unknown."""

    model: str
    looks: list[LookOut] = Field(description="One for the page, or one for each of its regions; none where refused.")
    refusal: FaultOut | None = Field(description="Why the model is not shown the page.")
    visual_tokens: int
    prompt_tokens: int
    output_tokens: int = Field(description="Assumed.")
    effective_dpi: float | None
    print_em_px: float | None
    kv_bytes: int | None
    prefill_flops: float | None
    seconds: float | None = Field(description="With the device to itself and at its full speed.")
    cost: float | None

    @classmethod
    def of(cls, reading: ReadingPlan) -> Self:
        """From the domain."""
        dpi, em_px = reading.effective_dpi, reading.print_em_px
        return cls(
            model=reading.model,
            looks=[LookOut.of(look) for look in reading.looks],
            refusal=FaultOut.of(reading.refusal),
            visual_tokens=reading.visual_tokens,
            prompt_tokens=reading.prompt_tokens,
            output_tokens=reading.output_tokens,
            effective_dpi=None if dpi is None else round(dpi, 2),
            print_em_px=None if em_px is None else round(em_px, 2),
            kv_bytes=reading.kv_bytes,
            prefill_flops=reading.prefill_flops,
            seconds=reading.seconds,
            cost=reading.cost,
        )


class PageEstimateOut(PagePlanOut):
    """What reading a page would take, with a vision-language model where one was asked about."""

    reading: ReadingOut | None

    @classmethod
    def of_page(cls, plan: PagePlan) -> Self:
        """From the domain."""
        reading = None if plan.reading is None else ReadingOut.of(plan.reading)
        return cls(**PagePlanOut.of(plan).model_dump(), reading=reading)


class UnplannedPageOut(WireModel):
    """A page that could not be measured."""

    page: int
    fault: FaultOut

    @classmethod
    def of(cls, page: UnplannedPage) -> Self:
        """From the domain."""
        return cls(page=page.page_number, fault=FaultOut(code=page.fault.code, message=page.fault.message))


class TotalsOut(WireModel):
    """Of all pages that the model would be shown; nulls are unknown."""

    n_pages: int
    n_refused: int
    n_images: int
    visual_tokens: int
    prompt_tokens: int
    output_tokens: int
    kv_bytes: int | None = Field(description="Of the largest image with its prompt and output.")
    seconds: float | None
    cost: float | None
    currency: str

    @classmethod
    def of(cls, found: PlanTotals, currency: str) -> Self:
        """From the domain."""
        return cls(**found.model_dump(), currency=currency)


class AssumptionsOut(WireModel):
    """What cannot be known before a page is read."""

    output_tokens_per_page: int = EXPECTED_OUTPUT_TOKENS
    text_tokens_per_prompt: int = PROMPT_TEXT_TOKENS


class EstimateOut(WireModel):
    """What reading a document with a model would take."""

    model: str
    n_pages: int = Field(description="Of the document.")
    n_left: int = Field(description="Pages that were not come to in the time that an estimate may take.")
    pages: list[PageEstimateOut]
    unplanned: list[UnplannedPageOut] = Field(description="Pages that could not be measured; they are not in `totals`.")
    totals: TotalsOut
    assumptions: AssumptionsOut


def split(
    planned: Iterable[PagePlan | UnplannedPage],
) -> tuple[list[PageEstimateOut], list[UnplannedPageOut]]:
    """Pages that are planned, and those that could not be."""
    pages: list[PageEstimateOut] = []
    unplanned: list[UnplannedPageOut] = []
    for page in planned:
        if isinstance(page, UnplannedPage):
            unplanned.append(UnplannedPageOut.of(page))
        else:
            pages.append(PageEstimateOut.of_page(page))
    return pages, unplanned


def readings_of(planned: Sequence[PagePlan | UnplannedPage]) -> list[ReadingPlan]:
    """How the model would read those that are planned."""
    return [page.reading for page in planned if isinstance(page, PagePlan) and page.reading is not None]
