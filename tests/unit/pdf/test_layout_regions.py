from docai.domain.geometry import Box, PageSize
from docai.domain.parses import BlockKind
from docai.domain.words import Word
from docai.pdf.layout_regions import Rect, Region, rects_of, regions_of, share_out

SIZE = PageSize(width_pt=600, height_pt=800)


def word(text: str, x0: float, y0: float, x1: float, y1: float, line: int = 0) -> Word:
    return Word(text=text, box=Box.from_points((x0, y0, x1, y1), SIZE), line=line)


def region(*lines: Rect, kind: BlockKind = BlockKind.PARAGRAPH) -> Region:
    rect = (min(r[0] for r in lines), min(r[1] for r in lines), max(r[2] for r in lines), max(r[3] for r in lines))
    return Region(kind, rect, list(lines))


def shared(regions: list[Region], words: list[Word], ids: list[int] | None = None) -> list[tuple[BlockKind, list[int]]]:
    share_out(regions, words, rects_of(words, SIZE), list(range(len(words))) if ids is None else ids)
    return [(r.kind, r.word_ids) for r in regions]


def test_groups_become_regions_of_our_kinds() -> None:
    groups = [
        {"class_name": "section-header", "group_bbox": [1, 2, 3, 4], "bboxes": [[1, 2, 3, 4]]},
        {"class_name": "picture", "group_bbox": [5, 6, 7, 8], "bboxes": []},
        {"class_name": "something new", "group_bbox": [1, 2, 3, 4], "bboxes": []},
    ]
    found = regions_of(groups)
    assert [r.kind for r in found] == [BlockKind.HEADING, BlockKind.FIGURE, BlockKind.PARAGRAPH]
    assert found[1].lines == [(5, 6, 7, 8)]


def test_a_word_belongs_to_the_line_it_stands_on_though_its_box_touches_the_next() -> None:
    regions = [region((100, 102, 300, 110)), region((100, 114, 300, 122))]
    words = [word("upper", 100, 99, 140, 115), word("lower", 100, 111, 140, 127)]
    assert shared(regions, words) == [(BlockKind.PARAGRAPH, [0]), (BlockKind.PARAGRAPH, [1])]


def test_a_tilted_stamp_over_the_page_does_not_take_the_words_below_it() -> None:
    regions = [region((50, 50, 550, 750)), region((100, 102, 300, 110))]
    assert shared(regions, [word("text", 100, 100, 140, 112)])[1] == (BlockKind.PARAGRAPH, [0])


def test_words_in_a_figure_without_lines_of_its_own_belong_to_it() -> None:
    regions = [region((100, 100, 500, 500), kind=BlockKind.FIGURE)]
    assert shared(regions, [word("axis", 200, 490, 230, 499)]) == [(BlockKind.FIGURE, [0])]


def test_words_in_no_region_become_paragraphs_line_under_line() -> None:
    words = [
        word("one", 100, 100, 130, 112, 0),
        word("two", 135, 100, 160, 112, 0),
        word("three", 100, 114, 140, 126, 1),
        word("far", 100, 300, 120, 312, 2),
    ]
    assert shared([], words) == [(BlockKind.PARAGRAPH, [0, 1, 2]), (BlockKind.PARAGRAPH, [3])]


def test_words_that_are_taken_are_not_shared_out() -> None:
    words = [word("one", 100, 100, 130, 112), word("two", 135, 100, 160, 112)]
    assert shared([region((100, 102, 300, 110))], words, ids=[1]) == [(BlockKind.PARAGRAPH, [1])]


def test_a_page_of_very_many_words_loses_none() -> None:
    words = [
        word("w", 10 + i % 50 * 11, 10 + i // 50 * 12, 18 + i % 50 * 11, 20 + i // 50 * 12, i // 50)
        for i in range(3000)
    ]
    regions = [region(*((10, 12 + 12 * n, 570, 19 + 12 * n) for n in range(30)))]
    assert sorted(i for _, ids in shared(regions, words) for i in ids) == list(range(3000))
