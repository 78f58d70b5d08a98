from docai.grids.lines import is_value, runs, text_lines, usual_height
from docai.grids.marks import Mark


def mark(text: str, x0: float, y0: float, *, width: float = 20, height: float = 10, word_id: int = 0) -> Mark:
    return Mark(x0, y0, x0 + width, y0 + height, text, 0, word_id)


def test_raised_and_lowered_figures_stay_in_their_line() -> None:
    marks = [mark("CO", 0, 20), mark("2", 21, 24, width=4, height=7), mark("a", 26, 17, width=4, height=7)]
    marks += [mark("is", 40, 20), mark("up", 65, 20)]
    assert [[m.text for m in line] for line in text_lines(marks)] == [["CO", "2", "a", "is", "up"]]


def test_lines_set_solid_are_told_apart_though_their_boxes_overlap() -> None:
    marks = [mark("one", 0, 0, height=14), mark("two", 0, 10, height=14), mark("three", 0, 20, height=14)]
    assert [len(line) for line in text_lines(marks)] == [1, 1, 1]


def test_upright_words_make_no_line_but_a_tall_bullet_joins_the_nearest() -> None:
    marks = [mark("text", 20, 0), mark("more", 45, 0), mark("next", 20, 14)]
    lines = text_lines([*marks, mark("\u2022", 0, 0, height=40), mark("upright", 90, 0, width=10, height=80)])
    assert [[m.text for m in line] for line in lines] == [["text", "more"], ["\u2022", "next"]]


def test_a_run_ends_where_the_gap_is_wider_than_a_space() -> None:
    line = [mark("Net", 0, 0), mark("sales", 23, 0), mark("1,200", 60, 0)]
    assert [[m.text for m in run] for run in runs(line)] == [["Net", "sales"], ["1,200"]]


def test_figures_and_signs_are_values_and_words_are_not() -> None:
    assert all(is_value(text) for text in ("1,200", "12%", "\u2013", "Q4"))
    assert not is_value("sales")


def test_no_words_have_no_height() -> None:
    assert usual_height([]) == 0.0
    assert text_lines([]) == []
