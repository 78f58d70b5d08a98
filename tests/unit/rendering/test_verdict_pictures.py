from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from docai.domain.checks import Check, CheckName, CheckResult
from docai.domain.evidence import Verdict
from docai.domain.geometry import Box
from docai.errors import InvalidRequest
from docai.rendering.verdict_pictures import check_boxes, mark_counts, verdict_picture
from docai.rendering.verdict_styles import HATCHING, STYLES, PictureMark, Style, marks_named
from tests.unit.rendering.readings import DROPPED, FOOTER, PARAGRAPH, cell_box, page

SIZE = (1240, 1754)
"""A4 at 150 dpi: a doubt's line is 3 pixels wide."""
WHITE = (255, 255, 255)
BLACK = (0, 0, 0)


def blank() -> bytes:
    out = BytesIO()
    Image.new("RGB", SIZE, WHITE).save(out, "PNG")
    return out.getvalue()


def drawn(*only: PictureMark) -> Image.Image:
    image = Image.open(BytesIO(verdict_picture(blank(), page(), only=only)))
    assert image.format == "PNG"
    return image.convert("RGB")


def pixels(image: Image.Image, box: Box, room: int = 0) -> set[object]:
    left, top, right, bottom = box.to_pixels(*SIZE)
    part = image.crop((left - room, top - room, right + room, bottom + room))
    return {colour for _, colour in part.getcolors(1 << 20) or ()}


def style(verdict: Verdict) -> Style:
    return STYLES[PictureMark(verdict.value)]


def test_every_value_has_its_verdicts_colour_and_line() -> None:
    image = drawn()
    places = {
        Verdict.EXACT: (0, 0),
        Verdict.CONFLICT: (0, 2),
        Verdict.MODEL_ONLY: (1, 0),
        Verdict.PARTIAL: (1, 1),
        Verdict.ILLEGIBLE: (1, 2),
    }
    for verdict, place in places.items():
        found = pixels(image, cell_box(*place), room=4)
        assert {style(verdict).tint, style(verdict).line} <= found, verdict
        others = {style(other).line for other in places if other not in {verdict, Verdict.ILLEGIBLE}}
        assert not others & found, verdict


def test_a_doubts_line_is_thick_and_covers_no_print_of_its_value() -> None:
    inside = cell_box(0, 2)
    image = drawn(PictureMark.CONFLICT)
    assert pixels(image, inside) == {style(Verdict.CONFLICT).tint}
    left, top, _, _ = inside.to_pixels(*SIZE)
    line = [image.getpixel((left - n, top + 20)) for n in (1, 2, 3, 4)]
    assert line == [style(Verdict.CONFLICT).line] * 3 + [WHITE]


def test_a_corrected_value_has_a_black_corner() -> None:
    left, top, _, _ = PARAGRAPH.to_pixels(*SIZE)
    assert drawn().getpixel((left - 3, top - 3)) == BLACK
    assert drawn(PictureMark.EXACT).getpixel((left - 3, top - 3)) == WHITE


def test_missing_content_is_hatched_and_outlined_and_furniture_only_hatched() -> None:
    image = drawn(PictureMark.OMISSION)
    assert {HATCHING, WHITE} == pixels(image, DROPPED)
    assert BLACK in pixels(image, DROPPED, room=4)
    assert {HATCHING, WHITE} == pixels(image, FOOTER, room=4)


def test_a_failed_check_is_underlined_and_numbered_at_its_cells() -> None:
    boxes = check_boxes(page(), page().checks[0])
    assert boxes == [cell_box(1, 1)]
    _, _, right, bottom = boxes[0].to_pixels(*SIZE)
    image = drawn(PictureMark.CHECK_FAILED)
    assert image.getpixel((right - 40, bottom + 1)) == BLACK
    assert image.getpixel((right + 20, boxes[0].to_pixels(*SIZE)[1])) == BLACK  # in the disc, beside the number


def test_a_check_is_shown_at_its_boxes_else_its_block_and_one_of_the_page_nowhere() -> None:
    parse = page()

    def of(**facts: object) -> list[Box]:
        check = Check(name=CheckName.UNITS, result=CheckResult.FAILED, message="m")
        return check_boxes(parse, check.model_copy(update=facts))

    assert of(block=1) == [parse.blocks[1].box]
    assert of(block=1, boxes=(FOOTER,)) == [FOOTER]
    assert of(block=2, points=((0, 0), (0, 1))) == [Box(x0=0.1, y0=0.6, x1=0.2, y1=0.7)]
    assert of() == []
    assert of(block=9) == []


def test_what_is_counted_is_what_the_page_has() -> None:
    counts = {mark.value: n for mark, n in mark_counts(page()).items() if n}
    assert counts == {
        "exact": 2,
        "ocr_agree": 1,
        "illegible": 1,
        "model_only": 2,
        "partial": 1,
        "conflict": 1,
        "corrected": 1,
        "omission": 2,
        "check_failed": 1,
    }


def test_only_what_is_asked_for_is_drawn() -> None:
    image = drawn(PictureMark.PARTIAL)
    assert style(Verdict.PARTIAL).line in pixels(image, cell_box(1, 1), room=4)
    for place in ((0, 0), (0, 2), (1, 0), (1, 2)):
        assert pixels(image, cell_box(*place)) == {WHITE}
    assert pixels(image, DROPPED, room=4) == {WHITE}


def test_the_legend_is_below_and_the_page_keeps_its_pixels() -> None:
    whole, some = drawn(), drawn(PictureMark.EMPTY)
    assert whole.width == some.width == SIZE[0]
    assert SIZE[1] < some.height < whole.height
    legend = {colour for _, colour in whole.crop((0, SIZE[1], *whole.size)).getcolors(1 << 20) or ()}
    shown = (Verdict.EXACT, Verdict.CONFLICT, Verdict.MODEL_ONLY, Verdict.PARTIAL, Verdict.ILLEGIBLE)
    assert {style(verdict).tint for verdict in shown} <= legend


def test_print_stays_black_on_every_tint() -> None:
    out = BytesIO()
    printed = Image.new("RGB", SIZE, WHITE)
    for row, col in ((0, 0), (0, 2), (1, 0), (1, 1), (1, 2)):
        left, top, right, bottom = cell_box(row, col).to_pixels(*SIZE)
        printed.paste(BLACK, (left + 40, top + 20, right - 40, bottom - 20))
    printed.save(out, "PNG")
    image = Image.open(BytesIO(verdict_picture(out.getvalue(), page()))).convert("RGB")
    for row, col in ((0, 0), (0, 2), (1, 0), (1, 1), (1, 2)):
        left, top, _, _ = cell_box(row, col).to_pixels(*SIZE)
        assert image.getpixel((left + 45, top + 25)) == BLACK


def test_a_page_without_evidence_is_drawn_too() -> None:
    bare = page().model_copy(update={"blocks": (), "coverage": None, "checks": ()})
    image = Image.open(BytesIO(verdict_picture(blank(), bare))).convert("RGB")
    assert image.crop((0, 0, *SIZE)).getextrema() == ((255, 255),) * 3


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """Contrast ratio by WCAG 2.2."""

    def luminance(colour: tuple[int, int, int]) -> float:
        parts = [c / 255 for c in colour]
        red, green, blue = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_print_is_legible_on_every_tint() -> None:
    assert min(contrast(BLACK, each.tint) for each in STYLES.values()) > 7  # WCAG 2.2, 1.4.6


def test_doubts_are_told_apart_without_colour() -> None:
    doubts = [each for each in STYLES.values() if each.is_doubt]
    assert len({each.dash for each in doubts}) == len(doubts)


def test_marks_are_named_as_verdicts_are() -> None:
    assert marks_named("conflict, omission") == [PictureMark.CONFLICT, PictureMark.OMISSION]
    assert marks_named(None) == []
    assert {verdict.value for verdict in Verdict} < {mark.value for mark in PictureMark}
    for unknown in ("", "conflict,", "CONFLICT", "wrong"):
        with pytest.raises(InvalidRequest):
            marks_named(unknown)
