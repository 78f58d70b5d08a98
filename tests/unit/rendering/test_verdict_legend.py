from __future__ import annotations

from PIL import Image

from docai.rendering.verdict_legend import with_legend
from docai.rendering.verdict_styles import PictureMark

COUNTS = {PictureMark.EXACT: 1200, PictureMark.CONFLICT: 3, PictureMark.OMISSION: 1, PictureMark.PARTIAL: 0}


def height(width: int, counts: dict[PictureMark, int], checks: tuple[str, ...] = ()) -> int:
    page = Image.new("RGB", (width, 100), "white")
    return with_legend(page, "Page 1", counts, checks, thick=3).height - 100


def test_entries_go_on_in_the_next_row_where_the_page_is_narrow() -> None:
    one = {PictureMark.EXACT: 1}
    assert height(300, COUNTS) > height(300, one)
    assert height(2000, COUNTS) == height(2000, one)


def test_what_the_page_has_none_of_takes_no_room() -> None:
    few = {PictureMark.EXACT: 1}
    assert height(200, few | dict.fromkeys(PictureMark, 0) | few) == height(200, few)


def test_every_failed_check_has_a_line_up_to_a_number() -> None:
    heights = [height(1240, COUNTS, ("totals: m",) * n) for n in (0, 1, 12, 13, 40)]
    line = heights[1] - heights[0]
    assert [(h - heights[0]) / line for h in heights] == [0, 1, 12, 13, 13]


def test_a_long_line_in_any_script_stays_on_the_page() -> None:
    page = Image.new("RGB", (600, 100), "white")
    whole = with_legend(page, "Page 1", COUNTS, ("totals: 合計 \N{MINUS SIGN}5 é … " * 40,), thick=2)
    edge = whole.crop((590, 110, 600, whole.height))
    assert edge.getextrema() == ((255, 255),) * 3
