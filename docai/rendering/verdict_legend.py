"""The legend below a page picture: what each line means, how many there are, and what the failed checks say."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Mapping, Sequence

from PIL import Image, ImageDraw, ImageFont

from docai.rendering.verdict_styles import BLACK, GREY, HATCHING, STYLES, WHITE, PictureMark, corner, hatch, outline

_TEXT = 1 / 70
"""Height of the legend's text as a fraction of the page's width: 17 pixels on A4 at 150 dpi."""
_MOST_CHECKS = 12
_ASCII = {
    ord("\N{MINUS SIGN}"): "-",
    ord("\N{EN DASH}"): "-",
    ord("\N{EM DASH}"): "-",
    ord("\N{MULTIPLICATION SIGN}"): "x",
    ord("\N{LEFT DOUBLE QUOTATION MARK}"): '"',
    ord("\N{RIGHT DOUBLE QUOTATION MARK}"): '"',
    ord("\N{LEFT SINGLE QUOTATION MARK}"): "'",
    ord("\N{RIGHT SINGLE QUOTATION MARK}"): "'",
}

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def with_legend(
    page: Image.Image, title: str, counts: Mapping[PictureMark, int], checks: Sequence[str], *, thick: int
) -> Image.Image:
    """The page with a white strip below it; the page itself stays where it is, pixel for pixel.

    Args:
        page: the marked page.
        title: the legend's first line.
        counts: how many the page has of each mark, in the order to show; those of none are left out.
        checks: a line for each failed check, numbered from 1 as on the page.
        thick: width of a doubt's line in pixels.
    """
    font = ImageFont.load_default(size=max(11, page.width * _TEXT))
    step = round(max(11, page.width * _TEXT) * 1.7)
    placed, n_rows = _placed(counts, page.width, font, step)
    lines = _check_lines(checks, page.width - 2 * step, font)
    height = step * (n_rows + 2 + len(lines)) + step // 2
    whole = Image.new("RGB", (page.width, page.height + height), WHITE)
    whole.paste(page)
    draw = ImageDraw.Draw(whole)
    draw.line((0, page.height, page.width, page.height), fill=GREY, width=max(1, thick // 2))
    y = page.height + step // 2
    draw.text((step, y), _plain(title), fill=BLACK, font=font)
    for mark, text, x, row in placed:
        top = y + step * (row + 1)
        _swatch(draw, mark, (x, top + step // 6, x + step, top + step // 2), thick)
        draw.text((x + step * 1.4, top), text, fill=BLACK, font=font)
    for at, line in enumerate(lines):
        draw.text((step, y + step * (n_rows + 1 + at)), line, fill=BLACK, font=font)
    return whole


def mark_name(mark: PictureMark) -> str:
    """A mark in words."""
    return mark.value.replace("_", " ")


def _placed(
    counts: Mapping[PictureMark, int], width: int, font: Font, step: int
) -> tuple[list[tuple[PictureMark, str, int, int]], int]:
    """Each entry with its text, left edge and row, and the number of rows."""
    placed, x, row = [], step, 0
    for mark, n in counts.items():
        if not n:
            continue
        text = f"{mark_name(mark)} {n:,}"
        needed = round(font.getlength(text) + step * 2.4)
        if x + needed > width and x > step:
            x, row = step, row + 1
        placed.append((mark, text, x, row))
        x += needed
    return placed, row + 1 if placed else 0


def _swatch(draw: ImageDraw.ImageDraw, mark: PictureMark, box: tuple[int, int, int, int], thick: int) -> None:
    if mark is PictureMark.CHECK_FAILED:
        badge(draw, ((box[0] + box[2]) // 2, (box[1] + box[3]) // 2), "1", thick)
        return
    if mark is PictureMark.CORRECTED:
        draw.rectangle(box, outline=GREY)
        corner(draw, box, 2 * thick)
        return
    style = STYLES[mark]
    draw.rectangle(box, fill=style.tint)
    if mark is PictureMark.OMISSION:
        hatch(draw, box, HATCHING, 3 * thick)
    outline(draw, box, style, thick)


def badge(draw: ImageDraw.ImageDraw, centre: tuple[int, int], text: str, thick: int) -> None:
    """A failed check's mark: its number in white on a black disc."""
    x, y = centre
    radius = 4 * thick
    font = ImageFont.load_default(size=max(9, 5 * thick))
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=BLACK, outline=WHITE, width=max(1, thick // 2))
    draw.text((x, y), text, fill=WHITE, font=font, anchor="mm")


def _check_lines(checks: Sequence[str], width: int, font: Font) -> list[str]:
    """The checks' lines, each cut to the width; beyond a number of them only how many more there are."""
    lines = [_fitting(f"{n}: {_plain(said)}", width, font) for n, said in enumerate(checks, start=1)]
    left_out = len(lines) - _MOST_CHECKS
    return lines if left_out <= 0 else [*lines[:_MOST_CHECKS], f"and {left_out} more failed checks"]


def _fitting(text: str, width: int, font: Font) -> str:
    needed = font.getlength(text)
    if needed <= width:
        return text
    return textwrap.shorten(text, max(8, int(len(text) * width / needed)), placeholder=" ...")


def _plain(text: str) -> str:
    """In characters that Pillow's own font has; a page's text may have any."""
    folded = unicodedata.normalize("NFKD", text.translate(_ASCII))
    return "".join(c for c in folded if not unicodedata.combining(c)).encode("ascii", "replace").decode("ascii")
