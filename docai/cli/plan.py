"""`docai plan`: what reading a file would take, page by page, before anything is drawn or stored."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table as RichTable

from docai.cli.output import JsonFlag, counted, print_json, results
from docai.cli.session import open_session
from docai.domain.geometry import POINTS_PER_INCH
from docai.domain.images import ResolutionReason
from docai.domain.plans import PagePlan
from docai.domain.words import Witness

_MM_PER_INCH = 25.4

REASONS = {
    ResolutionReason.SMALLEST_PRINT: "raised for its smallest print",
    ResolutionReason.NATIVE_SCAN: "the scan's own",
    ResolutionReason.FLOOR: "the least we draw; print is legible",
    ResolutionReason.CEILING: "the most we draw",
    ResolutionReason.PIXEL_LIMIT: "lowered by the pixel limit",
}
"""Why a page has its resolution, in words."""


def plan(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", exists=True, dir_okay=False, readable=True, help="A document.")
    ],
    password: Annotated[str | None, typer.Option(help="What opens the file if it is encrypted.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Tell at which resolution each page would be drawn, why, and whose words would be believed."""
    with open_session() as session:
        plans = list(session.system.plan(path, password=password))
    if as_json:
        from docai.api.schemas.pages import PagePlanOut
        from docai.cli.schemas import PlanOut

        print_json(PlanOut(path=str(path), pages=[PagePlanOut.of(page) for page in plans]))
        return
    console = results()
    console.print(_overview(plans))
    n_pixels = sum(page.raster.width_px * page.raster.height_px for page in plans)
    n_ocr = sum(page.witness is Witness.OCR for page in plans)
    console.print(
        f"{counted(len(plans), 'page')}, {n_pixels / 1e6:.1f} million pixels, text recognition on {n_ocr} of them."
    )


def _overview(plans: Sequence[PagePlan]) -> RichTable:
    table = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Page", justify="right")
    table.add_column("Size, mm", no_wrap=True)
    table.add_column("DPI", justify="right")
    table.add_column("Why")
    table.add_column("Print", no_wrap=True)
    table.add_column("Words from")
    for page in plans:
        raster = page.raster
        table.add_row(
            str(page.page_number),
            f"{_mm(page.size.width_pt)} x {_mm(page.size.height_pt)}",
            f"{raster.dpi:.0f}",
            REASONS[raster.reason],
            _print(page),
            _witness(page),
        )
    return table


def _mm(points: float) -> int:
    return round(points / POINTS_PER_INCH * _MM_PER_INCH)


def _print(page: PagePlan) -> str:
    """The smallest print, in points, and its x-height in pixels."""
    raster = page.raster
    if raster.smallest_print_pt is None or raster.x_height_px is None:
        return "unknown"
    warning = "" if raster.is_legible else " (!)"
    return f"{raster.smallest_print_pt:.1f} pt, {raster.x_height_px:.0f} px{warning}"


def _witness(page: PagePlan) -> str:
    if page.witness is Witness.TEXT_LAYER:
        return f"text layer, {counted(page.n_text_layer_words, 'word')}"
    flaws = ", ".join(flaw.value.replace("_", " ") for flaw in page.text_layer_flaws)
    return f"OCR (text layer {flaws})" if flaws else "OCR"
