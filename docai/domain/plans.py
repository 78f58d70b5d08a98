"""PagePlan: how one page would be rendered and read, told before anything is."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from docai.domain.geometry import PageSize
from docai.domain.images import RasterPlan
from docai.domain.words import TextLayerFlaw, Witness


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
