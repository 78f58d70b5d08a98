"""How each verdict is drawn: colours that the colour-blind tell apart, and lines that tell them apart in grey."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PIL import ImageDraw

from docai.domain.evidence import Verdict
from docai.errors import InvalidRequest

Colour = tuple[int, int, int]
Rectangle = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels, the last two included, as Pillow draws them."""


class PictureMark(StrEnum):
    """What a page picture can show: values by verdict, and what is the matter beside verdicts."""

    EXACT = Verdict.EXACT.value
    NORMALISED = Verdict.NORMALISED.value
    OCR_AGREE = Verdict.OCR_AGREE.value
    EMPTY = Verdict.EMPTY.value
    ILLEGIBLE = Verdict.ILLEGIBLE.value
    MODEL_ONLY = Verdict.MODEL_ONLY.value
    PARTIAL = Verdict.PARTIAL.value
    CONFLICT = Verdict.CONFLICT.value
    CORRECTED = "corrected"
    OMISSION = "omission"
    CHECK_FAILED = "check_failed"


def marks_named(names: str | None) -> list[PictureMark]:
    """Marks from their names, separated by commas; none for None, which stands for everything.

    Raises:
        InvalidRequest: a name is of no mark.
    """
    given = [] if names is None else [name.strip() for name in names.split(",")]
    for name in given:
        if name not in set(PictureMark):
            raise InvalidRequest(f"only: {name!r} is none of {', '.join(PictureMark)}.")
    return [PictureMark(name) for name in given]


@dataclass(frozen=True, slots=True)
class Style:
    """How a box is drawn."""

    line: Colour
    tint: Colour
    """What the paper in the box is multiplied with, so that print stays as dark as it is."""
    is_doubt: bool = False
    """Doubts have lines three times as thick, drawn outside the box."""
    dash: tuple[float, float] | None = None
    """Line and gap in multiples of the thickness of a doubt's line; None: drawn through."""


GREEN, SKY, BLUE = (0, 158, 115), (86, 180, 233), (0, 114, 178)
ORANGE, VERMILION, PURPLE, YELLOW = (230, 159, 0), (213, 94, 0), (204, 121, 167), (240, 228, 66)
"""The palette of Okabe and Ito, "Color Universal Design" (2008), made for every kind of colour vision."""
BLACK, GREY, WHITE = (0, 0, 0), (120, 120, 120), (255, 255, 255)
HATCHING = (170, 170, 170)


def _paper(colour: Colour, share: float) -> Colour:
    """White with a share, 0 to 1, of a colour."""
    red, green, blue = (round(255 - (255 - part) * share) for part in colour)
    return red, green, blue


STYLES = {
    PictureMark.EXACT: Style(GREEN, _paper(GREEN, 0.12)),
    PictureMark.NORMALISED: Style(SKY, _paper(SKY, 0.2)),
    PictureMark.OCR_AGREE: Style(BLUE, _paper(BLUE, 0.12)),
    PictureMark.EMPTY: Style(GREY, WHITE, dash=(0.5, 1.5)),
    PictureMark.ILLEGIBLE: Style(BLACK, _paper(YELLOW, 0.6), is_doubt=True, dash=(1, 1)),
    PictureMark.MODEL_ONLY: Style(PURPLE, _paper(PURPLE, 0.3), is_doubt=True, dash=(5, 2.5)),
    PictureMark.PARTIAL: Style(ORANGE, _paper(ORANGE, 0.3), is_doubt=True, dash=(6, 1.5)),
    PictureMark.CONFLICT: Style(VERMILION, _paper(VERMILION, 0.35), is_doubt=True),
    PictureMark.OMISSION: Style(BLACK, WHITE, is_doubt=True, dash=(3, 2)),
}
"""Of what has boxes of its own, in the order of drawing: what matters most comes last and lies above."""


def outline(draw: ImageDraw.ImageDraw, box: Rectangle, style: Style, thick: int) -> None:
    """The box's edge: a doubt's outside of the box, so that no print is covered; `thick` is its width in pixels."""
    width = thick if style.is_doubt else max(1, thick // 3)
    room = width if style.is_doubt else 0
    left, top, right, bottom = box[0] - room, box[1] - room, box[2] + room, box[3] + room
    if style.dash is None:
        draw.rectangle((left, top, right, bottom), outline=style.line, width=width)
        return
    line, gap = (max(1, round(part * thick)) for part in style.dash)
    inner = width - 1
    for x in range(left, right + 1, line + gap):
        end = min(x + line - 1, right)
        draw.rectangle((x, top, end, top + inner), fill=style.line)
        draw.rectangle((x, bottom - inner, end, bottom), fill=style.line)
    for y in range(top, bottom + 1, line + gap):
        end = min(y + line - 1, bottom)
        draw.rectangle((left, y, left + inner, end), fill=style.line)
        draw.rectangle((right - inner, y, right, end), fill=style.line)


def hatch(draw: ImageDraw.ImageDraw, box: Rectangle, colour: Colour, gap: int) -> None:
    """Thin lines from the lower left to the upper right, `gap` pixels apart, within the box."""
    left, top, right, bottom = box
    height = bottom - top
    for start in range(left - height + gap // 2, right, gap):
        # The line through (start, bottom) and (start + height, top), cut at the box's sides.
        x0, x1 = max(start, left), min(start + height, right)
        if x0 < x1:
            draw.line((x0, bottom - (x0 - start), x1, bottom - (x1 - start)), fill=colour)


def corner(draw: ImageDraw.ImageDraw, box: Rectangle, size: int) -> None:
    """A corrected value's mark: a black corner at its upper left, outside of the print."""
    left, top = box[0] - 1, box[1] - 1
    draw.polygon(((left - size, top - size), (left + size, top - size), (left - size, top + size)), fill=BLACK)
