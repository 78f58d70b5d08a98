"""PagePlan: how one page would be rendered and read, told before anything is; and what all pages would take."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from docai.domain.documents import Fault
from docai.domain.geometry import PageSize
from docai.domain.images import RasterPlan
from docai.domain.sights import TokenPlan
from docai.domain.words import TextLayerFlaw, Witness


class ReadingPlan(BaseModel):
    """How a vision-language model would be shown one page, and what that takes."""

    model_config = ConfigDict(frozen=True)

    model: str
    looks: tuple[TokenPlan, ...] = ()
    """One for the whole page, or one for each of its regions; none where the page is refused."""
    refusal: Fault | None = None
    """Why the page is not shown to the model."""
    prompt_tokens: int = 0
    """Of all looks: images and text."""
    output_tokens: int = 0
    """Assumed; see `docai.patches.estimates`."""
    kv_bytes: int | None = None
    """Keys and values of the largest look; None where the model's shape is unknown."""
    prefill_flops: float | None = None
    """Of all looks; None where the model's shape is unknown."""
    seconds: float | None = None
    """With the device to itself and at its full speed; None where device or model are unknown."""
    cost: float | None = None
    """In the currency of the settings; None where prices are unknown."""

    @property
    def visual_tokens(self) -> int:
        """What of all images the model attends to."""
        return sum(look.sight.visual_tokens for look in self.looks)

    @property
    def effective_dpi(self) -> float | None:
        """The lowest of the looks; None where there are none."""
        return min((look.effective_dpi for look in self.looks), default=None)

    @property
    def print_em_px(self) -> float | None:
        """Pixels in an em of the smallest print as the model sees it, the fewest of the looks; None where unknown."""
        return min((look.print_em_px for look in self.looks if look.print_em_px is not None), default=None)


class PagePlan(BaseModel):
    """What reading a page will take."""

    model_config = ConfigDict(frozen=True)

    page_number: int
    """1-based."""
    size: PageSize
    raster: RasterPlan
    witness: Witness
    """Whose words will be believed: the text layer's if it is sound, else those of OCR."""
    text_layer_flaws: tuple[TextLayerFlaw, ...] = ()
    n_text_layer_words: int = 0
    reading: ReadingPlan | None = None
    """None where no vision-language model was asked about."""


class UnplannedPage(BaseModel):
    """A page that could not be measured; the others are planned without it."""

    model_config = ConfigDict(frozen=True)

    page_number: int
    """1-based."""
    fault: Fault


class PlanTotals(BaseModel):
    """What reading many pages with a vision-language model takes."""

    model_config = ConfigDict(frozen=True)

    n_pages: int
    n_refused: int
    """Pages that the model would not be shown; they add nothing to the rest."""
    n_images: int
    visual_tokens: int
    prompt_tokens: int
    output_tokens: int
    kv_bytes: int | None
    """Of the largest look."""
    seconds: float | None
    """One look after the other."""
    cost: float | None
