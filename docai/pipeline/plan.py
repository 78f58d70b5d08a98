"""What reading a document would take, page by page, told without drawing or storing anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from docai.domain.documents import MediaType
from docai.domain.plans import PagePlan
from docai.domain.words import Witness
from docai.pipeline.rasterise import RasterPolicy, raster_plan
from docai.protocols import PdfReader


def plan_pages(
    path: Path, media_type: MediaType, password: str | None, *, reader: PdfReader, policy: RasterPolicy
) -> Iterator[PagePlan]:
    """The plan of every page, in order.

    Raises:
        InputError: the document cannot be opened.
        PageError: a page cannot be measured.
    """
    with reader.open(path, media_type, password) as opened:
        for number in range(1, opened.facts.n_pages + 1):
            facts = opened.measure(number)
            yield PagePlan(
                page_number=number,
                size=facts.size,
                raster=raster_plan(facts, policy),
                witness=facts.words.witness or Witness.OCR,
                text_layer_flaws=facts.words.text_layer_flaws,
                n_text_layer_words=len(facts.words.words),
            )
