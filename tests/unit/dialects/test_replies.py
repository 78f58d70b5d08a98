"""Replies in the form in which models write them."""

from contextlib import suppress
from html import escape

import pytest

from docai.dialects import DIALECTS, dialect_named
from docai.dialects.dialect import Shown
from docai.domain.charts import Axis, ChartKind
from docai.domain.parses import BlockKind
from docai.domain.readings import Reading
from docai.domain.tables import CellRole, Table
from docai.errors import ConfigurationError, ReplyUnreadable
from docai.rendering.html import table_html

SHOWN = Shown(1000, 1400)


def read(name: str, text: str) -> Reading:
    return dialect_named(name).read(text, SHOWN)


def said(reading: Reading) -> list[tuple[str, str]]:
    return [(block.kind.value, block.text) for block in reading.blocks]


def edges(reading: Reading, number: int = 0) -> list[float]:
    box = reading.blocks[number].box
    assert box is not None
    return [round(edge, 3) for edge in (box.x0, box.y0, box.x1, box.y1)]


def table_of(reading: Reading) -> Table:
    found = next(block.table for block in reading.blocks if block.kind is BlockKind.TABLE)
    assert found is not None
    return found


def test_dots_gives_pixels_of_the_resized_image_in_reading_order() -> None:
    reading = read(
        "layout_json",
        '```json\n[{"bbox": [100, 140, 500, 280], "category": "Section-header", "text": "## Results"},\n'
        '{"bbox": [100, 300, 900, 700], "category": "Table", "text": "<table><tr><td>1,234</td></tr></table>"},\n'
        '{"bbox": [0, 0, 10, 14], "category": "Picture"}]\n```',
    )
    assert said(reading) == [("heading", "Results"), ("table", "1,234"), ("figure", "")]
    assert reading.blocks[0].level == 1
    assert edges(reading) == [0.1, 0.1, 0.5, 0.2]
    assert not reading.problems


def test_qwen3_gives_thousandths() -> None:
    reading = read(
        "layout_json_1000", '{"layout": [{"bbox_2d": [100, 100, 500, 200], "label": "text", "content": "a"}]}'
    )
    assert edges(reading) == [0.1, 0.1, 0.5, 0.2]


def test_json_that_breaks_off_gives_its_whole_elements() -> None:
    reading = read(
        "layout_json", '[{"bbox": [0, 0, 9, 9], "category": "Text", "text": "a"}, {"bbox": [0, 9, 9, 18], "cat'
    )
    assert said(reading) == [("paragraph", "a")]
    assert reading.is_truncated


def test_json_with_unescaped_quotes_is_mended_and_told() -> None:
    reading = read(
        "layout_json",
        '[{"bbox": [0, 0, 9, 9], "category": "Text", "text": "he said "no" to it"},'
        ' {"bbox": [0, 9, 9, 18], "category": "Text", "text": "b"}]',
    )
    assert said(reading) == [("paragraph", 'he said "no" to it'), ("paragraph", "b")]
    assert reading.problems == ("an element of broken JSON is mended",)
    assert not reading.is_truncated


@pytest.mark.parametrize(
    "box", ["[1e999, 0, 9, 9]", "[NaN, 0, 9, 9]", "[0, 0, 9]", '["a", 0, 9, 9]', "[true, 0, 9, 9]"]
)
def test_a_box_that_is_none_costs_the_box_only(box: str) -> None:
    reading = read("layout_json", f'[{{"bbox": {box}, "category": "Text", "text": "a"}}]')
    assert said(reading) == [("paragraph", "a")]
    assert reading.blocks[0].box is None
    assert reading.problems == ("a box is not four numbers",)


def test_a_box_beyond_the_image_is_cut_and_told() -> None:
    reading = read("layout_json", '[{"bbox": [500, 0, 1500, 140], "category": "Text", "text": "a"}]')
    assert edges(reading) == [0.5, 0.0, 1.0, 0.1]
    assert reading.problems == ("a box reaches beyond the image",)


def test_an_empty_array_is_an_empty_page() -> None:
    assert read("layout_json", "[]").blocks == ()
    assert read("page_json", '{"language": null, "rotation": 0, "blocks": []}').blocks == ()


def test_our_own_json_says_rotation_and_language_and_lives_without_some_keys() -> None:
    reading = read(
        "page_json",
        '{"language": "de", "rotation": 90, "blocks": [{"kind": "table", "box": [0, 0, 500, 500], "text": "Tab. 1",'
        ' "otsl": "<ched>a<lcel><nl><fcel>1<fcel>2<nl>"}, {"kind": "paragraph"}, {"no": "kind"}]}',
    )
    assert (reading.language, reading.rotation) == ("de", 90)
    assert table_of(reading).caption == "Tab. 1"
    assert table_of(reading).at(0, 1).text == "a"
    assert reading.problems == ("a JSON object without a kind is left out",)


def test_olmocr_says_how_the_page_must_be_turned() -> None:
    front = "---\nprimary_language: en\nis_rotation_valid: {}\nrotation_correction: {}\nis_table: False\n---\n"
    reading = read("olmocr", front.format("False", 270) + "# Title\n\n![A map](page_100_140_400_140.png)")
    assert (reading.rotation, reading.language) == (270, "en")
    assert said(reading) == [("title", "Title"), ("figure", "A map")]
    assert edges(reading, 1) == [0.1, 0.1, 0.5, 0.2]
    assert read("olmocr", front.format("True", 0) + "x").rotation == 0
    assert read("olmocr", front.format("False", 45) + "x").problems


@pytest.mark.parametrize(
    "text", ["no front matter", "---\n[]\n---\nx", "---\n: : :\n---\nx", "---\n&a [*a, *b]\n---\nx"]
)
def test_olmocr_without_its_front_matter_is_unreadable(text: str) -> None:
    with pytest.raises(ReplyUnreadable):
        read("olmocr", text)


def test_doctags_with_a_caption_in_a_table_a_chart_and_a_list() -> None:
    reading = read(
        "doctags",
        "<doctag><section_header_level_2><loc_50><loc_50><loc_250><loc_100>Sales</section_header_level_2>"
        "<otsl><loc_0><loc_100><loc_500><loc_200><caption><loc_0><loc_90><loc_500><loc_99>Table 1</caption>"
        "<ched>Year<ched>A<lcel><nl><rhed>2001<fcel>1<fcel>2<nl><srow>All<lcel><lcel><nl></otsl>"
        "<chart><loc_0><loc_0><loc_9><loc_9><pie_chart><fcel>Who<fcel>Share (%)<nl><fcel>we<fcel>60<nl></chart>"
        "<ordered_list><list_item><loc_0><loc_0><loc_9><loc_9>one</list_item></ordered_list>"
        "<picture><loc_0><loc_0><loc_9><loc_9><stamp>PAID</picture></doctag>",
    )
    assert [kind for kind, _ in said(reading)] == ["heading", "table", "chart", "list_item", "stamp"]
    assert reading.blocks[0].level == 2
    assert edges(reading) == [0.1, 0.1, 0.5, 0.2]
    table = table_of(reading)
    assert table.caption == "Table 1"
    assert [(c.text, c.col_span, c.role.value) for c in table.cells if c.col_span > 1] == [
        ("A", 2, "column_header"),
        ("All", 3, "section"),
    ]
    chart = reading.blocks[2].chart
    assert chart is not None
    assert chart.kind is ChartKind.PIE
    assert chart.y_axis == Axis(title="Share", unit="%")
    assert not reading.problems


def test_mineru_says_rotation_and_what_goes_on_and_leaves_cells_to_their_table() -> None:
    reading = read(
        "mineru",
        "<|box_start|>100 100 500 200<|box_end|><|ref_start|>title<|ref_end|><|rotate_up|>\n"
        "<|box_start|>100 200 500 300<|box_end|><|ref_start|>text<|ref_end|><|rotate_right|><|txt_contd_tgt|>\n"
        "<|box_start|>100 400 900 800<|box_end|><|ref_start|>table<|ref_end|><|rotate_up|>\n"
        "<|box_start|>120 420 300 500<|box_end|><|ref_start|>text<|ref_end|><|rotate_up|>\n<|box_start|>12",
    )
    assert [block.kind.value for block in reading.blocks] == ["heading", "paragraph", "table"]
    assert edges(reading) == [0.1, 0.1, 0.5, 0.2]
    # print that lies turned to the right stands upright after three more quarter turns clockwise
    assert (reading.blocks[1].rotation, reading.blocks[1].continues_previous) == (270, True)
    assert reading.is_truncated


def test_deepseek_places_its_markdown() -> None:
    reading = read(
        "deepseek",
        "<|ref|>title<|/ref|><|det|>[[100, 100, 500, 200]]<|/det|>\n# Report\n\n"
        "<|ref|>text<|/ref|><|det|>[[100, 200, 500, 300]]<|/det|>\n- one\n- **two**\n\n"
        "table[[0, 500, 999, 999]]\n<table><tr><td>1</td></tr></table>\n\n<|ref|>im",
    )
    assert said(reading) == [("title", "Report"), ("list_item", "one"), ("list_item", "two"), ("table", "1")]
    assert edges(reading, 2) == [0.1, 0.2, 0.501, 0.3]
    assert edges(reading, 3) == [0.0, 0.501, 1.0, 1.0]
    assert reading.is_truncated


def test_chandra_places_its_html_and_nothing_in_it_runs() -> None:
    reading = read(
        "html",
        '<div data-bbox="100 100 500 200" data-label="Section-Header"><h2>A &amp; B</h2></div>'
        '<div data-bbox="0 0 9 9" data-label="Text"><p onclick="steal()">x<script>alert(1)</script> &lt;b&gt;</p></div>'
        '<div data-bbox="0 0 9 9" data-label="List-Group"><ul><li>one</li><li>two</li></ul></div>'
        '<div data-bbox="0 0 9 9" data-label="Form"><p><input type="checkbox" checked/>yes</p></div>'
        '<div data-bbox="0 0 9 9" data-label="Equation-Block"><math display="block">x^2</math></div>',
    )
    assert said(reading) == [
        ("heading", "A & B"),
        ("paragraph", "x <b>"),
        ("list_item", "one"),
        ("list_item", "two"),
        ("paragraph", "\N{BALLOT BOX WITH CHECK}yes"),
        ("formula", "x^2"),
    ]
    assert edges(reading) == [0.1, 0.1, 0.5, 0.2]
    assert reading.problems == ("elements are left out: script",)


def test_html_without_boxes_is_read_by_its_elements() -> None:
    reading = read("html", "<h1>T</h1>loose <b>bold</b><p>p</p><ol><li>i</li></ol><img alt='a map'><p>cut o")
    assert said(reading)[:5] == [
        ("title", "T"),
        ("paragraph", "loose bold"),
        ("paragraph", "p"),
        ("list_item", "i"),
        ("figure", "a map"),
    ]


def test_a_table_cut_in_html_keeps_its_whole_rows() -> None:
    reading = read("html", "<table><tr><td rowspan=2>a<td>1</tr><tr><td>2</td></tr><tr><td>b<td>3")
    table = table_of(reading)
    assert [(c.text, c.row_span) for c in table.cells] == [("a", 2), ("1", 1), ("2", 1)]
    assert reading.is_truncated


def test_headers_in_html_have_their_role() -> None:
    reading = read(
        "table",
        "<table><thead><tr><td>h</td><td>k</td></tr></thead><tr><th>r</th><td>1</td></tr>"
        "<tr><th colspan=2>all</th></tr></table>",
    )
    assert [c.role for c in table_of(reading).cells] == [
        CellRole.COLUMN_HEADER,
        CellRole.COLUMN_HEADER,
        CellRole.ROW_HEADER,
        CellRole.DATA,
        CellRole.SECTION,
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("<table><tr><td>1<td>2<tr><td>3</table>", "row 2 has 1 of 2 columns"),
        ("<table><tr><td>1<td rowspan=2>2<tr><td colspan=2>3</table>", "two cells stand at the same place in row 2"),
        ("<table><tr><td colspan=1000000>1</table>", "there are more than 20000 cells"),
        ("<table><tr><td rowspan=99>1</table><table>" + "<tr><td colspan=999>1" * 30 + "</table>", "more than 20000"),
        ("| a | b |\n|---|---|\n| 1 | 2 | 3 |", "row 2 has 3 of 2 columns"),
        ("<fcel>1<fcel>2<nl><fcel>3<nl>", "row 2 has 1 of 2 columns"),
        ("<lcel><fcel>1<nl>", "a cell in row 1 points beyond the table"),
        ("<fcel>1<ucel><nl>", "a cell in row 1 points beyond the table"),
        ("<fcel>1<lcel>2<nl>", "row 1 has text in the middle of a merged cell"),
        ("<fcel>1<fcel>2<nl><fcel>3<xcel><nl>", "row 2 has 1 of 2 columns"),
        ("<fcel>1<nl>" * 20_001, "there are more than 20000 cells"),
    ],
)
def test_cells_that_do_not_tile_are_kept_as_text(text: str, problem: str) -> None:
    reading = read("table", text)
    assert any(problem in told for told in reading.problems)
    refused = [block for block in reading.blocks if block.kind is BlockKind.TABLE and block.table is None]
    assert refused
    assert "1" in "".join(block.text for block in refused)


def test_an_otsl_table_that_breaks_off_keeps_its_whole_rows() -> None:
    reading = read("otsl", "<otsl><ched>a<ched>b<nl><fcel>1<fcel>2<nl><fcel>3")
    assert [c.text for c in table_of(reading).cells] == ["a", "b", "1", "2"]
    assert reading.is_truncated


def test_markdown_leaves_numbers_formulas_and_prices_alone() -> None:
    text = "3*4*5 = 60, $5 to $10, \\(a_1*b_1*c\\), 0.05* and **bold** snake_case_name\n\n$$\na\\\\b\n$$\n\n\\[c\\]"
    assert said(read("markdown", text)) == [
        ("paragraph", "3*4*5 = 60, $5 to $10, \\(a_1*b_1*c\\), 0.05* and bold snake_case_name"),
        ("formula", "a\\\\b"),
        ("formula", "c"),
    ]


def test_markdown_keeps_printed_numbers_of_lists_and_lone_amounts() -> None:
    assert [text for _, text in said(read("markdown", "- a\n  - b\n\n3. c\n5. d\n\n- 5\n- 1,200.50"))] == [
        "a",
        "b",
        "3. c",
        "5. d",
        "- 5",
        "- 1,200.50",
    ]


def test_nanonets_marks_signatures_watermarks_and_page_numbers() -> None:
    text = (
        "# T\n\n<watermark>COPY</watermark>\n<signature>J. Doe</signature>\n<img>A dog</img>\n"
        "<page_number>3/9</page_number>"
    )
    assert said(read("markdown", text)) == [
        ("title", "T"),
        ("stamp", "COPY"),
        ("handwriting", "J. Doe"),
        ("figure", "A dog"),
        ("footer", "3/9"),
    ]


def test_an_element_is_what_it_looks_like() -> None:
    assert said(read("elements", "plain | text")) == [("paragraph", "plain | text")]
    assert said(read("elements", "\\[ x \\]")) == [("formula", "x")]
    assert said(read("elements", "<fcel>1<nl>")) == [("table", "1")]
    assert said(read("elements", "<table><tr><td>1</td></tr></table>")) == [("table", "1")]
    assert said(read("elements", "Year | A\n2001 | 3"))[0][0] == "chart"


@pytest.mark.parametrize(
    "text",
    [
        "TITLE | Sales <0x0A> Year | North <0x0A> 2001 | 1,234 <0x0A> 2002 | n/a",
        "TITLE | Sales\n| Year | North |\n|---|---|\n| 2001 | 1,234 |\n| 2002 | n/a |",
        'Year;North\n2001;"1,234"\n2002;n/a',
        "<ched>Year<ched>North<nl><fcel>2001<fcel>1,234<nl><fcel>2002<fcel>n/a<nl>",
    ],
)
def test_a_chart_is_read_from_any_table(text: str) -> None:
    chart = read("chart_table", text).blocks[0].chart
    assert chart is not None
    assert chart.title == ("Sales" if "Sales" in text else "")
    assert chart.x_axis.title == "Year"
    (series,) = chart.series
    assert [(p.category, p.text, p.value) for p in series.points] == [("2001", "1,234", 1234.0), ("2002", "n/a", None)]


def test_no_chart_is_unreadable() -> None:
    with pytest.raises(ReplyUnreadable):
        read("chart_table", "I see a bar chart.")


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("text", ["", " \n ", "x" * 300_001])
def test_nothing_and_too_much_are_unreadable(name: str, text: str) -> None:
    with pytest.raises(ReplyUnreadable):
        read(name, text)


@pytest.mark.parametrize("text", ["[" * 50_000, '{"bbox":' * 20_000, "<div>" * 20_000, "> " * 20_000, "- " * 20_000])
@pytest.mark.parametrize("name", ["layout_json", "page_json", "html", "markdown"])
def test_depth_is_bounded(name: str, text: str) -> None:
    with suppress(ReplyUnreadable):
        assert len(read(name, text).blocks) <= 1


def test_blocks_are_bounded_and_the_rest_is_told() -> None:
    reading = read("doctags", "<text>a</text>" * 5_001)
    assert len(reading.blocks) == 5_000
    assert reading.is_truncated


def test_a_dialect_that_is_none() -> None:
    with pytest.raises(ConfigurationError, match="there is no dialect 'klingon'"):
        dialect_named("klingon")


def test_markup_that_a_page_shows_is_text_and_escaped_when_it_is_shown_again() -> None:
    printed = '<script>alert("x")</script>'
    reading = read("html", f"<table><tr><td onmouseover='x()'>{escape(printed)}</td></tr></table>")
    assert table_of(reading).cells[0].text == printed
    assert "<script" not in table_html(table_of(reading))
    assert "onmouseover" not in table_html(table_of(reading))


def test_a_table_with_pipes_in_a_layout_has_cells() -> None:
    reading = read(
        "layout_json", r'[{"bbox": [0, 0, 9, 9], "category": "Table", "text": "| a | b |\n|---|---|\n| 1 | 2 |"}]'
    )
    assert [c.text for c in table_of(reading).cells] == ["a", "b", "1", "2"]
    assert reading.blocks[0].box is not None


def test_a_model_that_thinks_aloud_before_its_json_is_read() -> None:
    reading = read("page_json", 'I see one line.\n{"blocks": [{"kind": "paragraph", "text": "a"}]}')
    assert said(reading) == [("paragraph", "a")]


@pytest.mark.parametrize("end", ["<|im_end|>", "<end_of_utterance>\n", "<|end_of_text|><|endoftext|>"])
def test_the_sign_that_a_model_has_ended_is_no_text(end: str) -> None:
    reading = read("doctags", "<doctag><text>a</text></doctag>" + end)
    assert said(reading) == [("paragraph", "a")]
    assert not reading.problems
    with pytest.raises(ReplyUnreadable):
        read("text", end)
