"""How `docai plan` prints pages, what a model would take for them, and how models compare."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table as RichTable

from docai.cli.output import counted
from docai.domain.geometry import POINTS_PER_INCH
from docai.domain.images import ResolutionReason
from docai.domain.plans import PagePlan
from docai.domain.sights import Connector
from docai.domain.words import Witness
from docai.patches.estimates import EXPECTED_OUTPUT_TOKENS, PROMPT_TEXT_TOKENS, totals

if TYPE_CHECKING:  # the pipeline takes a while to import; `docai --help` can do without
    from docai.pipeline.plan import ModelCompared

REASONS = {
    ResolutionReason.SMALLEST_PRINT: "raised for its smallest print",
    ResolutionReason.NATIVE_SCAN: "the scan's own",
    ResolutionReason.FLOOR: "the least we draw; print is legible",
    ResolutionReason.CEILING: "the most we draw",
    ResolutionReason.PIXEL_LIMIT: "lowered by the pixel limit",
}
"""Why a page has its resolution, in words."""
REFUSALS = {
    "model_pools": "no: pools",
    "print_too_small": "no: too coarse",
    "token_budget_exceeded": "no: context",
}
"""Why a model is not shown a page, in short."""
_CONNECTORS = {
    Connector.RAW: "raw",
    Connector.MERGED: "merged",
    Connector.CROSS_ATTENTION: "across",
    Connector.ENCODER_DECODER: "encoder",
    Connector.RESAMPLED: "resampled",
    Connector.POOLED: "pooled",
}
_MM_PER_INCH = 25.4
_MIB = 1 << 20
_UNKNOWN = "?"


def pages_table(plans: Sequence[PagePlan]) -> RichTable:
    """Each page's resolution and whose words are believed."""
    table = _table("Page", "Size, mm", "DPI", "Why", "Print", "Words from")
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


def pages_told(plans: Sequence[PagePlan]) -> str:
    """What all pages take to be drawn and recognised."""
    n_pixels = sum(page.raster.width_px * page.raster.height_px for page in plans)
    n_ocr = sum(page.witness is Witness.OCR for page in plans)
    return f"{counted(len(plans), 'page')}, {n_pixels / 1e6:.1f} million pixels, text recognition on {n_ocr} of them."


def readings_table(plans: Sequence[PagePlan], currency: str) -> RichTable:
    """What a model would take for each page."""
    table = _table("Page", "Images", "Tokens", "Prompt", "Seen, DPI", "Em, px", "KV, MiB", "Time, s", currency)
    for page in plans:
        reading = page.reading
        if reading is None:
            continue
        if reading.refusal is not None:
            table.add_row(str(page.page_number), "0", *["-"] * 3, REFUSALS.get(reading.refusal.code, "no"))
            continue
        table.add_row(
            str(page.page_number),
            str(len(reading.looks)),
            f"{reading.visual_tokens:,}",
            f"{reading.prompt_tokens:,}",
            _number(reading.effective_dpi, ".0f"),
            _number(reading.print_em_px, ".1f"),
            _mib(reading.kv_bytes),
            _number(reading.seconds, ".2f"),
            _number(reading.cost, ".4f"),
        )
    return table


def readings_told(plans: Sequence[PagePlan], currency: str) -> str:
    """What a model would take for all pages, what was assumed, and why pages are refused."""
    readings = [page.reading for page in plans if page.reading is not None]
    all_of = totals(readings)
    lines = [
        f"{readings[0].model}: {counted(all_of.n_images, 'image')} of "
        f"{counted(all_of.n_pages - all_of.n_refused, 'page')}, {all_of.visual_tokens:,} visual tokens, "
        f"{all_of.prompt_tokens:,} of prompt, {all_of.output_tokens:,} of output.",
        f"Keys and values of the largest image: {_unit(_mib(all_of.kv_bytes), 'MiB')}. "
        f"Time, one image after the other at the device's full speed: {_unit(_number(all_of.seconds, ',.1f'), 's')}. "
        f"Cost: {_unit(_number(all_of.cost, ',.4f'), currency)}.",
        f"Assumed: {EXPECTED_OUTPUT_TOKENS:,} tokens of output a page, {PROMPT_TEXT_TOKENS} of text a prompt.",
    ]
    return "\n".join([*lines, *_refusals(plans)])


def models_table(compared: Iterable[ModelCompared]) -> RichTable:
    """How all models would read one page; of one that is refused, how it would see the whole page."""
    table = _table("Model", "Tokens", "DPI", "Em", "Connector", "Reads it")
    for one in compared:
        looks = one.reading.looks or ((one.glance,) if one.glance else ())
        ems = [look.print_em_px for look in looks if look.print_em_px is not None]
        table.add_row(
            one.rule.name,
            _number(sum(look.sight.visual_tokens for look in looks) if looks else None, ","),
            _number(min((look.effective_dpi for look in looks), default=None), ".0f"),
            _number(min(ems, default=None), ".1f"),
            _connector(one),
            verdict(one),
        )
    return table


def models_told(page: PagePlan, compared: Sequence[ModelCompared]) -> str:
    """Which page was asked about, and what the columns mean."""
    n_whole = sum(len(one.reading.looks) == 1 for one in compared)
    n_cut = sum(len(one.reading.looks) > 1 for one in compared)
    raster = page.raster
    return (
        f"Page {page.page_number}, {raster.width_px} x {raster.height_px} pixels at {raster.dpi:.0f} DPI: "
        f"{n_whole} of {counted(len(compared), 'model')} read it whole, {n_cut} in pieces.\n"
        "Tokens: what the model attends to. DPI: the least after the model's own resize. "
        "Em: pixels in one of the smallest print. Connector: with the patches that it makes a token. "
        "Raised: the model is told of another pixel budget than its own. "
        "Of a model that is not shown the page: how it would see it whole."
    )


def verdict(one: ModelCompared) -> str:
    """Whether the fidelity rule lets a model read the page, in short."""
    reading, glance = one.reading, one.glance
    if reading.refusal is not None:
        return REFUSALS.get(reading.refusal.code, f"no: {reading.refusal.code.replace('_', ' ')}")
    if len(reading.looks) > 1:
        return f"in {len(reading.looks)} pieces"
    is_own = glance is not None and glance.sight.visual_tokens == reading.looks[0].sight.visual_tokens
    return "whole" if is_own else "whole, raised"


def _connector(one: ModelCompared) -> str:
    connector, look = one.rule.connector, one.reading.looks[0] if one.reading.looks else one.glance
    if look is None or look.sight.merge_factor == 1 or connector is Connector.RESAMPLED:
        return _CONNECTORS[connector]
    return f"{_CONNECTORS[connector]} {look.sight.merge_factor:.3g}"


def _refusals(plans: Iterable[PagePlan]) -> list[str]:
    """The reasons why pages are refused, each once."""
    pages: dict[str, list[int]] = {}
    for page in plans:
        if page.reading is not None and page.reading.refusal is not None:
            pages.setdefault(page.reading.refusal.message, []).append(page.page_number)
    return [
        f"Not shown: {'page' if len(numbers) == 1 else 'pages'} {', '.join(map(str, numbers))}. {why}"
        for why, numbers in pages.items()
    ]


def _table(*columns: str) -> RichTable:
    table = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        wraps = name in {"Why", "Words from"}
        is_text = wraps or name in {"Size, mm", "Print", "Model", "Connector", "Reads it"}
        table.add_column(name, justify="left" if is_text else "right", no_wrap=not wraps)
    return table


def _number(value: float | None, form: str) -> str:
    return _UNKNOWN if value is None else format(value, form)


def _mib(n_bytes: int | None) -> str:
    return _UNKNOWN if n_bytes is None else f"{n_bytes / _MIB:,.0f}"


def _unit(number: str, unit: str) -> str:
    return "unknown" if number == _UNKNOWN else f"{number} {unit}"


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
