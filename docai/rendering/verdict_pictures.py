"""Draw over a page what the witnesses say of it: every value's box by its verdict, omissions and failed checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from io import BytesIO

from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageStat

from docai.domain.checks import Check, CheckResult
from docai.domain.evidence import Omission, OmissionRole
from docai.domain.flags import ValuePlace
from docai.domain.geometry import Box
from docai.domain.parses import PageParse
from docai.rendering.page_values import PageValue, page_values
from docai.rendering.place_names import place_name
from docai.rendering.verdict_legend import Font, badge, mark_name, with_legend
from docai.rendering.verdict_styles import (
    BLACK,
    HATCHING,
    STYLES,
    WHITE,
    PictureMark,
    Rectangle,
    corner,
    hatch,
    outline,
)

_THICK = 1 / 400
"""Width of a doubt's line as a fraction of the page's width: 3 pixels on A4 at 150 dpi."""
_COMPRESSION = 3
"""zlib level, as for marked pages."""


def verdict_picture(image: bytes, parse: PageParse, *, only: Collection[PictureMark] = ()) -> bytes:
    """A page image in grey with boxes coloured by verdict and a legend with counts below it, as PNG.

    The page keeps its pixels: a box's fractions are those of the picture's upper part.

    Args:
        image: the page, any image file that Pillow reads.
        parse: what was read on it, with its evidence.
        only: what to draw; empty: everything. The legend counts only that.
    """
    with Image.open(BytesIO(image)) as opened:
        page = opened.convert("L").convert("RGB")
    wanted = set(only) or set(PictureMark)
    values = [(mark, value) for value in page_values(parse) for mark in _marks(value) if mark in wanted]
    failed = failed_checks(parse) if PictureMark.CHECK_FAILED in wanted else []
    thick = max(2, round(page.width * _THICK))
    omissions = parse.coverage.omissions if parse.coverage and PictureMark.OMISSION in wanted else ()
    page = _tinted(page, values, omissions, thick)
    draw = ImageDraw.Draw(page)
    for omission in omissions:
        if omission.role is OmissionRole.CONTENT:  # furniture of the page may be left out: it is hatched only
            outline(draw, _pixels(omission.box, page.size), STYLES[PictureMark.OMISSION], thick)
    _draw_values(draw, values, page.size, thick)
    _draw_names(page, parse, values, thick)
    for number, check in enumerate(failed, start=1):
        _draw_check(draw, number, check_boxes(parse, check), page.size, thick)
    counts = {mark: n for mark, n in mark_counts(parse).items() if mark in wanted}
    lines = [f"{check.name.value.replace('_', ' ')}: {check.message}" for check in failed]
    whole = with_legend(page, _title(parse, values), counts, lines, thick=thick)
    out = BytesIO()
    whole.save(out, "PNG", compress_level=_COMPRESSION)
    return out.getvalue()


def mark_counts(parse: PageParse) -> dict[PictureMark, int]:
    """How many values, omissions and failed checks a page has of each mark; marks of none are there too."""
    found = Counter(mark for value in page_values(parse) for mark in _marks(value))
    found[PictureMark.OMISSION] = 0 if parse.coverage is None else len(parse.coverage.omissions)
    found[PictureMark.CHECK_FAILED] = len(failed_checks(parse))
    return {mark: found[mark] for mark in PictureMark}


def failed_checks(parse: PageParse) -> list[Check]:
    """The page's failed checks in their order."""
    return [check for check in parse.checks if check.result is CheckResult.FAILED]


def check_boxes(parse: PageParse, check: Check) -> list[Box]:
    """Where to look for what a check is about: its boxes, else those of its cells or values, else of its block."""
    if check.boxes or check.block is None:
        return list(check.boxes)
    of_value = {value.place: value.box for value in page_values(parse)}
    places = [ValuePlace(block=check.block, cell=cell) for cell in check.cells]
    places += [ValuePlace(block=check.block, point=point) for point in check.points]
    boxes = [box for place in places if (box := of_value.get(place)) is not None]
    if boxes or check.block >= len(parse.blocks):
        return boxes
    return [parse.blocks[check.block].box]


def _marks(value: PageValue) -> Iterator[PictureMark]:
    if value.evidence is not None:
        yield PictureMark(value.evidence.verdict.value)
        if value.evidence.read_text is not None:
            yield PictureMark.CORRECTED


def _tinted(
    page: Image.Image,
    values: Sequence[tuple[PictureMark, PageValue]],
    omissions: Sequence[Omission],
    thick: int,
) -> Image.Image:
    """The page on paper that is tinted under its values and hatched under its omissions; print stays as it is."""
    paper = Image.new("RGB", page.size, WHITE)
    draw = ImageDraw.Draw(paper)
    for mark, style in STYLES.items():
        for of_value, value in values:
            if of_value is mark and value.box is not None:
                draw.rectangle(_pixels(value.box, page.size), fill=style.tint)
    for omission in omissions:
        hatch(draw, _pixels(omission.box, page.size), HATCHING, 4 * thick)
    return ImageChops.multiply(page, paper)


def _draw_values(
    draw: ImageDraw.ImageDraw, values: Sequence[tuple[PictureMark, PageValue]], size: tuple[int, int], thick: int
) -> None:
    for mark, style in STYLES.items():
        for of_value, value in values:
            if of_value is mark and value.box is not None:
                outline(draw, _pixels(value.box, size), style, thick)
    for of_value, value in values:
        if of_value is PictureMark.CORRECTED and value.box is not None:
            corner(draw, _pixels(value.box, size), 2 * thick)


def _draw_names(
    page: Image.Image, parse: PageParse, values: Sequence[tuple[PictureMark, PageValue]], thick: int
) -> None:
    """Names of tables and charts, and of blocks in doubt, beside them: those by which a list of flags calls them."""
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=max(9, 4 * thick))
    doubted = {value.place.block for mark, value in values if mark not in STYLES or STYLES[mark].is_doubt}
    for index, block in enumerate(parse.blocks):
        if index in doubted or block.table is not None or block.chart is not None:
            name = place_name(parse, ValuePlace(block=index))
            at = _emptiest(page, draw, name, font, _pixels(block.box, page.size))
            draw.text(at, name, fill=BLACK, font=font, stroke_width=max(1, thick // 2), stroke_fill=WHITE)


def _emptiest(
    page: Image.Image, draw: ImageDraw.ImageDraw, text: str, font: Font, block: Rectangle
) -> tuple[float, float]:
    """Where to write beside a block so that the least print is covered: above, below, or in the margin."""
    left, top, right, bottom = draw.textbbox((0, 0), text, font)
    width, height, gap = right - left, bottom + top, top
    x, x_end = block[0], block[2] - width
    places = [
        (x, block[1] - height - gap),
        (x_end, block[1] - height - gap),
        (x, block[3] + gap),
        (x_end, block[3] + gap),
    ]
    places.append((block[0] - width - 2 * gap, block[1]))
    within = [
        (min(max(0, across), page.width - width), min(max(0, down), page.height - height)) for across, down in places
    ]

    def ink(at: tuple[float, float]) -> float:
        region = (int(at[0]), int(at[1]), int(at[0] + width), int(at[1] + height))
        return 255 - ImageStat.Stat(page.crop(region).convert("L")).mean[0]

    return min(within, key=ink)


def _draw_check(
    draw: ImageDraw.ImageDraw, number: int, boxes: Sequence[Box], size: tuple[int, int], thick: int
) -> None:
    """Each place underlined, and the check's number at the first; a check of the whole page has its number above."""
    rectangles = [_pixels(box, size) for box in boxes]
    for left, _, right, bottom in rectangles:
        draw.rectangle((left, bottom + 1, right, bottom + thick), fill=BLACK)
    radius = 4 * thick
    if rectangles:
        _, top, right, _ = rectangles[0]
        centre = min(right + radius, size[0] - radius), max(top, radius)
    else:
        centre = min(2 * radius * number + radius, size[0] - radius), radius
    badge(draw, centre, str(number), thick)


def _title(parse: PageParse, values: Sequence[tuple[PictureMark, PageValue]]) -> str:
    said = f"Page {parse.page_number}"
    if parse.coverage is not None:
        said += f", {parse.coverage.n_covered:,} of {parse.coverage.n_words:,} words covered"
    drawable = STYLES.keys() - {PictureMark.EMPTY}
    nowhere = Counter(mark for mark, value in values if value.box is None and mark in drawable)
    if nowhere:
        told = ", ".join(f"{n:,} {mark_name(mark)}" for mark, n in nowhere.items())
        said += f"; without a place and so not drawn: {told}"
    return said


def _pixels(box: Box, size: tuple[int, int]) -> Rectangle:
    """The box's pixels, the last ones included, within the image."""
    left, top, right, bottom = box.to_pixels(*size)
    left, top = min(left, size[0] - 1), min(top, size[1] - 1)
    return left, top, max(left, min(right, size[0]) - 1), max(top, min(bottom, size[1]) - 1)
